// Goal: the query protocols in both directions: forms become trees and structures, structures become XML.
// Method: forms as clients send them, the generated tables of sts, and a table by hand for the layouts of
// lists and maps, which sts has not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>

#include "base/time.h"
#include "model/sts/codec.h"
#include "model/table_json.h"
#include "model/table_query.h"

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

// A structure with every layout.
enum class Size { small, large };
constexpr std::string_view kSizes[] = {"Small", "Large"};
std::span<const std::string_view> enum_values(Size /*type*/) {
  return kSizes;
}

struct Layouts {
  std::optional<std::vector<std::string>> names;
  std::optional<std::vector<std::string>> flat;
  std::optional<std::map<std::string, std::int32_t>> counts;
  std::optional<std::map<std::string, std::int32_t>> flat_counts;
  std::optional<bool> flag;
  std::optional<double> ratio;
  std::optional<WallTime> at;
  std::optional<Size> size;
  std::optional<std::string> bytes;
};

const ListShape kNamesList{&kListAccess<std::string>, &kStringShape, "member"};
constexpr Constraint kTwoAtMost{.length_max = 2, .has_length = true};
constinit const Shape kNamesShape{.kind = ShapeKind::list, .constraint = &kTwoAtMost, .list = &kNamesList};
const MapShape kCountsMap{&kMapAccess<std::int32_t>, &kIntegerShape, nullptr, "key", "value"};
constinit const Shape kCountsShape{.kind = ShapeKind::map, .map = &kCountsMap};
constinit const Shape kSizeShape{.kind = ShapeKind::enumeration, .enumeration = &kEnumAccess<Size>};

#pragma GCC diagnostic ignored "-Winvalid-offsetof"
template <class T>
constexpr MemberShape member(std::string_view name, std::size_t offset, const Shape& shape,
                             bool flattened = false) {
  return {.name = name,
          .form_name = name,
          .xml_name = name,
          .offset = static_cast<std::uint32_t>(offset),
          .shape = &shape,
          .optional = &kOptionalAccess<T>,
          .flattened = flattened};
}
using Counts = std::map<std::string, std::int32_t>;
constexpr MemberShape kLayoutsMembers[] = {
    member<std::vector<std::string>>("L", offsetof(Layouts, names), kNamesShape),
    member<std::vector<std::string>>("F", offsetof(Layouts, flat), kNamesShape, true),
    member<Counts>("M", offsetof(Layouts, counts), kCountsShape),
    member<Counts>("G", offsetof(Layouts, flat_counts), kCountsShape, true),
    member<bool>("Flag", offsetof(Layouts, flag), kBooleanShape),
    member<double>("Ratio", offsetof(Layouts, ratio), kDoubleShape),
    member<WallTime>("At", offsetof(Layouts, at), kTimestampShape),
    member<Size>("Size", offsetof(Layouts, size), kSizeShape),
    member<std::string>("Bytes", offsetof(Layouts, bytes), kBlobShape)};
constinit const StructureShape kLayouts{"Layouts", kLayoutsMembers};
const StructureShape& shape_of(const Layouts* /*type*/) {
  return kLayouts;
}
using berth::model::decode;
using berth::model::encode;

