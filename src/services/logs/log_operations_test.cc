// Goal: CloudWatch Logs answers as AWS does, errors included. Method: JSON through the table of operations
// onto a journal on a simulated disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/testing.h"
#include "services/logs/operations.h"
#include "store/committer.h"
#include "store/memory/memory_engine.h"

namespace berth::services::logs {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kDayMs = 86'400'000;

class LogOperationsTest : public ::testing::Test {
 protected:
  LogOperationsTest()
      : engine_(world_.node().runtime(), store::memory::MemoryEngine::Mode::private_),
        store_(engine_, world_.node().runtime(), world_.node().executor()),
        deps_{&world_.journal()} {
    add_operations(table_, deps_);
    now_ = world_.node().runtime().clock().wall().ms;
  }

  static Async<api::ApiResult<std::string>> invoke(const api::OperationTable::Entry& entry,
                                                   api::Exchange& exchange, const api::Call& call,
                                                   std::string body) {
    const api::RawRequest raw{body, nullptr};
    co_return co_await entry.invoke(exchange, call, raw);
  }

  /// The answer's JSON, or "CODE: message". Single quotes stand for double ones.
  std::string call(const std::string& operation, std::string request) {
    std::replace(request.begin(), request.end(), '\'', '"');
    api::CallParts parts{.principal = {},
                         .realm = {"123456789012", "us-east-1"},
                         .request_id = "r",
                         .endpoint = {},
                         .now = {now_}};
    const api::Call one(world_.node().runtime(), parts);
    api::Exchange exchange{store_};
    auto answer = world_.run(invoke(*table_.find("logs", operation), exchange, one, request));
    return answer ? *answer : answer.error().code + ": " + answer.error().message;
  }
  JsonObject json(const std::string& operation, const std::string& request) {
    return parse_json(call(operation, request)).value().get_object();
  }
  void put(const std::string& stream, std::int64_t time, const std::string& message) {
    EXPECT_THAT(
        call("PutLogEvents", fmt::format("{{'logGroupName':'/app','logStreamName':'{}','logEvents':[{{"
                                         "'timestamp':{},'message':'{}'}}]}}",
                                         stream, time, message)),
        HasSubstr("nextSequenceToken"));
  }
  void make(const std::string& stream = "s") {
    call("CreateLogGroup", "{'logGroupName':'/app'}");
    call("CreateLogStream", "{'logGroupName':'/app','logStreamName':'" + stream + "'}");
  }
  static std::vector<std::string> messages(const JsonObject& answer) {
    std::vector<std::string> out;
    for (const auto& event : answer.at("events").as_array())
      out.emplace_back(event.as_object().at("message").as_string());
    return out;
  }

  journal::testing::JournalWorld world_;
  store::memory::MemoryEngine engine_;
  store::Committer store_;
  Deps deps_;
  api::OperationTable table_;
  std::int64_t now_ = 0;
};

TEST_F(LogOperationsTest, GroupsAreMadeDescribedAndDeleted) {
  EXPECT_EQ(call("CreateLogGroup", "{'logGroupName':'/app','tags':{'k':'v'}}"), "{}");
  EXPECT_EQ(call("CreateLogGroup", "{'logGroupName':'/app'}"),
            "ResourceAlreadyExistsException: The specified log group already exists");
  EXPECT_EQ(call("CreateLogGroup", "{'logGroupName':'/b'}"), "{}");
  auto groups = json("DescribeLogGroups", "{'logGroupNamePrefix':'/a'}").at("logGroups").as_array();
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].as_object().at("arn").as_string(),
            "arn:aws:logs:us-east-1:123456789012:log-group:/app:*");
  EXPECT_FALSE(groups[0].as_object().contains("retentionInDays"));
  const auto page = json("DescribeLogGroups", "{'limit':1}");
  EXPECT_EQ(page.at("logGroups").as_array().size(), 1U);
  const auto rest = json("DescribeLogGroups",
                         "{'limit':1,'nextToken':'" + std::string(page.at("nextToken").as_string()) + "'}");
  EXPECT_EQ(rest.at("logGroups").as_array().at(0).as_object().at("logGroupName").as_string(), "/b");
  EXPECT_FALSE(rest.contains("nextToken"));
  EXPECT_EQ(call("DeleteLogGroup", "{'logGroupName':'/app'}"), "{}");
  EXPECT_EQ(call("DeleteLogGroup", "{'logGroupName':'/app'}"),
            "ResourceNotFoundException: The specified log group does not exist.");
  EXPECT_THAT(call("CreateLogGroup", "{'logGroupName':'a b'}"), HasSubstr("InvalidParameterException: "));
  EXPECT_THAT(call("CreateLogGroup", "{}"), HasSubstr("InvalidParameterException: "));
}

