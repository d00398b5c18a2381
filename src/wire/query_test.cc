#include "wire/query.h"

#include <gtest/gtest.h>

namespace berth::wire {
namespace {

// Goal: the parameters come from the body, else from the URL, and what is no form is refused.
TEST(ParseQueryRequest, BodyElseUrl) {
  const auto body = parse_query_request({"POST", "/", "Action=Q", {}, "Action=B&Names.member.1=a+b%2F"});
  ASSERT_TRUE(body.ok());
  EXPECT_EQ(body->text("Action"), "B");
  EXPECT_EQ(body->child("Names")->child("member")->text("1"), "a b/");
  EXPECT_EQ(parse_query_request({"GET", "/", "Action=Q", {}, ""})->text("Action"), "Q");
  EXPECT_FALSE(parse_query_request({"POST", "/", "", {}, "Action=B&b=%zz"}).ok());
}

// Goal: the envelopes byte for byte; the result element is there even when it is empty.
TEST(RenderQueryResult, Query) {
  RequestIdentity identity{Protocol::query, "sts", "GetCallerIdentity", "2011-06-15", false};
  EXPECT_EQ(render_query_result(identity, "<Account>1</Account>", "id").body,
            "<GetCallerIdentityResponse "
            "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
            "<Account>1</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>id</RequestId></"
            "ResponseMetadata>"
            "</GetCallerIdentityResponse>");
  EXPECT_NE(render_query_result(identity, "", "id")
                .body.find("<GetCallerIdentityResult></GetCallerIdentityResult>"),
            std::string::npos);
}

TEST(RenderQueryResult, Ec2HasNoResultElement) {
  RequestIdentity identity{Protocol::ec2_query, "ec2", "DescribeVpcs", "2016-11-15", false};
  EXPECT_EQ(render_query_result(identity, "<vpcSet/>", "id").body,
            "<DescribeVpcsResponse "
            "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15\"><requestId>id</requestId><vpcSet/>"
            "</DescribeVpcsResponse>");
}

}  // namespace
}  // namespace berth::wire
