// Goal: the generated JSON codecs keep values through a round trip and name what does not fit.
// Method: real shapes of the ECS model, from hand-written JSON and back; every kind of problem with its path.
#include "model/acs/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/control/codec.h"
#include "model/ecs/codec.h"
#include "model/tcs/codec.h"

namespace berth::model {
namespace {

using testing::HasSubstr;

/// Decodes strictly what must not fit, and returns the problems as "path kind".
template <class T>
std::vector<std::string> problems_of(std::string_view text, DecodeMode mode = DecodeMode::strict) {
  static constexpr std::string_view kKinds[] = {"wrong_type", "missing", "bad_enum",
                                                "length",     "pattern", "range"};
  DecodeContext context(mode);
  T value;
  const Result<JsonValue> json = parse_json(text);
  EXPECT_TRUE(json.ok()) << text;
  const bool fits = decode(*json, value, context);
  EXPECT_EQ(fits, context.ok());
  std::vector<std::string> found;
  for (const DecodeProblem& problem : context.problems()) {
    found.push_back(problem.path + " " + std::string(kKinds[static_cast<int>(problem.kind)]));
    EXPECT_THAT(problem.message, HasSubstr(problem.path));
  }
  return found;
}

template <class T>
std::vector<std::string> one(T text) {
  return {std::string(text)};
}

TEST(Codec, RoundTripKeepsValuesAndModelOrder) {
  const std::string text =
      R"({"family":"sleep360","containerDefinitions":[{"name":"sleep","image":"busybox","cpu":10,)"
      R"("portMappings":[{"containerPort":80,"hostPort":0,"protocol":"udp"}],"essential":true,)"
      R"("command":["sleep","360"],"dockerLabels":{"a \"b\"":"c"}}],"volumes":[],"tags":[{"key":"k","value":""}]})";
  const auto request = decode_json<ecs::RegisterTaskDefinitionRequest>(text, DecodeMode::strict);
  ASSERT_TRUE(request.ok()) << request.error().message;
  const ecs::ContainerDefinition& container = request->container_definitions.at(0);
  EXPECT_EQ(container.port_mappings->at(0).protocol, ecs::TransportProtocol::udp);
  EXPECT_EQ(container.docker_labels->at("a \"b\""), "c");
  EXPECT_FALSE(container.memory.has_value());
  EXPECT_TRUE(request->volumes.has_value());
  EXPECT_EQ(parse_json(encode_json(*request)).value(), parse_json(text).value());
  const ecs::RunTaskRequest run{.cluster = "c", .count = 2, .task_definition = "f:1"};
  EXPECT_EQ(encode_json(run), R"({"cluster":"c","count":2,"taskDefinition":"f:1"})");
}

TEST(Codec, NullIsAbsentAndUnknownMembersAreIgnored) {
  const auto request = decode_json<ecs::RunTaskRequest>(
      R"({"taskDefinition":"f","cluster":null,"madeUp":{"deep":[1]},"count":null})", DecodeMode::strict);
  ASSERT_TRUE(request.ok()) << request.error().message;
  EXPECT_FALSE(request->cluster.has_value());
  EXPECT_EQ(encode_json(*request), R"({"taskDefinition":"f"})");
  EXPECT_EQ(problems_of<ecs::RunTaskRequest>(R"({"taskDefinition":null})"), one("taskDefinition missing"));
}

