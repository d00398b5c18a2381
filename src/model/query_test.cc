// Goal: awsQuery in both directions: forms become trees and structures, structures become XML.
// Method: forms as clients send them, the generated sts codecs, and the list and map layouts by hand.
#include "model/sts/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/query_codec.h"

namespace berth::model {
namespace {

using testing::HasSubstr;

QueryTree tree_of(std::string_view form) {
  return QueryTree::from_form(form).value();
}

TEST(QueryTree, PartsOfNamesBecomeBranches) {
  const QueryTree tree = tree_of("Action=GetCallerIdentity&A.member.1.B=x+y%26z&Empty=&A.member.1.C=2&&Flag");
  EXPECT_EQ(tree.text("Action"), "GetCallerIdentity");
  EXPECT_EQ(tree.child("A")->child("member")->child("1")->text("B"), "x y&z");
  EXPECT_EQ(tree.child("Empty")->value(), "");
  EXPECT_EQ(tree.child("Flag")->value(), "");
  EXPECT_EQ(tree.child("Nothing"), nullptr);
  EXPECT_EQ(tree.text("A"), "");
}

TEST(QueryTree, ItemsComeInTheOrderOfTheirNumbers) {
  const QueryTree tree = tree_of("L.10=c&L.2=b&L.1=a&L.x=no");
  std::string all;
  for (const QueryTree* item : tree.child("L")->items()) all += *item->value();
  EXPECT_EQ(all, "abc");
}

TEST(QueryTree, RefusesBrokenAndOversizedForms) {
  EXPECT_EQ(QueryTree::from_form("A=%G1").error().code, ErrorCode::invalid);
  EXPECT_EQ(QueryTree::from_form("A..B=1").error().code, ErrorCode::invalid);
  EXPECT_EQ(QueryTree::from_form("=1").error().code, ErrorCode::invalid);
  std::string deep = "a";
  for (std::size_t i = 0; i < kQueryDepthMax; ++i) deep += ".a";
  EXPECT_EQ(QueryTree::from_form(deep + "=1").error().code, ErrorCode::too_large);
  const std::vector<std::pair<std::string, std::string>> pairs(kQueryPairsMax + 1, {"a", "b"});
  EXPECT_EQ(QueryTree::from_pairs(pairs).error().code, ErrorCode::too_large);
  std::string form;
  for (const auto& [name, value] : pairs) form += name + "=" + value + "&";
  EXPECT_EQ(QueryTree::from_form(form).error().code, ErrorCode::too_large);
}

TEST(QueryCodec, DecodesStructuresListsAndConstraints) {
  const QueryTree tree = tree_of(
      "RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=me&DurationSeconds=900"
      "&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=b&Tags.member.2.Value=&"
      "TransitiveTagKeys=");
  DecodeContext context;
  sts::AssumeRoleRequest request;
  ASSERT_TRUE(decode_query(tree, request, context)) << context.summary();
  EXPECT_EQ(request.role_session_name, "me");
  EXPECT_EQ(request.duration_seconds, 900);
  ASSERT_EQ(request.tags->size(), 2u);
  EXPECT_EQ(request.tags->at(1).key, "b");
  EXPECT_TRUE(request.transitive_tag_keys->empty());
  EXPECT_FALSE(request.policy.has_value());

  DecodeContext wrong;
  const QueryTree bad = tree_of("RoleSessionName=*&DurationSeconds=9x&Tags.member.1.Key=k");
  EXPECT_FALSE(decode_query(bad, request, wrong));
  EXPECT_THAT(wrong.summary(), HasSubstr("RoleArn: is required"));
  EXPECT_THAT(wrong.summary(), HasSubstr("RoleSessionName: must have a length of between 2 and 64, not 1"));
  EXPECT_THAT(wrong.summary(), HasSubstr("RoleSessionName: '*' does not match the pattern"));
  EXPECT_THAT(wrong.summary(), HasSubstr("DurationSeconds: expected an integer"));
  EXPECT_THAT(wrong.summary(), HasSubstr("Tags[0].Value: is required"));
}

TEST(QueryCodec, FlattenedListsAndMaps) {
  const QueryTree tree =
      tree_of("L.1=a&L.2=b&M.entry.1.key=k&M.entry.1.value=1&N.1.key=k&N.1.value=2&O.entry.1.key=k");
  DecodeContext context;
  std::vector<std::string> list;
  std::optional<std::map<std::string, std::int32_t>> map;
  std::map<std::string, std::int32_t> flat;
  EXPECT_TRUE(decode_query_list(context, "L", tree, list, ""));
  EXPECT_TRUE(decode_query_map(context, "M", tree, map, "entry"));
  EXPECT_TRUE(decode_query_map(context, "N", tree, flat, ""));
  EXPECT_FALSE(decode_query_map(context, "Absent", tree, flat, ""));
  EXPECT_TRUE(context.ok());
  EXPECT_EQ(list, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(map->at("k"), 1);
  EXPECT_EQ(flat.at("k"), 2);
  decode_query_map(context, "O", tree, flat, "entry");
  EXPECT_EQ(context.summary(), "O[0].value: is required");
}

TEST(QueryCodec, ScalarsAreStrict) {
  const QueryTree tree =
      tree_of("b=TRUE&t=true&d=1.5&x=inf&w=2016-11-13T10:00:00.25%2B01:00&z=2016-02-30T00:00:00Z");
  DecodeContext context;
  bool flag = false;
  double real = 0;
  WallTime time;
  EXPECT_TRUE(decode_query(*tree.child("t"), flag, context) && flag);
  EXPECT_TRUE(decode_query(*tree.child("d"), real, context) && real == 1.5);
  EXPECT_TRUE(decode_query(*tree.child("w"), time, context));
  EXPECT_EQ(render_iso8601(time), "2016-11-13T09:00:00.250Z");
  EXPECT_FALSE(decode_query(*tree.child("b"), flag, context));
  EXPECT_FALSE(decode_query(*tree.child("x"), real, context));
  EXPECT_FALSE(decode_query(*tree.child("z"), time, context));
}

TEST(Xml, WritesElementsAndEscapes) {
  std::string out;
  XmlWriter writer(out);
  writer.open("R", "https://x/?a&b");
  writer.element("T", "<a> & \"b\"\r\n\x01");
  writer.close("R");
  EXPECT_EQ(out,
            "<R xmlns=\"https://x/?a&amp;b\"><T>&lt;a&gt; &amp; &quot;b&quot;&#xD;\n\xEF\xBF\xBD</T></R>");
}

TEST(Xml, GeneratedCodecsWriteMembersInModelOrder) {
  std::string out;
  XmlWriter writer(out);
  encode_xml(writer, sts::GetCallerIdentityResponse{.user_id = "U", .account = "1", .arn = "arn"});
  EXPECT_EQ(out, "<UserId>U</UserId><Account>1</Account><Arn>arn</Arn>");
  out.clear();
  sts::GetSessionTokenResponse token;
  token.credentials = sts::Credentials{
      .access_key_id = "A", .secret_access_key = "S", .session_token = "T", .expiration = {.ms = 1500}};
  encode_xml(writer, token);
  EXPECT_EQ(out,
            "<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey>"
            "<SessionToken>T</SessionToken><Expiration>1970-01-01T00:00:01.500Z</Expiration></Credentials>");
}

TEST(Xml, ListsAndMaps) {
  std::string out;
  XmlWriter writer(out);
  const std::vector<std::string> list{"a", "b"};
  const std::map<std::string, bool> map{{"k", true}};
  encode_xml_list(writer, "L", list, "member");
  encode_xml_list(writer, "F", list, "");
  encode_xml_map(writer, "M", map, "entry");
  encode_xml_map(writer, "G", map, "");
  encode_xml_member(writer, "W", WallTime{.ms = 2000});
  EXPECT_EQ(out,
            "<L><member>a</member><member>b</member></L><F>a</F><F>b</F>"
            "<M><entry><key>k</key><value>true</value></entry></M><G><key>k</key><value>true</value></G>"
            "<W>1970-01-01T00:00:02Z</W>");
}

}  // namespace
}  // namespace berth::model
