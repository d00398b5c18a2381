// Goal: what was saved comes back, secrets are not saved, files that are damaged are set aside, and those
// that are too new refused by name. Method: a folder of files in memory.
#include "agent/state/state_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "model/acs/codec.h"

namespace berth::agent::state {
namespace {

using testing::HasSubstr;
using testing::Not;

class MemoryFiles final : public runtime::Files {
 public:
  std::map<std::string, std::string> files;
  bool fails = false;  ///< Leaving half of what was to be added.

  Result<void> append(const std::string& path, std::string_view text, Sync) override {
    if (!files.contains(path)) return not_found(path);
    files[path] += fails ? text.substr(0, text.size() / 2) : text;
    if (fails) return internal_error("no space");
    return {};
  }
  Result<std::string> read(const std::string& path, std::size_t) override {
    if (!files.contains(path)) return not_found(path);
    return files.at(path);
  }
  Result<void> write_atomically(const std::string& path, std::string_view text, unsigned) override {
    files[path] = text;
    return {};
  }
  Result<void> make_directories(const std::string&, unsigned) override { return {}; }
  Result<void> remove(const std::string& path) override {
    if (files.erase(path) == 0) return not_found(path);
    return {};
  }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    std::vector<std::string> names;
    for (const auto& [path, text] : files) {
      if (path.starts_with(directory + "/")) names.push_back(path.substr(directory.size() + 1));
    }
    return names;
  }
};

model::acs::Task make_task() {
  return model::decode_json<model::acs::Task>(
             R"({"arn":"arn:aws:ecs:us-east-1:1:task/default/t1","family":"f","version":"1",
                 "containers":[{"name":"web","image":"busybox"}],
                 "roleCredentials":{"credentialsId":"cid","accessKeyId":"AKID","secretAccessKey":"SECRET","sessionToken":"TOKEN"}})")
      .value();
}

engine::TaskState make_state() {
  Prng random(3);
  return engine::make_task_state(engine::make_task_spec(make_task()).value(), engine::Status::running, false,
                                 random);
}

TEST(StateStore, AgentComesBack) {
  MemoryFiles files;
  StateStore store(files, "/data/");
  EXPECT_FALSE(store.load_agent()->has_value());
  const AgentRecord record{"c", "arn", "i-1", "berth.local", 42};
  ASSERT_TRUE(store.save_agent(record).ok());
  EXPECT_EQ(StateStore(files, "/data").load_agent().value(), record);
  ASSERT_TRUE(store.save_agent({"c", "arn", "i-1", "berth.local", 42, true}).ok());
  EXPECT_TRUE(StateStore(files, "/data").load_agent().value()->deregistered);
}

TEST(StateStore, TaskComesBackWithoutSecrets) {
  MemoryFiles files;
  StateStore store(files, "/data");
  engine::TaskState state = make_state();
  state.containers[0].docker_id = "abc";
  state.containers[0].known = engine::Status::running;
  ASSERT_TRUE(store.save_task(render_task(make_task()), state).ok());
  EXPECT_THAT(files.files.at("/data/tasks/t1.json"), Not(HasSubstr("SECRET")));
  EXPECT_THAT(files.files.at("/data/tasks/t1.json"), Not(HasSubstr("TOKEN")));
  files.files["/data/tasks/t2.json.tmp1"] = "half";
  const auto loaded = store.load_tasks();
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  ASSERT_EQ(loaded->size(), 1U);
  EXPECT_EQ(loaded->front().state.containers[0].docker_name, state.containers[0].docker_name);
  EXPECT_EQ(loaded->front().state.containers[0].docker_id, "abc");
  EXPECT_EQ(loaded->front().state.spec.credentials_id, "cid");
  ASSERT_TRUE(store.remove_task("t1").ok());
  ASSERT_TRUE(store.remove_task("t1").ok());
  EXPECT_TRUE(store.load_tasks()->empty());
}

// One task must not keep the others from being served.
TEST(StateStore, DamagedFilesAreSetAsideAndTheOthersLoaded) {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"version":1,"task":{}})",
        R"({"version":1,"task":{"arn":"a/b","containers":[{"name":"x"}]},"state":{"containers":[]}})",
        R"({"version":1,"task":{"arn":"a/b","containers":[{"name":"x"}]},"state":{"containers":[7]}})"}) {
    MemoryFiles files;
    StateStore store(files, "/d");
    ASSERT_TRUE(store.save_task(render_task(make_task()), make_state()).ok());
    files.files["/d/tasks/x.json"] = text;
    const auto loaded = StateStore(files, "/d").load_tasks();
    ASSERT_TRUE(loaded.ok()) << text;
    EXPECT_EQ(loaded->size(), 1U);
    EXPECT_FALSE(files.files.contains("/d/tasks/x.json"));
    EXPECT_EQ(files.files.at("/d/damaged/x.json"), text);
  }
}

