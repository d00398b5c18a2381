#include "bin/berth/backup_archive.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/json.h"
#include "base/time.h"
#include "bin/berth/backup_files.h"
#include "bin/berth/tar_format.h"
#include "store/sqlite/sqlite_engine.h"
#include "store/sqlite/store_facts.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr int kReadsMax = 5;

// --- writing

using Contents = std::map<std::string, std::string>;

/// The small files, as they are now.
Result<Contents> read_small_files(const std::string& data_dir) {
  Contents contents;
  for (const char* name : kSmallFiles) {
    auto text = read_whole(data_dir + "/" + name);
    if (text) {
      contents[name] = *std::move(text);
    } else if (text.error().code != ErrorCode::not_found) {
      return text.error();
    }
  }
  return contents;
}

/// The same, not in the middle of a change: berthd makes a certificate and its key anew one after the other.
Result<Contents> read_steady_files(const std::string& data_dir) {
  auto before = read_small_files(data_dir);
  for (int reads = 1; reads < kReadsMax && before; ++reads) {
    auto after = read_small_files(data_dir);
    if (!after || *after == *before) return after;
    before = std::move(after);
  }
  return before;
}

struct Listed {
  std::uint64_t size = 0;
  std::string sha256;
};

std::string render_manifest(const BackupFacts& facts, const std::map<std::string, Listed>& files) {
  JsonArray list;
  for (const auto& [name, file] : files)
    list.push_back(JsonObject{{"name", name}, {"size", file.size}, {"sha256", file.sha256}});
  JsonArray realms;
  for (const auto& realm : facts.realms) realms.emplace_back(realm);
  return render_json(JsonObject{{"format", kFormat},
                                {"madeAt", facts.made_at},
                                {"version", facts.version},
                                {"realms", std::move(realms)},
                                {"files", std::move(list)}}) +
         "\n";
}

Result<void> add_text(BackupWriter& out, const std::string& name, std::string_view text, WallTime now) {
  if (auto done = out.write(render_tar_header({name, text.size()}, now)); !done) return done;
  if (auto done = out.write(text); !done) return done;
  return out.write(std::string(tar_padding(text.size()), '\0'));
}

Result<void> add_file(BackupWriter& out, const std::string& name, const std::string& path, std::uint64_t size,
                      WallTime now) {
  if (auto done = out.write(render_tar_header({name, size}, now)); !done) return done;
  std::ifstream in(path, std::ios::binary);
  std::string piece(kSealedPieceBytes, '\0');
  for (std::uint64_t left = size; left > 0;) {
    const auto wanted = std::min<std::uint64_t>(left, piece.size());
    if (!in.read(piece.data(), static_cast<std::streamsize>(wanted)))
      return internal_error("cannot read " + path);
    if (auto done = out.write(std::string_view(piece).substr(0, wanted)); !done) return done;
    left -= wanted;
  }
  return out.write(std::string(tar_padding(size), '\0'));
}

Result<void> write_archive(BackupWriter& out, const BackupFacts& facts, const Contents& small,
                           const std::string& store_copy, WallTime now) {
  auto digest = sha256_of_file(store_copy);
  if (!digest) return digest.error();
  std::map<std::string, Listed> files;
  for (const auto& [name, text] : small) files[name] = {text.size(), sha256_of(text)};
  std::error_code error;
  const std::uint64_t size = fs::file_size(store_copy, error);
  if (error || size > kTarFileBytesMax)
    return internal_error(
        fmt::format("the state has {} bytes, and a backup takes {}", size, kTarFileBytesMax));
  files[kBackupStore] = {size, *digest};
  if (auto done = add_text(out, kBackupManifest, render_manifest(facts, files), now); !done) return done;
  for (const auto& [name, text] : small)
    if (auto done = add_text(out, name, text, now); !done) return done;
  if (auto done = add_file(out, kBackupStore, store_copy, size, now); !done) return done;
  if (auto done = out.write(tar_end()); !done) return done;
  return out.finish();
}

/// Copies of the state by processes that are no more.
void remove_stale_copies(const std::string& data_dir) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(data_dir, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kCopyPrefix)) continue;
    if (!fs::exists("/proc/" + name.substr(std::strlen(kCopyPrefix)), error)) fs::remove(entry.path(), error);
  }
}

// --- reading

struct Manifest {
  BackupFacts facts;
  std::map<std::string, Listed> files;
};