TEST(Codec, EachKindOfProblemNamesItsPath) {
  using Register = ecs::RegisterTaskDefinitionRequest;
  EXPECT_EQ(problems_of<Register>(
                R"({"family":"f","containerDefinitions":[{"portMappings":[{},{"hostPort":"80"}]}]})"),
            one("containerDefinitions[0].portMappings[1].hostPort wrong_type"));
  EXPECT_EQ(problems_of<Register>(R"({"family":"f"})"), one("containerDefinitions missing"));
  EXPECT_EQ(problems_of<Register>(R"({"family":"f","containerDefinitions":[],"networkMode":"warp"})"),
            one("networkMode bad_enum"));
  EXPECT_EQ(problems_of<ecs::TagResourceRequest>(R"({"resourceArn":"a","tags":[{"key":""}]})"),
            (std::vector<std::string>{"tags[0].key length"}));
  EXPECT_EQ(problems_of<ecs::TagResourceRequest>(R"({"resourceArn":"a","tags":[{"key":"a*b"}]})"),
            one("tags[0].key pattern"));
  EXPECT_EQ(problems_of<ecs::CreateClusterRequest>(
                R"({"defaultCapacityProviderStrategy":[{"capacityProvider":"p","weight":1001}]})"),
            one("defaultCapacityProviderStrategy[0].weight range"));
  EXPECT_EQ(problems_of<ecs::RunTaskRequest>("[]"), one(" wrong_type"));
  EXPECT_EQ(problems_of<ecs::DescribeTasksRequest>(R"({"tasks":["a",null]})"), one("tasks[1] wrong_type"));
}

TEST(Codec, MessagesListWhatIsAllowed) {
  const auto wrong =
      decode_json<ecs::RunTaskRequest>(R"({"taskDefinition":"f","launchType":"MOON"})", DecodeMode::strict);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().message,
            "launchType should be one of [EC2,EXTERNAL,FARGATE,MANAGED_INSTANCES], not 'MOON'");
  const std::string tags = R"({"resourceArn":"a","tags":[{"key":")" + std::string(129, 'k') + R"("}]})";
  const auto too_long = decode_json<ecs::TagResourceRequest>(tags, DecodeMode::strict);
  EXPECT_EQ(too_long.error().message, "tags[0].key: must have a length of between 1 and 128, not 129");
}

TEST(Codec, LengthsCountCharactersAndPatternsKnowLetters) {
  std::string key;
  for (int i = 0; i < 128; ++i) key += "é";
  EXPECT_EQ(problems_of<ecs::Tag>(R"({"key":")" + key + R"("})"), std::vector<std::string>{});
  EXPECT_EQ(problems_of<ecs::Tag>(R"({"key":"日本 +-=._:/@"})"), std::vector<std::string>{});
  EXPECT_EQ(problems_of<ecs::Tag>(R"({"key":"😀"})"), one("key pattern"));
}

TEST(Codec, ManyProblemsAreCountedButNotAllKept) {
  std::string text = R"({"tasks":[)";
  for (int i = 0; i < 100; ++i) text += i == 0 ? "1" : ",1";
  DecodeContext context;
  ecs::DescribeTasksRequest request;
  EXPECT_FALSE(decode(parse_json(text + "]}").value(), request, context));
  EXPECT_EQ(context.problems().size(), kProblemsMax);
  EXPECT_EQ(context.problem_count(), 100u);
}

TEST(Codec, IntegersAcceptWholeNumbersInRangeOnly) {
  const auto count = [](std::string_view number) {
    return problems_of<ecs::RunTaskRequest>(R"({"taskDefinition":"f","count":)" + std::string(number) + "}");
  };
  const std::vector<std::string> fine;
  EXPECT_EQ(count("2147483647"), fine);
  EXPECT_EQ(count("-2147483648"), fine);
  EXPECT_EQ(count("2.0"), fine);
  EXPECT_EQ(count("1e3"), fine);
  for (const auto* bad :
       {"2147483648", "-2147483649", "1.5", "1e300", "18446744073709551615", "true", "\"1\"", "{}"}) {
    EXPECT_EQ(count(bad), one("count wrong_type")) << bad;
  }
  const auto big = decode_json<ecs::Resource>(R"({"longValue":-9223372036854775808})");
  ASSERT_TRUE(big.ok());
  EXPECT_EQ(encode_json(*big), R"({"longValue":-9223372036854775808})");
  EXPECT_FALSE(decode_json<ecs::Resource>(R"({"longValue":9223372036854775808})").ok());
}