TEST(StateStore, ADamagedFileOfTheAgentItselfIsSetAside) {
  for (const char* text : {"", "{\"version\":2", "7", "{}"}) {
    MemoryFiles files;
    files.files["/d/berth-agent.json"] = text;
    const auto loaded = StateStore(files, "/d").load_agent();
    ASSERT_TRUE(loaded.ok()) << text;
    EXPECT_FALSE(loaded->has_value());
    EXPECT_EQ(files.files.at("/d/damaged/berth-agent.json"), text);
  }
}

TEST(StateStore, WithoutItsOwnFileTheAgentIsWhoTheFilesOfItsTasksSay) {
  for (const char* text : {"gone", "", "{\"version\":2"}) {
    MemoryFiles files;
    StateStore store(files, "/d");
    ASSERT_TRUE(store.save_agent({"c", "arn:ci", "i-1", "berth.local", 42}).ok());
    ASSERT_TRUE(store.save_task(render_task(make_task()), make_state()).ok());
    ASSERT_TRUE(store.save_task(render_task(make_task()), make_state()).ok());
    files.files["/d/berth-agent.json"] = text;
    if (std::string_view(text) == "gone") files.files.erase("/d/berth-agent.json");
    StateStore again(files, "/d");
    const AgentRecord recovered{"c", "arn:ci", "i-1", "berth.local", 1};
    EXPECT_EQ(again.load_agent().value(), recovered) << text;
    EXPECT_EQ(again.agent(), recovered);
    EXPECT_EQ(again.load_tasks()->size(), 1U);
  }
}

TEST(StateStore, TheAgentIsWhoMostTasksSayThatHaveNotStopped) {
  MemoryFiles files;
  const auto add = [&](const char* arn, const std::string& id, engine::Status known) {
    StateStore store(files, "/d");
    ASSERT_TRUE(store.save_agent({"c", arn, "i-1", "berth.local", 1}).ok());
    engine::TaskState state = make_state();
    state.known = known;
    state.spec.arn = "arn:aws:ecs:us-east-1:1:task/default/" + id;
    ASSERT_TRUE(store.save_task(render_task(make_task()), state).ok());
  };
  add("arn:earlier", "a", engine::Status::running);
  add("arn:now", "b", engine::Status::running);
  add("arn:now", "c", engine::Status::none);
  for (const char* id : {"d", "e", "f"}) add("arn:over", id, engine::Status::stopped);
  files.files["/d/tasks/g.json"] = "{";
  files.files.erase("/d/berth-agent.json");
  EXPECT_EQ(StateStore(files, "/d").load_agent().value()->container_instance_arn, "arn:now");
  for (const char* id : {"a", "b", "c"}) files.files.erase("/d/tasks/" + std::string(id) + ".json");
  EXPECT_FALSE(StateStore(files, "/d").load_agent()->has_value()) << "nothing lives that could be kept";
}

// Agents of before wrote into the file of a task what they saw of its containers.
TEST(StateStore, FilesOfTasksWithoutTheirAgentSayItByTheLabelsOfContainers) {
  MemoryFiles files;
  engine::TaskState state = make_state();
  state.containers[0].labels = {{"berth.container-instance-arn", "arn:ci"},
                                {"com.amazonaws.ecs.cluster", "c"}};
  files.files["/d/tasks/t1.json"] = R"({"version":2,"task":)" + render_task(make_task()) + R"(,"state":)" +
                                    render_json(engine::state_to_json(state)) + "}\n";
  EXPECT_EQ(StateStore(files, "/d").load_agent().value(), (AgentRecord{"c", "arn:ci", "", "", 1}));
}

// That is no damage: the agent that wrote them reads them.
TEST(StateStore, FilesOfANewerAgentAreRefusedAndStay) {
  MemoryFiles files;
  files.files["/d/berth-agent.json"] = R"({"version":9})";
  files.files["/d/tasks/x.json"] = R"({"version":3})";
  const auto kept = files.files;
  EXPECT_THAT(StateStore(files, "/d").load_agent().error().message, HasSubstr("newer agent"));
  const auto loaded = StateStore(files, "/d").load_tasks();
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, ErrorCode::denied);
  EXPECT_THAT(loaded.error().message, HasSubstr("/d/tasks/x.json"));
  EXPECT_EQ(files.files, kept);
}

TEST(StateStore, WhatACrashLeftOfAWriteIsRemoved) {
  MemoryFiles files;
  StateStore store(files, "/d");
  ASSERT_TRUE(store.save_agent({}).ok());
  ASSERT_TRUE(store.save_task(render_task(make_task()), make_state()).ok());
  const auto kept = files.files;
  files.files["/d/berth-agent.json.aBcDeF"] = "{";
  files.files["/d/tasks/x.json.aBcDeF"] = "{";
  ASSERT_TRUE(store.load_agent().ok());
  EXPECT_EQ(files.files, kept);
}