TEST(QueryCodec, FlattenedListsAndMaps) {
  const QueryTree tree =
      tree_of("L.member.1=a&L.member.2=b&F.1=c&M.entry.1.key=k&M.entry.1.value=1&G.1.key=k&G.1.value=2");
  DecodeContext context;
  Layouts layouts;
  ASSERT_TRUE(decode_query(tree, layouts, context)) << context.summary();
  EXPECT_EQ(layouts.names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(layouts.flat, std::vector<std::string>{"c"});
  EXPECT_EQ(layouts.counts->at("k"), 1);
  EXPECT_EQ(layouts.flat_counts->at("k"), 2);
  EXPECT_FALSE(layouts.flag.has_value());
}

TEST(QueryCodec, NamesWhatIsMissingOrTooLong) {
  DecodeContext context;
  Layouts layouts;
  EXPECT_FALSE(
      decode_query(tree_of("M.entry.1.key=k&L.member.1=a&L.member.2=b&L.member.3=c"), layouts, context));
  EXPECT_THAT(context.summary(), HasSubstr("M[0].value: is required"));
  EXPECT_THAT(context.summary(), HasSubstr("L: must have a length of at most 2, not 3"));
  EXPECT_FALSE(layouts.names.has_value());
}

TEST(QueryCodec, ListsOfEc2AreFlat) {
  DecodeContext context;
  Layouts layouts;
  ASSERT_TRUE(decode_query(tree_of("L.1=a&L.2=b"), layouts, context, FormDialect::ec2)) << context.summary();
  EXPECT_EQ(layouts.names, (std::vector<std::string>{"a", "b"}));
}

TEST(QueryCodec, ScalarsAreChecked) {
  DecodeContext context;
  Layouts layouts;
  ASSERT_TRUE(
      decode_query(tree_of("Flag=true&Ratio=1.5&At=2016-11-13T10:00:00.25%2B01:00&Size=Large&Bytes=aGk="),
                   layouts, context));
  EXPECT_EQ(layouts.flag, true);
  EXPECT_EQ(layouts.ratio, 1.5);
  EXPECT_EQ(render_iso8601(*layouts.at), "2016-11-13T09:00:00.250Z");
  EXPECT_EQ(layouts.size, Size::large);
  EXPECT_EQ(layouts.bytes, "hi");
  for (const char* bad : {"Flag=yes", "Ratio=inf", "Ratio=1x", "At=2016-02-30T00:00:00Z", "Size=Huge",
                          "Bytes=*", "Flag.a=true", "Size.1=Large"}) {
    DecodeContext problems;
    Layouts none;
    EXPECT_FALSE(decode_query(tree_of(bad), none, problems)) << bad;
    EXPECT_FALSE(none.flag || none.ratio || none.at || none.size || none.bytes) << bad;
  }
}

TEST(TableJson, ReadsAndWritesEveryLayout) {
  const std::string text =
      R"({"L":["a"],"M":{"k":1},"Flag":true,"Ratio":1.5,"At":1.25,"Size":"Small","Bytes":"aGk="})";
  const auto layouts = decode_json<Layouts>(text, DecodeMode::strict);
  ASSERT_TRUE(layouts.ok()) << layouts.error().message;
  EXPECT_EQ(layouts->bytes, "hi");
  EXPECT_EQ(encode_json(*layouts), text);
}

TEST(TableJson, ProblemsSayWhere) {
  DecodeContext context;
  Layouts layouts;
  const auto json = parse_json(R"({"L":["a",2,null],"M":{"k":"x"},"Size":"Huge","Ratio":null,"Other":{}})");
  EXPECT_FALSE(decode(*json, layouts, context));
  EXPECT_THAT(context.summary(), HasSubstr("L[1]: expected a string, found a number"));
  EXPECT_THAT(context.summary(), HasSubstr("L[2]: expected a string, found null"));
  EXPECT_THAT(context.summary(), HasSubstr("M.k: expected an integer of 32 bits, found a string"));
  EXPECT_THAT(context.summary(), HasSubstr("Size should be one of [Large,Small], not 'Huge'"));
  EXPECT_FALSE(layouts.ratio.has_value());
}

TEST(TableJson, LenientReadingLeavesOutWhatItDoesNotKnow) {
  const auto layouts = decode_json<Layouts>(R"({"L":["a",null,"b","c"],"Size":"Huge"})");
  ASSERT_TRUE(layouts.ok()) << layouts.error().message;
  EXPECT_EQ(layouts->names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_FALSE(layouts->size.has_value());
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
  Layouts layouts;
  layouts.names = {"a", "b"};
  layouts.flat = {"c", "d"};
  layouts.counts = {{"k", 1}};
  layouts.flat_counts = {{"k", 2}};
  layouts.flag = false;
  layouts.at = WallTime{.ms = 2000};
  layouts.size = Size::small;
  encode_xml(writer, layouts);
  EXPECT_EQ(out,
            "<L><member>a</member><member>b</member></L><F>c</F><F>d</F>"
            "<M><entry><key>k</key><value>1</value></entry></M><G><key>k</key><value>2</value></G>"
            "<Flag>false</Flag><At>1970-01-01T00:00:02Z</At><Size>Small</Size>");
}

}  // namespace
}  // namespace berth::model
