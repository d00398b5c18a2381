#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "bin/berth/commands.h"

namespace berth::cli {
namespace {

// Returns only when the CLI cannot be started.
int run_aws(CommandContext& context, const std::vector<std::string>& arguments) {
  const auto credentials = read_credentials(context.files, context.installation);
  if (!credentials) return fail(credentials.error());
  setenv("AWS_ACCESS_KEY_ID", credentials->access_key_id.c_str(), 1);
  setenv("AWS_SECRET_ACCESS_KEY", credentials->secret.c_str(), 1);
  unsetenv("AWS_SESSION_TOKEN");
  unsetenv("AWS_PROFILE");
  setenv("AWS_DEFAULT_REGION", context.installation.region.c_str(), 0);
  // Without it the CLI waits for a metadata service that a plain host does not have.
  setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
  if (!context.installation.ca_pem.empty())
    setenv("AWS_CA_BUNDLE", context.installation.ca_file().c_str(), 1);
  // Old CLIs know no AWS_ENDPOINT_URL, so the endpoint goes in as an option.
  const std::string program = access("/usr/bin/aws", X_OK) == 0 ? "/usr/bin/aws" : "aws";
  std::vector<std::string> words = {program, "--endpoint-url", context.installation.endpoint()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  return fail(fmt::format("the AWS CLI cannot be started ({}): install Debian's package awscli",
                          std::strerror(errno)));
}

}  // namespace

void add_aws(CommandLine& line) {
  auto arguments = std::make_shared<std::vector<std::string>>();
  auto& command =
      line.program.add_command("aws", "the AWS CLI with endpoint, region and credentials filled in");
  command.pass_on(*arguments, "ARGUMENTS…");
  command.add_note(
      "Everything behind `aws` is the AWS CLI's, whose exit code is this command's: berth aws ecs "
      "list-tasks");
  line.runs[&command] = [arguments](CommandContext& context) { return run_aws(context, *arguments); };
}

}  // namespace berth::cli