// Each state after the first is a line of its own; the file begins anew when there are many, and after a
// write that failed, of which half a line may be left.
TEST(StateStore, StatesGatherInTheFileOfATask) {
  MemoryFiles files;
  StateStore store(files, "/d");
  const std::string path = "/d/tasks/t1.json";
  const auto save = [&](const std::string& docker_id) {
    engine::TaskState state = make_state();
    state.containers[0].docker_id = docker_id;
    return store.save_task(render_task(make_task()), state, StateStore::Sync::later).ok();
  };
  const auto loaded_id = [&] {
    return StateStore(files, "/d").load_tasks()->front().state.containers[0].docker_id;
  };
  const auto lines = [&] { return std::ranges::count(files.files.at(path), '\n'); };
  for (std::size_t i = 1; i <= kStatesMax; ++i) {
    ASSERT_TRUE(save(std::to_string(i)));
    EXPECT_EQ(lines(), i);
    EXPECT_EQ(loaded_id(), std::to_string(i));
  }
  ASSERT_TRUE(save("anew"));
  EXPECT_EQ(lines(), 1);
  ASSERT_TRUE(save("second"));
  files.fails = true;
  EXPECT_FALSE(save("third"));
  files.fails = false;
  EXPECT_EQ(loaded_id(), "second");
  ASSERT_TRUE(save("after"));
  EXPECT_EQ(lines(), 1);
  EXPECT_EQ(loaded_id(), "after");
}

TEST(StateStore, FilesOfVersionOneAreRead) {
  MemoryFiles files;
  engine::TaskState state = make_state();
  state.containers[0].docker_id = "old";
  files.files["/d/tasks/t1.json"] = R"({"version":1,"task":)" + render_task(make_task()) + R"(,"state":)" +
                                    render_json(engine::state_to_json(state)) + "}";
  StateStore store(files, "/d");
  EXPECT_EQ(store.load_tasks()->front().state.containers[0].docker_id, "old");
  ASSERT_TRUE(store.save_task(render_task(make_task()), state).ok());
  EXPECT_THAT(files.files.at("/d/tasks/t1.json"), HasSubstr(R"("version":2)"));
}

TEST(StateStore, WhatACrashLeftOfALineIsIgnored) {
  MemoryFiles files;
  StateStore store(files, "/d");
  engine::TaskState state = make_state();
  const std::string text = render_task(make_task());
  for (const char* id : {"one", "two"}) {
    state.containers[0].docker_id = id;
    ASSERT_TRUE(store.save_task(text, state).ok());
  }
  std::string& file = files.files.at("/d/tasks/t1.json");
  const std::string whole = file;
  for (const std::string& rest :
       {std::string("{"), std::string("{}"), std::string(9, '\0'), std::string("{\n")}) {
    file = whole + rest;
    const auto loaded = StateStore(files, "/d").load_tasks();
    ASSERT_TRUE(loaded.ok()) << rest << ": " << loaded.error().message;
    EXPECT_EQ(loaded->front().state.containers[0].docker_id, "two") << rest;
  }
  file = whole + "7\n";  // No crash leaves this.
  EXPECT_TRUE(StateStore(files, "/d").load_tasks()->empty());
  EXPECT_TRUE(files.files.contains("/d/damaged/t1.json"));
}

TEST(StateStore, WithoutAFolderNothingIsKept) {
  MemoryFiles files;
  StateStore store(files, "");
  EXPECT_TRUE(store.save_agent({}).ok());
  EXPECT_TRUE(store.save_task("{}", make_state()).ok());
  EXPECT_TRUE(files.files.empty());
}

TEST(StateStore, ClearForgetsEverything) {
  MemoryFiles files;
  StateStore store(files, "/d");
  ASSERT_TRUE(store.save_agent({}).ok());
  ASSERT_TRUE(store.save_task(render_task(make_task()), make_state()).ok());
  ASSERT_TRUE(store.clear().ok());
  EXPECT_TRUE(files.files.empty());
}

TEST(StateStore, OtherClusterOrTypeIsRefused) {
  const AgentRecord saved{"a", "arn", "i-1", "small", 1};
  EXPECT_TRUE(check_same_agent(saved, "a", "small").ok());
  EXPECT_THAT(check_same_agent(saved, "b", "small").error().message,
              HasSubstr("Data mismatch; saved cluster 'a' does not match configured cluster 'b'"));
  EXPECT_THAT(check_same_agent(saved, "a", "big").error().message,
              HasSubstr("Container instance type changes are not supported."));
}

}  // namespace
}  // namespace berth::agent::state
