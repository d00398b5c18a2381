// Goal: berthd takes what its help says from flags, variables and a file, in this order, and refuses
// everything else with the mistake named.
#include "bin/berthd/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace berth::berthd {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

// The mistake, or what is printed, or nothing.
std::string outcome(const Words& words, const std::map<std::string, std::string>& environment = {}) {
  Options options;
  const auto parsed = parse_options(words, environment, options);
  return parsed ? *parsed : "mistake: " + parsed.error().message;
}

Options taken(const Words& words, const std::map<std::string, std::string>& environment = {}) {
  Options options;
  const auto parsed = parse_options(words, environment, options);
  EXPECT_TRUE(parsed.ok()) << parsed.error().message;
  return options;
}

TEST(BerthdOptions, DefaultsListenBelowTheEphemeralPorts) {
  const auto options = taken({});
  EXPECT_EQ(options.listen_address, "127.0.0.1");
  EXPECT_EQ(options.listen_port, 5167);
  EXPECT_LT(options.listen_port, 32768) << "Linux gives ports from 32768 on to connections that go out";
  EXPECT_EQ(options.threads, 0U);
}

TEST(BerthdOptions, WrongValuesAreRefused) {
  for (const auto& words : std::vector<Words>{{"extra"},
                                              {"--threads", "0"},
                                              {"--threads", "-1"},
                                              {"--threads", "100000"},
                                              {"--log-level", "loud"},
                                              {"--task-roles", "/nonexistent"},
                                              {"--task-roles", "/"},
                                              {"--agent-packages", "/nonexistent"},
                                              {"--agent-packages-url", "here"},
                                              {"--region", "../x"},
                                              {"--region", ""},
                                              {"--account-id", "12345678901x"},
                                              {"--data-dir", ""},
                                              {"--listen", "5167"},
                                              {"--listen", "127.0.0.1:99999"},
                                              {"--listen", "somewhere:5167"},
                                              {"--listen", "0.0.0.0:5167"},
                                              {"--tls-listen", "x"},
                                              {"--tls-name", "a b"},
                                              {"--tls", "perhaps"},
                                              {"--store", "etcd"},
                                              {"--compat", "2014"},
                                              {"--limit", "instances_per_cluster"},
                                              {"--limit", "instances_per_cluster=0"},
                                              {"--limit", "instances_per_cluster=-1"},
                                              {"--limit", "nothing=1"},
                                              {"--throttles", "maybe"},
                                              {"--instance-grace", "0s"},
                                              {"--instance-grace", "5"},
                                              {"--instance-grace", "99999999h"},
                                              {"--stopped-task-retention", "-1h"},
                                              {"--config", "/nonexistent"},
                                              {"--insecure=perhaps"},
                                              {"--output", "xml"},
                                              {"--region", "a", "--region", "b"}}) {
    EXPECT_THAT(outcome(words), StartsWith("mistake: ")) << words.front();
    const auto option = words[0].substr(0, words[0].find('='));
    EXPECT_THAT(outcome(words), HasSubstr(option)) << "the mistake names it";
  }
}

TEST(BerthdOptions, MistakesNameTheNearestWord) {
  EXPECT_EQ(outcome({"--data-dri", "/x"}),
            "mistake: unknown option '--data-dri': did you mean '--data-dir'?");
  EXPECT_THAT(outcome({"--log-level", "warning"}), HasSubstr("did you mean 'warn'?"));
  EXPECT_THAT(outcome({"--limit", "instance_per_cluster=5"}),
              HasSubstr("did you mean 'instances_per_cluster'?"));
  EXPECT_EQ(outcome({"extra"}), "mistake: unexpected word 'extra': berthd takes options only");
}

TEST(BerthdOptions, HelpAndVersionComeBeforeMistakes) {
  EXPECT_THAT(outcome({"--threads", "0", "--help"}), HasSubstr("--threads N"));
  EXPECT_THAT(outcome({"--version"}), StartsWith("berthd "));
}

TEST(BerthdOptions, LinesComeBeforeVariablesAndThoseBeforeTheFile) {
  const std::string path = ::testing::TempDir() + "berthd_options_test.conf";
  std::ofstream(path) << "# settings\nregion = eu-west-1\naccount-id = 111111111111\ndata-dir = /file dir\n"
                         "tls-listen = 10.0.0.1:5167\ntls-listen = 10.0.0.2:5167\n";
  const auto options =
      taken({"--config", path, "--region", "us-west-2"},
            {{"BERTH_REGION", "eu-east-1"}, {"BERTH_ACCOUNT_ID", "222222222222"}, {"BERTH_OTHER", "x"}});
  EXPECT_EQ(options.region, "us-west-2");
  EXPECT_EQ(options.account_id, "222222222222");
  EXPECT_EQ(options.data_dir, "/file dir");
  EXPECT_EQ(options.tls_listen.size(), 2U);
  std::ofstream(path) << "threads = many\n";
  EXPECT_EQ(outcome({"--config", path}),
            "mistake: " + path + ":1: threads 'many' must be a whole number from 1 to 256");
  EXPECT_EQ(outcome({}, {{"BERTH_THREADS", "many"}}),
            "mistake: BERTH_THREADS 'many' must be a whole number from 1 to 256");
  std::remove(path.c_str());
}

TEST(BerthdOptions, LimitsAreThoseOfCompatButForWhatIsSaid) {
  const auto options = taken({"--limit", "instances_per_cluster=7", "--compat", "guide-2015"});
  for (const auto& limit : domain::list_limits(options.limits)) {
    if (limit.name == "instances_per_cluster")
      EXPECT_EQ(limit.value, 7);
    else
      EXPECT_EQ(limit.value, limit.guide_2015) << limit.name;
  }
}

}  // namespace
}  // namespace berth::berthd
