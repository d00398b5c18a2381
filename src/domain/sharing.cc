#include "domain/sharing.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/records_codec.h"
#include "model/ecs/codec.h"

namespace berth::domain {
namespace {

constexpr std::size_t kSweepAtLeast = 1024;

/// The values of one type that records hold, each once.
template <class T>
class Pool {
 public:
  model::Shared<T> find_or_add(const model::Shared<T>& value) {
    const std::lock_guard lock(mutex_);
    // Mostly the same one as the time before: then nothing need be hashed.
    if (auto last = last_.lock(); last && *last == *value) return model::Shared<T>(std::move(last));
    auto found = find_or_add(std::hash<std::string>{}(model::encode_json(*value)), *value);
    last_ = found;
    return model::Shared<T>(std::move(found));
  }

 private:
  std::shared_ptr<const T> find_or_add(std::size_t hash, const T& value) {
    const auto [begin, end] = values_.equal_range(hash);
    for (auto at = begin; at != end; ++at) {
      if (auto known = at->second.lock(); known && *known == value) return known;
    }
    if (values_.size() >= sweep_at_) sweep();
    // Not make_shared: its memory would last as long as the weak pointers here.
    std::shared_ptr<const T> added(new T(value));
    values_.emplace(hash, added);
    return added;
  }
  void sweep() {
    std::erase_if(values_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = std::max(kSweepAtLeast, values_.size() * 2);
  }

  std::mutex mutex_;
  std::weak_ptr<const T> last_;
  std::unordered_multimap<std::size_t, std::weak_ptr<const T>> values_;
  std::size_t sweep_at_ = kSweepAtLeast;
};

template <class T>
void share(model::Shared<T>& value) {
  static Pool<T> pool;
  value = pool.find_or_add(value);
}

}  // namespace

void share_parts(ContainerInstanceRecord& record) {
  share(record.attributes);
}

void share_parts(TaskRecord& record) {
  if (record.overrides) share(*record.overrides);
}

}  // namespace berth::domain