Result<Manifest> parse_manifest(const std::string& text, const std::string& path) {
  const Error damaged = invalid(path + " is damaged: its manifest cannot be read");
  const auto json = parse_json(text);
  if (!json || !json->is_object()) return damaged;
  Manifest manifest;
  try {
    const JsonObject& top = json->as_object();
    if (top.at("format").to_number<int>() > kFormat)
      return invalid(fmt::format("{} was made by a newer Berth ({}): restore it with that one", path,
                                 std::string_view(top.at("version").as_string())));
    manifest.facts.made_at = top.at("madeAt").as_string();
    manifest.facts.version = top.at("version").as_string();
    for (const auto& realm : top.at("realms").as_array())
      manifest.facts.realms.emplace_back(realm.as_string());
    for (const auto& file : top.at("files").as_array())
      manifest.files[std::string(file.at("name").as_string())] = {file.at("size").to_number<std::uint64_t>(),
                                                                  std::string(file.at("sha256").as_string())};
  } catch (const std::exception&) {
    return damaged;
  }
  for (const auto& [name, file] : manifest.files) manifest.facts.files.push_back(name);
  return manifest;
}

Result<std::optional<TarEntry>> next_entry(BackupReader& in, const std::string& path) {
  auto block = in.read(kTarBlock);
  if (!block) return block.error();
  if (std::ranges::all_of(*block, [](char c) { return c == '\0'; })) return std::optional<TarEntry>();
  auto entry = parse_tar_header(*block);
  if (!entry) return invalid(path + " is damaged: there should be a file");
  return entry;
}

/// Takes the content of an entry into a file, and the filling behind it.
Result<void> unpack(BackupReader& in, std::uint64_t size, const std::string& to) {
  std::ofstream out(to, std::ios::binary);
  for (std::uint64_t left = size; left > 0;) {
    auto piece = in.read(static_cast<std::size_t>(std::min<std::uint64_t>(left, kSealedPieceBytes)));
    if (!piece) return piece.error();
    out.write(piece->data(), static_cast<std::streamsize>(piece->size()));
    left -= piece->size();
  }
  out.close();
  if (!out) return internal_error(fmt::format("cannot write {}: {}", to, std::strerror(errno)));
  auto filling = in.read(tar_padding(size));
  return filling ? Result<void>() : Result<void>(filling.error());
}

Result<std::string> read_manifest(BackupReader& in, const std::string& path) {
  auto first = next_entry(in, path);
  if (!first) return first.error();
  if (!*first || (*first)->name != kBackupManifest || (*first)->size > kSealedPieceBytes)
    return invalid(path + " is no backup of Berth: its first file is not " + kBackupManifest);
  auto text = in.read(static_cast<std::size_t>((*first)->size));
  if (!text) return text;
  auto filling = in.read(tar_padding((*first)->size));
  if (!filling) return filling.error();
  return text;
}

/// Unpacks the archive into `folder`; every file that it should have is there and is what was written.
Result<BackupFacts> unpack_all(const BackupOrder& order, const std::string& folder) {
  auto in = BackupReader::open(order.file, order.passphrase);
  if (!in) return in.error();
  auto text = read_manifest(*in, order.file);
  if (!text) return text.error();
  auto manifest = parse_manifest(*text, order.file);
  if (!manifest) return manifest.error();
  auto missing = manifest->files;
  for (;;) {
    auto entry = next_entry(*in, order.file);
    if (!entry) return entry.error();
    if (!*entry) break;  // The first of the two blocks that end an archive.
    const TarEntry& file = **entry;
    const auto listed = missing.find(file.name);
    // A name of a backup is one of ours, and never a path.
    if (!is_backup_file(file.name) || listed == missing.end() || listed->second.size != file.size)
      return invalid(fmt::format("{} is damaged: {} is not what its manifest says", order.file, file.name));
    const std::string to = folder + "/" + file.name;
    if (auto done = unpack(*in, file.size, to); !done) return done.error();
    const auto digest = sha256_of_file(to);
    if (!digest) return digest.error();
    if (*digest != listed->second.sha256)
      return invalid(fmt::format("{} is damaged: {} is not what was written", order.file, file.name));
    missing.erase(listed);
  }
  if (auto end = in->read(kTarBlock); !end) return end.error();
  if (!missing.empty() || !manifest->files.contains(kBackupStore))
    return invalid(fmt::format("{} is damaged: {} is missing", order.file,
                               missing.empty() ? std::string(kBackupStore) : missing.begin()->first));
  return manifest->facts;
}

/// The state, then the rest: what cannot be restored with a berthd running fails first.
Result<void> put_in_place(const BackupFacts& facts, const std::string& from, const std::string& data_dir) {
  if (auto done = store::sqlite::restore_backup(from + "/" + kBackupStore, data_dir + "/" + kBackupStore);
      !done)
    return done;
  for (const std::string& name : facts.files) {
    if (name == kBackupStore) continue;
    if (auto done = replace_file(from + "/" + name, data_dir + "/" + name); !done) return done;
  }
  return {};
}