TEST(Codec, TimestampsAreSecondsWithMilliseconds) {
  const auto through = [](std::string_view number) {
    const auto task = decode_json<ecs::Task>(R"({"createdAt":)" + std::string(number) + "}");
    return task.ok() ? encode_json(*task) : task.error().message;
  };
  EXPECT_EQ(through("1479000000"), R"({"createdAt":1479000000})");
  EXPECT_EQ(through("1479000000.25"), R"({"createdAt":1479000000.25})");
  EXPECT_EQ(through("1479000000.0419"), R"({"createdAt":1479000000.042})");
  EXPECT_EQ(through("1.479E9"), R"({"createdAt":1479000000})");
  EXPECT_EQ(through("-0.5"), R"({"createdAt":-0.5})");
  EXPECT_THAT(through("1e40"), HasSubstr("createdAt: must be a time"));
  EXPECT_THAT(through("\"2016-11-13\""), HasSubstr("createdAt: expected a number of seconds"));
}

TEST(Codec, LenientModeLeavesOutWhatItDoesNotKnow) {
  const auto task = decode_json<ecs::Task>(R"({"launchType":"MOON","tags":[{"key":"a*b"},null]})");
  ASSERT_TRUE(task.ok()) << task.error().message;
  EXPECT_FALSE(task->launch_type.has_value());
  EXPECT_EQ(task->tags->size(), 1u);
  const auto input = decode_json<ecs::DescribeTasksRequest>(R"({"tasks":[],"include":["NEW","TAGS"]})");
  ASSERT_TRUE(input.ok()) << input.error().message;
  EXPECT_EQ(*input->include, std::vector{ecs::TaskField::tags});
  using Update = ecs::UpdateContainerInstancesStateRequest;
  EXPECT_EQ(problems_of<Update>(R"({"containerInstances":[],"status":"NEW"})", DecodeMode::lenient),
            one("status bad_enum"));
  EXPECT_FALSE(decode_json<ecs::Task>(R"({"cpu":1})").ok());
}

TEST(Codec, NestingBeyondTheParserIsRefused) {
  const std::string deep = R"({"x":)" + std::string(200, '[') + std::string(200, ']') + "}";
  EXPECT_FALSE(decode_json<ecs::Task>(deep).ok());
}

TEST(Codec, EmptyStructuresAndDocuments) {
  EXPECT_EQ(encode_json(control::ExportStateRequest{}), "{}");
  EXPECT_TRUE(decode_json<control::ExportStateRequest>(R"({"any":1})").ok());
  EXPECT_FALSE(decode_json<control::ExportStateRequest>("7").ok());
  EXPECT_EQ(encode_json(Unit{}), "{}");
}

TEST(Codec, EnumsHaveTextsInBothDirections) {
  EXPECT_EQ(to_string(ecs::PlacementConstraintType::distinct_instance), "distinctInstance");
  EXPECT_EQ(ecs::parse_launch_type("EC2"), ecs::LaunchType::ec2);
  EXPECT_EQ(ecs::parse_launch_type("ec2"), std::nullopt);
  EXPECT_EQ(ecs::parse_log_driver("json-file"), ecs::LogDriver::json_file);
}

TEST(Codec, AgentMessagesDecodeLeniently) {
  const auto payload = decode_json<acs::PayloadMessage>(
      R"({"clusterArn":"c","seqNum":7,"tasks":[{"arn":"t","containers":[{"environment":{"A":"1"},"cpu":10}]}]})");
  ASSERT_TRUE(payload.ok()) << payload.error().message;
  EXPECT_EQ(payload->tasks->at(0).containers->at(0).environment->at("A"), "1");
  EXPECT_TRUE(decode_json<tcs::PublishMetricsRequest>(R"({"taskMetrics":[{"clusterArn":"c"}]})").ok());
}

}  // namespace
}  // namespace berth::model
