#include "wire/protocol.h"

#include <gtest/gtest.h>

#include <vector>

#include "model/operation_info.h"

namespace berth::wire {
namespace {

std::string scope(const std::string& service) {
  return "AWS4-HMAC-SHA256 Credential=AKID/20261120/us-east-1/" + service +
         "/aws4_request, SignedHeaders=host, Signature=ab";
}

RequestIdentity identify(std::vector<HeaderView> headers, std::string_view body, std::string_view query = "",
                         std::string_view path = "/") {
  return identify_request({"POST", path, query, headers, body});
}

// Goal: each API is found from what its clients send (as captured from the AWS command lines).
TEST(IdentifyRequest, JsonServicesByTarget) {
  struct Case {
    const char* target;
    const char* service;
    const char* operation;
  };
  const Case cases[] = {
      {"AmazonEC2ContainerServiceV20141113.RunTask", "ecs", "RunTask"},
      {"Berth_20260101.ExplainTask", "berth", "ExplainTask"},
      {"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", "cloudtrail", "LookupEvents"},
      {"Logs_20140328.FilterLogEvents", "logs", "FilterLogEvents"},
      {"AWSEvents.PutRule", "events", "PutRule"},
      {"AnyScaleFrontendService.RegisterScalableTarget", "application-autoscaling", "RegisterScalableTarget"},
      {"GraniteServiceVersion20100801.PutMetricAlarm", "cloudwatch", "PutMetricAlarm"}};
  for (const Case& row : cases) {
    const auto identity =
        identify({{"x-amz-TARGET", row.target}, {"Content-Type", "application/x-amz-json-1.1"}}, "{}");
    EXPECT_EQ(identity.protocol, Protocol::json11);
    EXPECT_EQ(identity.service, row.service) << row.target;
    EXPECT_EQ(identity.operation, row.operation) << row.target;
  }
}

TEST(IdentifyRequest, UnknownTargetPrefixFallsBackToTheScope) {
  const std::string ecs = scope("ecs");
  const auto known = identify({{"X-Amz-Target", "Other.ListTasks"}, {"Authorization", ecs}}, "{}");
  EXPECT_EQ(known.service, "ecs");
  EXPECT_EQ(known.operation, "ListTasks");
  const std::string ssm = scope("ssm");
  EXPECT_EQ(identify({{"X-Amz-Target", "AmazonSSM.GetParameter"}, {"Authorization", ssm}}, "{}").service,
            "ssm");
  EXPECT_EQ(identify({{"X-Amz-Target", "AmazonSSM.GetParameter"}}, "{}").service, "");
}

TEST(IdentifyRequest, Json10AndQueryMode) {
  const auto identity = identify({{"X-Amz-Target", "GraniteServiceVersion20100801.ListMetrics"},
                                  {"Content-Type", "application/x-amz-json-1.0"},
                                  {"x-amzn-query-mode", "true"}},
                                 "{}");
  EXPECT_EQ(identity.protocol, Protocol::json10);
  EXPECT_TRUE(identity.query_mode);
}

TEST(IdentifyRequest, QueryServicesByScopeAndVersion) {
  struct Case {
    const char* scope;
    const char* version;
    const char* service;
    Protocol protocol;
  };
  const Case cases[] = {{"sts", "2011-06-15", "sts", Protocol::query},
                        {"elasticloadbalancing", "2012-06-01", "elb", Protocol::query},
                        {"elasticloadbalancing", "2015-12-01", "elbv2", Protocol::query},
                        {"elasticloadbalancing", "", "elb", Protocol::query},
                        {"monitoring", "2010-08-01", "cloudwatch", Protocol::query},
                        {"ec2", "2016-11-15", "ec2", Protocol::ec2_query},
                        {"iam", "2010-05-08", "iam", Protocol::query},
                        {"unheard-of", "2010-05-08", "unheard-of", Protocol::query}};
  for (const Case& row : cases) {
    const std::string authorization = scope(row.scope);
    const std::string form = std::string("Action=DoIt&Version=") + row.version + "&A.1=b";
    const std::vector<HeaderView> headers{{"Authorization", authorization}};
    for (const bool in_body : {true, false}) {
      const auto identity = identify(headers, in_body ? form : "", in_body ? "" : form);
      EXPECT_EQ(identity.service, row.service);
      EXPECT_EQ(identity.protocol, row.protocol);
      EXPECT_EQ(identity.operation, "DoIt");
      EXPECT_EQ(identity.version, row.version);
    }
  }
}

TEST(IdentifyRequest, UnsignedAndPresignedQuery) {
  EXPECT_EQ(identify({}, "Version=2015-12-01&Action=A").service, "elbv2");
  EXPECT_EQ(identify({}, "Version=1999-01-01&Action=A").service, "");
  EXPECT_EQ(
      identify({}, "",
               "Action=A&Version=2011-06-15&X-Amz-Credential=K%2F20261120%2Fus-east-1%2Fsts%2Faws4_request")
          .service,
      "sts");
}

TEST(IdentifyRequest, Cbor) {
  const auto identity = identify({{"smithy-protocol", "rpc-v2-cbor"}}, "\xa0", "",
                                 "/service/GraniteServiceVersion20100801/operation/PutMetricData");
  EXPECT_EQ(identity.protocol, Protocol::cbor);
  EXPECT_EQ(identity.service, "cloudwatch");
  EXPECT_EQ(identity.operation, "PutMetricData");
  EXPECT_EQ(identify({{"smithy-protocol", "rpc-v2-cbor"}}, "", "", "/operation/x/service/").operation, "");
}

TEST(IdentifyRequest, ImpossibleNamesAreNone) {
  EXPECT_EQ(identify({{"X-Amz-Target", "AmazonEC2ContainerServiceV20141113.A<b>"}}, "{}").operation, "");
  EXPECT_EQ(identify({{"X-Amz-Target", "NoDot"}}, "{}").operation, "");
  const std::string longest = "X." + std::string(kOperationBytesMax, 'a');
  EXPECT_EQ(identify({{"X-Amz-Target", longest}}, "").operation.size(), kOperationBytesMax);
  EXPECT_EQ(identify({{"X-Amz-Target", longest + "a"}}, "").operation, "");
  const auto nothing = identify({}, "{\"Action=\":1}");
  EXPECT_EQ(nothing.protocol, Protocol::unknown);
  EXPECT_EQ(nothing.operation, "");
}

TEST(ServiceInfo, BerthsOwnOperationsTakeTwoScopes) {
  const auto names = berth::model::find_service("berth")->accepted_signing_names();
  EXPECT_EQ(std::vector(names.begin(), names.end()), (std::vector<std::string_view>{"ecs", "berth"}));
  EXPECT_EQ(berth::model::find_service("ecs")->accepted_signing_names().size(), 1u);
  EXPECT_EQ(berth::model::find_service("nothing"), nullptr);
}

TEST(FindFormValue, WholeNamesOnlyAndDecoded) {
  EXPECT_EQ(find_form_value("XAction=1&Action.1=2&Action=a+b%2F", "Action"), "a b/");
  EXPECT_EQ(find_form_value("Action", "Action"), "");
  EXPECT_EQ(find_form_value("Action=%zz", "Action"), "");
}

}  // namespace
}  // namespace berth::wire
