// Goal: ExportState gives every record of the realm, no other realm's, and records that read back as they
// are. Method: a small cluster beside another account's; the document decoded with the store's own codec.
#include <gmock/gmock.h>

#include <map>

#include "services/berth/operations.h"
#include "services/ecs/testing.h"
#include "store/record_codec.h"

namespace berth::services::control {
namespace {

class ExportStateTest : public ecs::testing::HandlersTest {};

TEST_F(ExportStateTest, HoldsTheRealmAndNothingElse) {
  create("c");
  enrol("c", "i-a");
  define("web");
  const auto task = run("c", "web");
  auto foreign = *stored<domain::ClusterRecord>(store::cluster_key(realm_, "c"));
  foreign.account = "1234567890123";  // Its keys begin like the realm's.
  put(foreign);

  const auto document = parse_json(must(export_state, {}).document).value().as_object();
  EXPECT_EQ(document.at("account").as_string(), realm_.account);
  EXPECT_EQ(document.at("at").as_int64(), now_.ms);
  EXPECT_EQ(document.at("compat").as_string(), "current");
  std::map<std::string, int> kinds;
  for (const auto& entry : document.at("records").as_array())
    ++kinds[std::string(entry.as_object().at("kind").as_string())];
  EXPECT_EQ(kinds["cluster"], 1);
  EXPECT_EQ(kinds["container_instance"], 1);
  EXPECT_EQ(kinds["allocation"], 1);
  EXPECT_EQ(kinds["task_definition"], 1);
  EXPECT_EQ(kinds["family"], 1);
  EXPECT_EQ(kinds["task"], 1);
  EXPECT_EQ(kinds.count("client_token"), 0U);
  for (const auto& entry : document.at("records").as_array()) {
    if (entry.as_object().at("kind").as_string() != "task") continue;
    const auto key = store::task_key(realm_, "c", domain::last_part(*task.task_arn));
    const auto read =
        store::decode_record(store::Kind::task, key, render_json(entry.as_object().at("record")));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*static_cast<const domain::TaskRecord*>(read->get()), *stored<domain::TaskRecord>(key));
  }
}

}  // namespace
}  // namespace berth::services::control