TEST_F(LogOperationsTest, RetentionIsOneOfTheKnownAndHidesWhatIsOlder) {
  make();
  EXPECT_THAT(call("PutRetentionPolicy", "{'logGroupName':'/app','retentionInDays':2}"),
              HasSubstr("InvalidParameterException"));
  put("s", now_ - 5 * kDayMs, "old");
  put("s", now_, "new");
  EXPECT_EQ(call("PutRetentionPolicy", "{'logGroupName':'/app','retentionInDays':3}"), "{}");
  EXPECT_THAT(call("DescribeLogGroups", "{}"), HasSubstr("\"retentionInDays\":3"));
  EXPECT_EQ(messages(json("FilterLogEvents", "{'logGroupName':'/app'}")), (std::vector<std::string>{"new"}));
  EXPECT_EQ(call("DeleteRetentionPolicy", "{'logGroupName':'/app'}"), "{}");
  EXPECT_EQ(messages(json("FilterLogEvents", "{'logGroupName':'/app'}")).size(), 2U);
  EXPECT_THAT(call("PutRetentionPolicy", "{'logGroupName':'/none','retentionInDays':3}"),
              HasSubstr("ResourceNotFoundException"));
}

TEST_F(LogOperationsTest, TagsAreReadAsTerraformReadsThem) {
  make();
  const std::string arn = "'arn:aws:logs:us-east-1:123456789012:log-group:/app'";
  EXPECT_EQ(call("TagResource", "{'resourceArn':" + arn + ",'tags':{'a':'1','b':'2'}}"), "{}");
  EXPECT_EQ(call("UntagResource", "{'resourceArn':" + arn + ",'tagKeys':['a']}"), "{}");
  EXPECT_EQ(call("ListTagsForResource", "{'resourceArn':" + arn + "}"), R"({"tags":{"b":"2"}})");
  EXPECT_EQ(call("TagLogGroup", "{'logGroupName':'/app','tags':{'c':'3'}}"), "{}");
  EXPECT_EQ(call("UntagLogGroup", "{'logGroupName':'/app','tags':['b']}"), "{}");
  EXPECT_EQ(call("ListTagsLogGroup", "{'logGroupName':'/app'}"), R"({"tags":{"c":"3"}})");
  EXPECT_THAT(call("TagResource", "{'resourceArn':" + arn + ",'tags':{'aws:x':'1'}}"),
              HasSubstr("InvalidParameterException"));
  EXPECT_THAT(
      call("ListTagsForResource", "{'resourceArn':'arn:aws:logs:us-east-1:123456789012:log-group:/no'}"),
      HasSubstr("ResourceNotFoundException"));
}

TEST_F(LogOperationsTest, StreamsAreListedByNameOrByTheirNewestEvent) {
  make("a");
  make("b");
  make("c");
  EXPECT_THAT(call("CreateLogStream", "{'logGroupName':'/app','logStreamName':'a'}"),
              HasSubstr("ResourceAlreadyExistsException: The specified log stream already exists"));
  EXPECT_THAT(call("CreateLogStream", "{'logGroupName':'/app','logStreamName':'a:b'}"),
              HasSubstr("InvalidParameterException"));
  put("b", now_, "x");
  put("a", now_ - 10, "x");
  const auto names = [&](const std::string& request) {
    std::string out;
    const auto answer = json("DescribeLogStreams", request);
    for (const auto& stream : answer.at("logStreams").as_array())
      out += std::string(stream.as_object().at("logStreamName").as_string());
    return out;
  };
  EXPECT_EQ(names("{'logGroupName':'/app'}"), "abc");
  EXPECT_EQ(names("{'logGroupName':'/app','descending':true,'limit':2}"), "cb");
  EXPECT_EQ(names("{'logGroupName':'/app','orderBy':'LastEventTime','descending':true}"), "bac");
  EXPECT_EQ(names("{'logGroupName':'/app','logStreamNamePrefix':'b'}"), "b");
  EXPECT_THAT(call("DescribeLogStreams",
                   "{'logGroupName':'/app','logStreamNamePrefix':'b','orderBy':'LastEventTime'}"),
              HasSubstr("InvalidParameterException"));
  EXPECT_THAT(call("DescribeLogStreams", "{'logGroupName':'/none'}"), HasSubstr("ResourceNotFoundException"));
  EXPECT_EQ(call("DeleteLogStream", "{'logGroupName':'/app','logStreamName':'a'}"), "{}");
  EXPECT_THAT(call("DeleteLogStream", "{'logGroupName':'/app','logStreamName':'a'}"),
              HasSubstr("The specified log stream does not exist."));
}

