#include "wire/query.h"

#include <gtest/gtest.h>

#include "wire/xml.h"

namespace berth::wire {
namespace {

// Goal: forms are decoded in order, and what is no form is refused by position.
TEST(ParseForm, DecodesInOrder) {
  const auto form = parse_form("Action=A&&x.member.1=a+b%2Fc&flag&=v&e=a=b");
  ASSERT_TRUE(form.ok());
  EXPECT_EQ(*form, (FormParameters{
                       {"Action", "A"}, {"x.member.1", "a b/c"}, {"flag", ""}, {"", "v"}, {"e", "a=b"}}));
  EXPECT_TRUE(parse_form("")->empty());
}

TEST(ParseForm, Refuses) {
  const auto broken = parse_form("a=1&b=%zz");
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().message, "Parameter 2 of the form is not percent-encoded.");
  std::string many = "a=1";
  for (std::size_t i = 1; i < kFormParametersMax; ++i) many += "&a";
  EXPECT_TRUE(parse_form(many).ok());
  const auto too_many = parse_form(many + "&a");
  ASSERT_FALSE(too_many.ok());
  EXPECT_EQ(too_many.error().code, ErrorCode::too_large);
}

TEST(FormOf, BodyElseQuery) {
  EXPECT_EQ(form_of({"POST", "/", "Action=Q", {}, "Action=B"}), "Action=B");
  EXPECT_EQ(form_of({"GET", "/", "Action=Q", {}, ""}), "Action=Q");
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

TEST(XmlText, EscapesWhatXmlCannotHold) {
  std::string out;
  append_xml_text(out, std::string_view("<a>&\"\r\n\t\x01\0é", 12));
  EXPECT_EQ(out, "&lt;a&gt;&amp;&quot;&#xD;\n\t\xEF\xBF\xBD\xEF\xBF\xBDé");
}

}  // namespace
}  // namespace berth::wire
