// Goal: each variable of the guide's table and of agents of today has its default and its effect; nonsense
// names its variable. Method: a row for each variable: a value, what the configuration then says, what it
// says without, and values that are refused or leave the default.
#include "agent/config/agent_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace berth::agent::config {
namespace {

using namespace std::chrono_literals;
using Variables = std::map<std::string, std::string>;

Result<AgentConfig> configure(Variables variables) {
  variables.emplace("AWS_DEFAULT_REGION", "us-west-2");
  variables.emplace("ECS_BACKEND_HOST", "https://plane:1");
  return make_config(variables);
}

std::string text_of(const std::string& value) {
  return value;
}
std::string text_of(bool value) {
  return value ? "true" : "false";
}
std::string text_of(Duration value) {
  return render_go_duration(value);
}
std::string text_of(std::int32_t value) {
  return std::to_string(value);
}
std::string text_of(std::int64_t value) {
  return std::to_string(value);
}
std::string text_of(const std::vector<std::int32_t>& value) {
  return fmt::format("{}", fmt::join(value, " "));
}
std::string text_of(const std::vector<std::string>& value) {
  return fmt::format("{}", fmt::join(value, " "));
}
std::string text_of(const std::map<std::string, std::string>& value) {
  std::string text;
  for (const auto& [name, one] : value) text += name + "=" + one + ";";
  return text;
}
std::string text_of(PullBehavior value) {
  constexpr const char* kNames[] = {"default", "always", "once", "prefer-cached"};
  return kNames[static_cast<int>(value)];
}

struct Row {
  const char* variable;
  std::string value;
  std::string effect;   ///< What the setting then is.
  std::string without;  ///< What it is otherwise.
  std::function<std::string(const AgentConfig&)> setting;
  std::vector<std::string> refused = {};     ///< Values that end the start, with the variable's name.
  std::vector<std::string> left_alone = {};  ///< Values that count as unset.
};

using Setting = std::function<std::string(const AgentConfig&)>;
template <class T>
Setting setting(T AgentConfig::*member) {
  return [member](const AgentConfig& config) { return text_of(config.*member); };
}
template <class T>
Setting setting(T LogConfig::*member) {
  return [member](const AgentConfig& config) { return text_of(config.log.*member); };
}

std::vector<Row> identity_rows() {
  return {
      {"ECS_CLUSTER", "MyCluster", "MyCluster", "", setting(&AgentConfig::cluster), {}, {"", "  "}},
      {"ECS_BACKEND_HOST", "10.0.0.1:51670", "https://10.0.0.1:51670", "https://plane:1",
       setting(&AgentConfig::backend_host)},
      {"AWS_DEFAULT_REGION", "eu-west-1", "eu-west-1", "us-west-2", setting(&AgentConfig::region)},
      {"AWS_REGION", "eu-west-1", "eu-west-1", "us-west-2", setting(&AgentConfig::region)},
      {"AWS_ACCESS_KEY_ID", "AKIA", "AKIA", "", setting(&AgentConfig::access_key_id)},
      {"AWS_SECRET_ACCESS_KEY", "s/ecret+", "s/ecret+", "", setting(&AgentConfig::secret_access_key)},
      {"AWS_SESSION_TOKEN", "t", "t", "", setting(&AgentConfig::session_token)},
      {"BERTH_INSTANCE_ID", "i-1", "i-1", "", setting(&AgentConfig::instance_id)},
      {"BERTH_AVAILABILITY_ZONE", "z", "z", "", setting(&AgentConfig::availability_zone)},
      {"BERTH_INSTANCE_TYPE", "m1", "m1", "", setting(&AgentConfig::instance_type)},
      {"ECS_INSTANCE_ATTRIBUTES",
       R"({"stack":"prod","tier":"1"})",
       "stack=prod;tier=1;",
       "",
       setting(&AgentConfig::instance_attributes),
       {"stack=prod", "[]", R"({"a":1})"}},
      {"ECS_CONTAINER_INSTANCE_TAGS",
       R"({"k":"v"})",
       "k=v;",
       "",
       setting(&AgentConfig::instance_tags),
       {"k", "1"}},
      {"HTTP_PROXY", "proxy:3128", "proxy:3128", "", setting(&AgentConfig::http_proxy)},
      {"HTTPS_PROXY", "proxy:3129", "proxy:3129", "", setting(&AgentConfig::https_proxy)},
      {"NO_PROXY", "169.254.169.254,/var/run/docker.sock", "169.254.169.254,/var/run/docker.sock", "",
       setting(&AgentConfig::no_proxy)},
      {"SSL_CERT_FILE", "/ca.pem", "/ca.pem", "", setting(&AgentConfig::ca_file)},
  };
}

std::vector<Row> host_rows() {
  return {
      {"DOCKER_HOST", "tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375", "unix:///var/run/docker.sock",
       setting(&AgentConfig::docker_host)},
      {"ECS_RESERVED_PORTS",
       "[22, 80, 5000, 8080]",
       "22 80 5000 8080",
       "22 2375 2376 51678 51679",
       setting(&AgentConfig::reserved_ports),
       {"22", "{}", "[0]", "[70000]", "[\"22\"]", "["}},
      {"ECS_RESERVED_PORTS_UDP",
       "[53, 123]",
       "53 123",
       "",
       setting(&AgentConfig::reserved_ports_udp),
       {"53"}},
      {"ECS_RESERVED_MEMORY",
       "32",
       "32",
       "0",
       setting(&AgentConfig::reserved_memory_mib),
       {"many", "-1", "65536", "1.5"}},
      {"ECS_ENGINE_AUTH_TYPE", "dockercfg", "dockercfg", "", setting(&AgentConfig::engine_auth_type)},
      {"ECS_ENGINE_AUTH_DATA", R"({"r":{"auth":"x"}})", R"({"r":{"auth":"x"}})", "",
       setting(&AgentConfig::engine_auth_data)},
      {"ECS_DATADIR", "/data", "/data", "", setting(&AgentConfig::data_dir)},
      {"ECS_CHECKPOINT", "true", "true", "false", setting(&AgentConfig::checkpoint), {}, {"yes", "on", "2"}},
      {"ECS_UPDATES_ENABLED", "true", "true", "false", setting(&AgentConfig::updates_enabled), {}, {"yes"}},
      {"ECS_UPDATE_DOWNLOAD_DIR", "/cache", "/cache", "", setting(&AgentConfig::update_download_dir)},
      {"BERTH_UPDATE_KEY_FILE", "/k.pem", "/k.pem", "/etc/ecs/update-key.pem",
       setting(&AgentConfig::update_key_file)},
      {"ECS_INIT_TRIAL_FILE", "/t", "/t", "", setting(&AgentConfig::trial_file)},
      {"ECS_DISABLE_METRICS", "1", "true", "false", setting(&AgentConfig::disable_metrics)},
      {"ECS_HOST_DATA_DIR", "/srv/ecs", "/srv/ecs", "/var/lib/ecs", setting(&AgentConfig::host_data_dir)},
      {"ECS_CGROUP_PATH", "/cgroup", "/cgroup", "/sys/fs/cgroup", setting(&AgentConfig::cgroup_path)},
      {"BERTH_SECRETS_DIR", "/s", "/s", "/etc/ecs/secrets", setting(&AgentConfig::secrets_dir)},
      {"BERTH_ENVIRONMENT_FILES_DIR", "/e", "/e", "/etc/ecs/environment-files",
       setting(&AgentConfig::environment_files_dir)},
      {"BERTH_METADATA_ROUTE", "false", "false", "true", setting(&AgentConfig::metadata_route)},
      {"ECS_AUDIT_LOGFILE", "/a", "/a", "/log/audit.log", setting(&AgentConfig::audit_log_file)},
      {"ECS_AUDIT_LOGFILE_DISABLED", "true", "true", "false", setting(&AgentConfig::audit_log_disabled)},
      {"ECS_TASK_PIDS_LIMIT", "100", "100", "0", setting(&AgentConfig::task_pids_limit), {"0", "-1", "x"}},
  };
}

std::vector<Row> port_and_log_rows() {
  return {
      {"ECS_EXCLUDE_IPV6_PORTBINDING", "false", "false", "true",
       setting(&AgentConfig::exclude_ipv6_port_binding)},
      {"ECS_DYNAMIC_HOST_PORT_RANGE",
       "49153-65535",
       "49153-65535",
       "none",
       [](const AgentConfig& config) {
         const auto& range = config.dynamic_host_port_range;
         return range ? fmt::format("{}-{}", range->first, range->second) : "none";
       },
       {"49153", "1-", "-5", "9-1", "0-10", "1-70000", "1-2-3", "a-b"}},
      {"ECS_TASK_METADATA_RPS_LIMIT",
       "100,150",
       "100,150",
       "40,60",
       [](const AgentConfig& config) {
         const auto& limit = config.task_metadata_rps;
         return limit ? fmt::format("{},{}", limit->first, limit->second) : "40,60";
       },
       {"40", "40,", "60,40", "0,1", "a,b"}},
      {"ECS_ALLOW_OFFHOST_INTROSPECTION_ACCESS", "true", "true", "false",
       setting(&AgentConfig::allow_offhost_introspection)},
      {"ECS_DISABLE_TASK_METADATA_AZ", "true", "true", "false",
       setting(&AgentConfig::disable_task_metadata_az)},
      {"ECS_LOGLEVEL", "debug", "debug", "info", setting(&LogConfig::level), {"chatty"}},
      {"ECS_LOGFILE", "/log/ecs-agent.log", "/log/ecs-agent.log", "", setting(&LogConfig::file)},
      {"ECS_LOGLEVEL_ON_INSTANCE", "warn", "warn", "", setting(&LogConfig::level_on_instance)},
      {"ECS_LOG_OUTPUT_FORMAT", "json", "json", "logfmt", setting(&LogConfig::format), {"xml"}},
      {"ECS_LOG_ROLLOVER_TYPE", "size", "size", "hourly", setting(&LogConfig::rollover), {"daily"}},
      {"ECS_LOG_MAX_FILE_SIZE_MB", "5", "5", "10", setting(&LogConfig::file_size_mb_max), {"0", "big"}},
      {"ECS_LOG_MAX_ROLL_COUNT", "3", "3", "24", setting(&LogConfig::rolled_max), {"-1"}},
  };
}

std::vector<Row> container_rows() {
  return {
      {"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION",
       "10m",
       "10m",
       "3h",
       setting(&AgentConfig::task_cleanup_wait),
       {"soon", "10"},
       {"500ms"}},
      {"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER",
       "1h",
       "1h",
       "0s",
       setting(&AgentConfig::task_cleanup_jitter),
       {"x"}},
      {"ECS_CONTAINER_STOP_TIMEOUT",
       "1m30s",
       "1m30s",
       "30s",
       setting(&AgentConfig::container_stop_timeout),
       {"soon"},
       {"999ms"}},
      {"ECS_CONTAINER_START_TIMEOUT",
       "45s",
       "45s",
       "3m",
       setting(&AgentConfig::container_start_timeout),
       {"x"},
       {"44s"}},
      {"ECS_CONTAINER_CREATE_TIMEOUT",
       "1m",
       "1m",
       "4m",
       setting(&AgentConfig::container_create_timeout),
       {"x"},
       {"59s"}},
      {"ECS_AVAILABLE_LOGGING_DRIVERS",
       R"(["json-file","syslog"])",
       "json-file syslog",
       "json-file syslog journald gelf fluentd none awslogs",
       setting(&AgentConfig::logging_drivers),
       {"json-file", "[1]"}},
      {"ECS_DISABLE_PRIVILEGED", "true", "true", "false", setting(&AgentConfig::disable_privileged)},
      {"ECS_SELINUX_CAPABLE", "true", "true", "false", setting(&AgentConfig::selinux_capable)},
      {"ECS_APPARMOR_CAPABLE", "true", "true", "false", setting(&AgentConfig::apparmor_capable)},
      {"ECS_ENABLE_TASK_IAM_ROLE", "false", "false", "true", setting(&AgentConfig::enable_task_iam_role)},
      {"ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST", "false", "false", "true",
       setting(&AgentConfig::enable_task_iam_role_network_host)},
      {"ECS_ENABLE_TASK_CPU_MEM_LIMIT", "false", "false", "true",
       setting(&AgentConfig::enable_task_cpu_mem_limit)},
      {"ECS_ENABLE_CONTAINER_METADATA", "true", "true", "false",
       setting(&AgentConfig::enable_container_metadata)},
      {"ECS_DISABLE_DOCKER_HEALTH_CHECK", "true", "true", "false",
       setting(&AgentConfig::disable_docker_health_check)},
      {"BERTH_CONTAINER_LOG_MAX_SIZE",
       "1g",
       "1g",
       "20m",
       setting(&AgentConfig::container_log_max_size),
       {"0", "20 m", "m", "20t", "-2"}},
      {"BERTH_CONTAINER_LOG_MAX_FILES",
       "2",
       "2",
       "5",
       setting(&AgentConfig::container_log_max_files),
       {"0", "x", "1001"}},
  };
}

std::vector<Row> image_rows() {
  return {
      {"ECS_IMAGE_PULL_BEHAVIOR",
       "prefer-cached",
       "prefer-cached",
       "default",
       setting(&AgentConfig::image_pull_behavior),
       {"never"}},
      {"ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT", "true", "true", "false",
       setting(&AgentConfig::pull_dependent_containers_upfront)},
      {"ECS_MANIFEST_PULL_TIMEOUT",
       "2m",
       "2m",
       "1m",
       setting(&AgentConfig::manifest_pull_timeout),
       {"x"},
       {"29s"}},
      {"ECS_IMAGE_PULL_TIMEOUT", "1h", "1h", "2h", setting(&AgentConfig::image_pull_timeout), {"x"}},
      {"ECS_IMAGE_PULL_INACTIVITY_TIMEOUT",
       "2m",
       "2m",
       "1m",
       setting(&AgentConfig::image_pull_inactivity_timeout),
       {"x"},
       {"59s"}},
      {"ECS_DISABLE_IMAGE_CLEANUP", "true", "true", "false", setting(&AgentConfig::disable_image_cleanup)},
      {"ECS_IMAGE_CLEANUP_INTERVAL",
       "10m",
       "10m",
       "30m",
       setting(&AgentConfig::image_cleanup_interval),
       {"x"},
       {"9m59s"}},
      {"ECS_IMAGE_MINIMUM_CLEANUP_AGE",
       "2h",
       "2h",
       "1h",
       setting(&AgentConfig::image_minimum_cleanup_age),
       {"x"}},
      {"ECS_NUM_IMAGES_DELETE_PER_CYCLE",
       "7",
       "7",
       "5",
       setting(&AgentConfig::images_delete_per_cycle),
       {"0", "x"}},
      {"ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP", "true", "true", "false",
       setting(&AgentConfig::enable_untracked_cleanup)},
      {"NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE", "2h", "2h", "1h",
       setting(&AgentConfig::untracked_minimum_cleanup_age)},
      {"NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE",
       "7",
       "7",
       "5",
       setting(&AgentConfig::untracked_containers_per_cycle),
       {"0", "x", "1001"}},
      {"ECS_EXCLUDE_UNTRACKED_IMAGE", "a:1, b ,,", "a:1 b", "",
       setting(&AgentConfig::exclude_untracked_images)},
  };
}

std::vector<Row> all_rows() {
  auto rows = identity_rows();
  for (const auto& more : {host_rows(), port_and_log_rows(), container_rows(), image_rows()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

class EachVariable : public testing::TestWithParam<Row> {};

TEST_P(EachVariable, HasItsDefaultAndItsEffect) {
  const Row& row = GetParam();
  EXPECT_EQ(row.setting(*configure({})), row.without) << "the default";
  const auto config = configure({{row.variable, row.value}});
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(row.setting(*config), row.effect);
  const auto blanks = configure({{row.variable, " " + row.value + " \t"}});
  ASSERT_TRUE(blanks.ok()) << blanks.error().message;
  EXPECT_EQ(row.setting(*blanks), row.effect) << "blanks around a value do not count";
}

TEST_P(EachVariable, NonsenseNamesItOrLeavesTheDefault) {
  const Row& row = GetParam();
  for (const auto& value : row.refused) {
    const auto config = configure({{row.variable, value}});
    ASSERT_FALSE(config.ok()) << value;
    EXPECT_TRUE(config.error().message.starts_with(std::string(row.variable) + ": "))
        << config.error().message;
  }
  for (const auto& value : row.left_alone) {
    const auto config = configure({{row.variable, value}});
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(row.setting(*config), row.without) << value;
  }
}

INSTANTIATE_TEST_SUITE_P(Variables, EachVariable, testing::ValuesIn(all_rows()),
                         [](const auto& row) { return std::string(row.param.variable); });

TEST(AgentConfig, EveryVariableThatIsReadHasARow) {
  std::set<std::string> rows;
  for (const auto& row : all_rows()) rows.insert(row.variable);
  // One that has no row must be without effect: set to nonsense, everything stays.
  for (const auto& variable : known_variables()) {
    if (rows.contains(variable.name)) continue;
    EXPECT_TRUE(configure({{variable.name, "\"no\" sense"}}).ok()) << variable.name;
  }
  for (const auto& name : rows) {
    bool known = false;
    for (const auto& variable : known_variables()) known = known || variable.name == name;
    EXPECT_TRUE(known) << name;
  }
}

TEST(AgentConfig, FlagsAreWrittenInManyWays) {
  for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"})
    EXPECT_TRUE(configure({{"ECS_DISABLE_METRICS", yes}})->disable_metrics) << yes;
  for (const char* no : {"0", "f", "F", "FALSE", "false", "False"})
    EXPECT_FALSE(configure({{"ECS_ENABLE_TASK_CPU_MEM_LIMIT", no}})->enable_task_cpu_mem_limit) << no;
}

TEST(AgentConfig, CheckpointFollowsTheDataDirectoryUnlessSaid) {
  EXPECT_FALSE(configure({})->checkpoint);
  EXPECT_TRUE(configure({{"ECS_DATADIR", "/data"}})->checkpoint);
  EXPECT_FALSE(configure({{"ECS_DATADIR", "/data"}, {"ECS_CHECKPOINT", "false"}})->checkpoint);
  EXPECT_TRUE(configure({{"ECS_CHECKPOINT", "true"}})->checkpoint);
}

TEST(AgentConfig, ARegionIsWanted) {
  const auto config = make_config({});
  ASSERT_FALSE(config.ok());
  EXPECT_TRUE(config.error().message.starts_with("AWS_DEFAULT_REGION: "));
}

// Without it an agent of ours would take its key to Amazon.
TEST(AgentConfig, AControlPlaneIsWantedAndNeverAmazons) {
  for (const Variables& variables :
       {Variables{{"AWS_DEFAULT_REGION", "us-west-2"}},
        Variables{{"AWS_DEFAULT_REGION", "us-west-2"}, {"ECS_BACKEND_HOST", " "}}}) {
    const auto config = make_config(variables);
    ASSERT_FALSE(config.ok());
    EXPECT_TRUE(config.error().message.starts_with("ECS_BACKEND_HOST: ")) << config.error().message;
  }
  EXPECT_EQ(configure({{"ECS_BACKEND_HOST", "http://h:1"}})->backend_host, "http://h:1");
}

TEST(AgentConfig, ContainerLogsMayBeUnboundedWhenThatIsSaid) {
  EXPECT_EQ(configure({{"BERTH_CONTAINER_LOG_MAX_SIZE", "-1"}})->container_log_max_size, "");
  EXPECT_EQ(configure({{"BERTH_CONTAINER_LOG_MAX_SIZE", ""}})->container_log_max_size, "20m");
}

TEST(AgentConfig, UnknownVariablesAreIgnored) {
  EXPECT_TRUE(configure({{"ECS_OF_THE_FUTURE", "["}, {"PATH", "/bin"}}).ok());
}

// The guide's file: KEY=VALUE, JSON unquoted; scripts append to it with >>.
TEST(ConfigFile, IsReadLineByLine) {
  struct Case {
    const char* text;
    const char* name;
    const char* value;
  };
  const Case cases[] = {
      {"ECS_CLUSTER=a\n", "ECS_CLUSTER", "a"},
      {"ECS_CLUSTER=a", "ECS_CLUSTER", "a"},
      {"ECS_CLUSTER=a\r\n", "ECS_CLUSTER", "a"},
      {"\n\n  # a comment\n#ECS_CLUSTER=x\n ECS_CLUSTER = b \n", "ECS_CLUSTER", "b"},
      {"ECS_CLUSTER=a\nECS_CLUSTER=b\n", "ECS_CLUSTER", "b"},
      {"ECS_CLUSTER=\n", "ECS_CLUSTER", ""},
      {"ECS_CLUSTER=\"a\"\n", "ECS_CLUSTER", "a"},
      {"ECS_CLUSTER='a b'\n", "ECS_CLUSTER", "a b"},
      {"export ECS_CLUSTER=a\n", "ECS_CLUSTER", "a"},
      {"ECS_RESERVED_PORTS=[22,\"x\"]\n", "ECS_RESERVED_PORTS", "[22,\"x\"]"},
      {"ECS_ENGINE_AUTH_DATA={\"https://index.docker.io/v1/\":{\"auth\":\"YTpi=\"}}\n",
       "ECS_ENGINE_AUTH_DATA", "{\"https://index.docker.io/v1/\":{\"auth\":\"YTpi=\"}}"},
      {"nonsense\n=x\nECS_CLUSTER=a=b\n", "ECS_CLUSTER", "a=b"},
  };
  for (const auto& one : cases) {
    const auto variables = parse_config_file(one.text);
    ASSERT_TRUE(variables.contains(one.name)) << one.text;
    EXPECT_EQ(variables.at(one.name), one.value) << one.text;
    EXPECT_EQ(variables.size(), 1U) << one.text;
  }
  EXPECT_TRUE(parse_config_file("").empty());
}

TEST(GoDuration, ReadsUnits) {
  EXPECT_EQ(*parse_go_duration("1h30m"), Duration(90min));
  EXPECT_EQ(*parse_go_duration("1.5s"), Duration(1500ms));
  EXPECT_EQ(*parse_go_duration("0"), Duration(0));
  for (const char* text : {"10", "ten", "", "-1s", "1h30", "nan", "inf", "1e30h", "1d"})
    EXPECT_FALSE(parse_go_duration(text).ok()) << text;
}

TEST(GoDuration, IsWrittenShort) {
  EXPECT_EQ(render_go_duration(3h), "3h");
  EXPECT_EQ(render_go_duration(90s), "1m30s");
  EXPECT_EQ(render_go_duration(0s), "0s");
  EXPECT_EQ(render_go_duration(1500ms), "1s500ms");
}

}  // namespace
}  // namespace berth::agent::config
