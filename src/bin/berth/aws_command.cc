#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "bin/berth/commands.h"

namespace berth::cli {

int aws(CommandContext& context, const std::vector<std::string>& arguments) {
  const auto credentials = read_credentials(context.files, context.installation);
  if (!credentials) {
    fmt::print(stderr, "berth: {}\n", credentials.error().message);
    return 1;
  }
  setenv("AWS_ACCESS_KEY_ID", credentials->access_key_id.c_str(), 1);
  setenv("AWS_SECRET_ACCESS_KEY", credentials->secret.c_str(), 1);
  unsetenv("AWS_SESSION_TOKEN");
  unsetenv("AWS_PROFILE");
  setenv("AWS_DEFAULT_REGION", context.installation.region.c_str(), 0);
  // Without it the CLI waits for a metadata service that a plain host does not have.
  setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
  // Old CLIs know no AWS_ENDPOINT_URL, so the endpoint goes in as an option.
  const std::string program = access("/usr/bin/aws", X_OK) == 0 ? "/usr/bin/aws" : "aws";
  std::vector<std::string> words = {program, "--endpoint-url", context.installation.endpoint()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  fmt::print(stderr, "berth: the AWS CLI cannot be started ({}): install Debian's package awscli.\n",
             std::strerror(errno));
  return 127;
}

}  // namespace berth::cli