Result<BackupFacts> restore_archive(const BackupOrder& order, BackupKind kind) {
  const std::string folder = order.data_dir + "/.restoring";
  std::error_code error;
  fs::remove_all(folder, error);
  if (!fs::create_directory(folder, error))
    return internal_error(fmt::format("cannot make {}: {}", folder, error.message()));
  fs::permissions(folder, fs::perms::owner_all, error);
  auto facts = unpack_all(order, folder);
  if (facts) {
    facts->kind = kind;
    const auto state = store::sqlite::examine_store(folder + "/" + kBackupStore);
    if (!state) facts = state.error();
  }
  if (facts)
    if (auto placed = put_in_place(*facts, folder, order.data_dir); !placed) facts = placed.error();
  fs::remove_all(folder, error);
  return facts;
}

}  // namespace

namespace {

// What was found in a copy is so in what was copied.
Error about(Error error, const std::string& copy, const std::string& original) {
  if (const auto at = error.message.find(copy); at != std::string::npos)
    error.message.replace(at, copy.size(), original);
  return error;
}

// What stands under a name, told from what another name has.
std::map<std::string, ino_t> files_in(const std::string& data_dir, const std::string& suffix) {
  std::map<std::string, ino_t> found;
  std::vector<std::string> names(kSmallFiles.begin(), kSmallFiles.end());
  names.emplace_back(kBackupStore);
  for (const auto& name : names) {
    struct stat status {};
    if (stat((data_dir + "/" + name + suffix).c_str(), &status) == 0) found[name] = status.st_ino;
  }
  return found;
}

}  // namespace

Result<BackupFacts> make_backup(const BackupOrder& order, runtime::Runtime& runtime) {
  std::error_code error;
  const std::string store = order.data_dir + "/" + kBackupStore;
  if (auto open = check_readable(order.data_dir); !open) return open.error();
  if (fs::exists(order.file, error)) return invalid(order.file + " exists already: name another file");
  remove_stale_copies(order.data_dir);
  // Beside the store, where only those read it who read that.
  const std::string copy = order.data_dir + "/" + kCopyPrefix + std::to_string(getpid());
  if (auto copied = store::sqlite::backup_file(store, copy); !copied) return copied.error();
  const auto remove_copy = [&] { fs::remove(copy, error); };
  BackupFacts facts;
  facts.kind = order.passphrase.empty() ? BackupKind::archive : BackupKind::sealed;
  const WallTime now = runtime.clock().wall();
  facts.made_at = render_iso8601(now);
  facts.version = BERTH_VERSION;
  const auto state = store::sqlite::examine_store(copy);
  const auto small = read_steady_files(order.data_dir);
  if (!state || !small) {
    remove_copy();
    return state ? small.error() : about(state.error(), copy, store);
  }
  facts.realms = state->realms;
  for (const auto& [name, text] : *small) facts.files.push_back(name);
  facts.files.emplace_back(kBackupStore);
  const std::string part = order.file + ".part";
  fs::remove(part, error);
  auto out = BackupWriter::create(part, order.passphrase, runtime.ids());
  Result<void> written = out ? write_archive(*out, facts, *small, copy, now) : Result<void>(out.error());
  remove_copy();
  if (written) written = publish(part, order.file);
  if (!written) {
    fs::remove(part, error);
    return written.error();
  }
  return facts;
}

Result<BackupFacts> restore_backup(const BackupOrder& order) {
  const auto kind = kind_of_backup(order.file);
  if (!kind) return kind.error();
  auto owner = prepare_folder(order.data_dir);
  if (!owner) return owner.error();
  if (auto idle = check_idle(order.data_dir + "/" + kBackupStore); !idle) return idle.error();
  const auto before = files_in(order.data_dir, "");
  Result<BackupFacts> facts = BackupFacts{*kind, "", "", {kBackupStore}, {}};
  if (*kind == BackupKind::store) {
    const auto done = store::sqlite::restore_backup(order.file, order.data_dir + "/" + kBackupStore);
    if (!done) facts = done.error();
  } else {
    facts = restore_archive(order, *kind);
  }
  if (facts)
    for (const auto& [name, file] : files_in(order.data_dir, ".before-restore"))
      if (const auto was = before.find(name); was != before.end() && was->second == file)
        facts->kept.push_back(name + ".before-restore");
  if (auto given = give_to(order.data_dir, *owner); !given && facts) return given.error();
  return facts;
}

}  // namespace berth::cli
