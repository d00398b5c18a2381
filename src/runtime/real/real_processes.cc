#include "runtime/real/real_processes.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "runtime/sync.h"

extern char** environ;

namespace berth::runtime {
namespace asio = boost::asio;

namespace {

/// A child and its standard files. These are files in memory, not pipes: nothing has to be pumped while it
/// runs, and a grandchild that keeps them open delays nobody.
struct Child {
  ~Child() {
    if (process > 0) {  // Not reaped: the waiting coroutine was cancelled or its time was over.
      ::kill(process, SIGKILL);
      while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
    for (const int file : files)
      if (file >= 0) ::close(file);
  }
  int files[3] = {-1, -1, -1};
  pid_t process = 0;
  int status = 0;
};

Error spawn_failure(const std::string& program, int number) {
  const std::string message = "cannot run " + program + ": " + std::strerror(number);
  return number == ENOENT ? not_found(message) : internal_error(message);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& overlay) {
  std::map<std::string, std::string> merged;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const std::size_t equals = std::min(text.find('='), text.size());
    merged.emplace(text.substr(0, equals),
                   equals < text.size() ? text.substr(equals + 1) : std::string_view());
  }
  for (const auto& [name, value] : overlay) merged[name] = value;
  std::vector<std::string> list;
  for (const auto& [name, value] : merged) list.push_back(name + "=" + value);
  return list;
}

/// Starts a child whose standard files are `files`. Returns its process id.
Result<pid_t> spawn(const ProcessSpec& spec, const int (&files)[3], short flags) {
  if (spec.argv.empty()) return invalid("no program to run");
  std::vector<std::string> arguments = spec.argv;
  std::vector<std::string> environment = merged_environment(spec.environment);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < 3; ++i) posix_spawn_file_actions_adddup2(&actions, files[i], i);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGPIPE);  // Ignored here; an ignored signal would stay ignored in the child.
  sigaddset(&signals, SIGXFSZ);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes,
                           static_cast<short>(flags | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  pid_t process = 0;
  const int failure = posix_spawnp(&process, arguments[0].c_str(), &actions, &attributes,
                                   pointers(arguments).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return spawn_failure(arguments[0], failure);
  return process;
}

Result<std::shared_ptr<Child>> start(const ProcessSpec& spec) {
  auto child = std::make_shared<Child>();
  for (int& file : child->files) {
    file = ::memfd_create("berth-child", MFD_CLOEXEC);
    if (file < 0) return internal_error(std::string("memfd_create: ") + std::strerror(errno));
  }
  std::string_view rest = spec.stdin_text;
  while (!rest.empty()) {
    const ssize_t written = ::write(child->files[0], rest.data(), rest.size());
    if (written < 0) return internal_error(std::string("cannot pass stdin: ") + std::strerror(errno));
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(child->files[0], 0, SEEK_SET);
  Result<pid_t> process = spawn(spec, child->files, 0);
  if (!process) return process.error();
  child->process = *process;
  return child;
}

std::string contents(int file) {
  const off_t size = ::lseek(file, 0, SEEK_END);
  std::string text(std::min(static_cast<std::size_t>(std::max<off_t>(size, 0)), kProcessOutputBytesMax),
                   '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = ::pread(file, text.data() + have, text.size() - have, static_cast<off_t>(have));
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  text.resize(have);
  return text;
}

Async<Result<void>> wait_end(std::shared_ptr<Child> child) {
  const Executor executor = co_await current_executor();
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child->process, 0));
  if (pidfd < 0) co_return internal_error(std::string("pidfd_open: ") + std::strerror(errno));
  asio::posix::basic_stream_descriptor<Executor> descriptor(executor, pidfd);
  co_await descriptor.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable_t<Executor>());
  while (::waitpid(child->process, &child->status, 0) < 0 && errno == EINTR) {
  }
  child->process = 0;
  co_return Result<void>();
}

Async<Result<ProcessOutcome>> run_child(Runtime& runtime, ProcessSpec spec, Duration timeout) {
  Result<std::shared_ptr<Child>> child = start(spec);
  if (!child) co_return child.error();
  Async<Result<void>> work = wait_end(*child);
  Result<void> ended = co_await with_deadline<void>(runtime, timeout, std::move(work));
  if (!ended) co_return ended.error();
  ProcessOutcome outcome;
  const int status = (*child)->status;
  outcome.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  outcome.stdout_text = contents((*child)->files[1]);
  outcome.stderr_text = contents((*child)->files[2]);
  co_return outcome;
}

}  // namespace

Async<Result<ProcessOutcome>> RealProcesses::run(ProcessSpec spec, Duration timeout) {
  return run_child(runtime_, std::move(spec), timeout);
}

Result<int> RealProcesses::start_detached(const ProcessSpec& spec, const std::string& log_path) {
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int output = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  Result<pid_t> process = internal_error("cannot open " + log_path + ": " + std::strerror(errno));
  if (input >= 0 && output >= 0) process = spawn(spec, {input, output, output}, POSIX_SPAWN_SETSID);
  if (input >= 0) ::close(input);
  if (output >= 0) ::close(output);
  return process;
}

Result<void> RealProcesses::signal(int process_id, int signal) {
  if (::kill(process_id, signal) == 0) return {};
  const std::string message =
      "cannot signal process " + std::to_string(process_id) + ": " + std::strerror(errno);
  if (errno == ESRCH) return not_found(message);
  return Error{ErrorCode::denied, message, Retry::no};
}

bool RealProcesses::running(int process_id) {
  // A child of ours that has ended stays a zombie, which kill() still finds, until it is waited for.
  if (::waitpid(process_id, nullptr, WNOHANG) == process_id) return false;
  return ::kill(process_id, 0) == 0 || errno == EPERM;
}

}  // namespace berth::runtime