TEST_F(LogOperationsTest, EventsAreCheckedAndPartlyRejected) {
  make();
  const auto batch = [&](const std::string& events) {
    return call("PutLogEvents", "{'logGroupName':'/app','logStreamName':'s','logEvents':[" + events + "]}");
  };
  const auto at = [&](std::int64_t time) { return fmt::format("{{'timestamp':{},'message':'m'}}", time); };
  EXPECT_THAT(batch(at(now_) + "," + at(now_ - 1)), HasSubstr("must be in chronological order"));
  EXPECT_THAT(batch(at(now_ - 2 * kDayMs) + "," + at(now_)), HasSubstr("cannot span more than 24 hours"));
  EXPECT_THAT(batch(at(now_ - 15 * kDayMs)), HasSubstr(R"("tooOldLogEventEndIndex":1)"));
  EXPECT_THAT(batch(at(now_) + "," + at(now_ + 3 * 3'600'000)), HasSubstr(R"("tooNewLogEventStartIndex":1)"));
  EXPECT_THAT(batch(""), HasSubstr("InvalidParameterException"));
  EXPECT_THAT(
      call("PutLogEvents", "{'logGroupName':'/app','logStreamName':'no','logEvents':[" + at(now_) + "]}"),
      HasSubstr("The specified log stream does not exist."));
  std::string large =
      fmt::format("{{'timestamp':{},'message':'{}'}}", now_, std::string(1'048'576 - 25, 'x'));
  EXPECT_THAT(batch(large), HasSubstr("too large"));
  EXPECT_EQ(messages(json("FilterLogEvents", "{'logGroupName':'/app'}")).size(), 1U);
}

TEST_F(LogOperationsTest, GetLogEventsWalksBothWaysUntilTheTokenStays) {
  make();
  for (int i = 0; i < 5; ++i) put("s", now_ + i, std::to_string(i));
  const std::string stream = "{'logGroupName':'/app','logStreamName':'s','limit':2";
  const auto next = [&](const JsonObject& page, const char* token) {
    return json("GetLogEvents", stream + ",'nextToken':'" + std::string(page.at(token).as_string()) + "'}");
  };
  const auto last = json("GetLogEvents", stream + "}");
  EXPECT_EQ(messages(last), (std::vector<std::string>{"3", "4"}));
  const auto before = next(last, "nextBackwardToken");
  EXPECT_EQ(messages(before), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(messages(next(before, "nextForwardToken")), (std::vector<std::string>{"3", "4"}));
  const auto end = next(last, "nextForwardToken");
  EXPECT_TRUE(messages(end).empty());
  EXPECT_EQ(end.at("nextForwardToken"), last.at("nextForwardToken"));
  put("s", now_ + 9, "later");
  EXPECT_EQ(messages(next(end, "nextForwardToken")), (std::vector<std::string>{"later"}));
  EXPECT_EQ(messages(json("GetLogEvents", stream + ",'startFromHead':true}")),
            (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(messages(json("GetLogEvents", fmt::format("{},'endTime':{}}}", stream, now_ + 1))),
            (std::vector<std::string>{"0"}));
  EXPECT_THAT(call("GetLogEvents", stream + ",'nextToken':'x'}"), HasSubstr("InvalidParameterException"));
}

TEST_F(LogOperationsTest, FilterLogEventsChoosesByPatternStreamAndTime) {
  make("web/1");
  make("db/1");
  put("web/1", now_, "ERROR one");
  put("db/1", now_ + 1, "ERROR two");
  put("web/1", now_ + 2, "fine");
  const auto found = [&](const std::string& more) {
    return messages(json("FilterLogEvents", "{'logGroupName':'/app'" + more + "}"));
  };
  EXPECT_EQ(found(",'filterPattern':'ERROR'"), (std::vector<std::string>{"ERROR one", "ERROR two"}));
  EXPECT_EQ(found(",'filterPattern':'ERROR','logStreamNamePrefix':'web'"),
            (std::vector<std::string>{"ERROR one"}));
  EXPECT_EQ(found(fmt::format(",'startTime':{},'endTime':{}", now_ + 1, now_ + 2)).size(), 2U)
      << "both included";
  const auto page = json("FilterLogEvents", "{'logGroupName':'/app','limit':2}");
  EXPECT_EQ(page.at("events").as_array().at(0).as_object().at("eventId").as_string().size(), 56U);
  EXPECT_EQ(found(",'limit':2,'nextToken':'" + std::string(page.at("nextToken").as_string()) + "'"),
            (std::vector<std::string>{"fine"}));
  EXPECT_THAT(call("FilterLogEvents", "{'logGroupName':'/app','filterPattern':'a-b'}"),
              HasSubstr("InvalidParameterException: Invalid character(s) in term 'a-b'"));
  EXPECT_THAT(call("FilterLogEvents", "{'logGroupName':'/app','logStreamNames':['no']}"),
              HasSubstr("ResourceNotFoundException"));
}

}  // namespace
}  // namespace berth::services::logs
