"""Goal: names, headers, patterns and the table come out as documented, and the same each time.
Method: small models in memory, and the real files of api/."""

import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "codegen"))

import generate  # noqa: E402
import table  # noqa: E402
from cpp import constraints, names  # noqa: E402
from cpp.plan import Plan  # noqa: E402
from smithy import checker, parser  # noqa: E402
from smithy.lexer import SmithyError  # noqa: E402

HEAD = '$version: "2"\nnamespace a.b\n'


def load(*texts: str):
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, text in enumerate(texts):
            files.append(Path(folder) / f"f{number}.smithy")
            files[-1].write_text(text, encoding="utf-8")
        return parser.load(files, Path(folder))


class Names(unittest.TestCase):
    def test_snake(self):
        for wire, expected in {"taskDefinitionArn": "task_definition_arn", "ec2InstanceId": "ec2_instance_id",
                               "enableECSManagedTags": "enable_ecs_managed_tags", "sizeInGiB": "size_in_gib",
                               "dockerSecurityOptions": "docker_security_options", "UserId": "user_id",
                               "namespace": "namespace_", "x-y": "x_y"}.items():
            self.assertEqual(names.member_name(wire), expected)

    def test_enumerators_and_literals(self):
        self.assertEqual(names.enumerator("PUBLIC"), "public_")
        self.assertEqual(names.literal('a"\\é'), '"a\\"\\\\\\303\\251"')


class Plans(unittest.TestCase):
    def test_structs_come_after_those_they_hold(self):
        plan = Plan(load(HEAD + "structure A { b: Bs } list Bs { member: B } structure B {}"), ["a.b"])
        self.assertEqual([s.name for s in plan.units["f0.smithy"].structures], ["B", "A"])

    def test_files_in_a_circle_are_refused(self):
        model = load(HEAD + "structure A { b: B } structure D {}", HEAD + "structure B { d: D }")
        with self.assertRaisesRegex(SmithyError, "circle: f0.smithy -> f1.smithy -> f0.smithy"):
            Plan(model, ["a.b"])

    def test_names_that_meet_in_cpp_are_refused(self):
        with self.assertRaisesRegex(SmithyError, "f0.smithy:4: Tag and tag are both Tag in C"):
            Plan(load(HEAD + "structure tag {}\nstructure Tag {}"), ["a.b"])

    def test_defaults_and_unknown_members(self):
        files = generate.cpp_files(load(HEAD + """enum E { ON = "on" }
            @keepUnknown structure R { @required n: Long  @default("on") e: E  @default([]) l: L  s: String
              @default("x") t: String  @default(true) b: Boolean  @required @shared m: L } list L { member: String }"""), ["a.b"])
        header = files["model/b/f0_types.h"]
        for line in ("std::int64_t n{0};", "E e{E::on};", "std::vector<std::string> l;",
                     "std::optional<std::string> s;", 'std::string t{"x"};', "bool b{true};",
                     "JsonObject unknown_members{};", "::berth::model::Shared<std::vector<std::string>> m;",
                     '#include "model/shared.h"'):
            self.assertIn(line, header)
        self.assertIn('#include "model/shared_codec.h"', files["model/b/f0_codec.h"])


class Patterns(unittest.TestCase):
    def parse(self, text: str):
        model = load(HEAD + f"@pattern({text}) string A")
        return constraints.parse_pattern(model.shapes["a.b#A"])

    def test_classes(self):
        self.assertEqual(self.parse(r'"[a-c\\.-]+"'), (((45, 46), (97, 99)), False))
        self.assertEqual(self.parse(r'"^([\\d_]*)$"'), (((48, 57), (95, 95)), True))
        self.assertEqual(self.parse(r'"[\\u0020-\\u00FF]+"'), (((0x20, 0xFF),), False))
        letters, _ = self.parse(r'"[\\p{L}]*"')
        inside = lambda c: any(low <= ord(c) <= high for low, high in letters)  # noqa: E731
        self.assertTrue(all(map(inside, "azé日")))
        self.assertFalse(any(map(inside, "1 😀-")))

    def test_others_are_refused_with_their_line(self):
        for text in ('"a+"', '"[^a]*"', '"[a]{2}"', '"[a]*b"'):
            with self.subTest(text), self.assertRaisesRegex(SmithyError, "f0.smithy:3: A: only patterns of one"):
                self.parse(text)


class RealFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = sorted((ROOT / "api").glob("**/*.smithy"))
        cls.model = parser.load(cls.files, ROOT)

    def test_they_are_without_mistakes(self):
        self.assertEqual(checker.check(self.model), [])

    def test_output_is_the_same_each_time(self):
        emit = ["com.amazonaws.ecs", "com.amazonaws.sts", "berth.control", "com.amazonaws.acs", "com.amazonaws.tcs"]
        again = parser.load(list(reversed(self.files)), ROOT)
        once = generate.cpp_files(self.model, emit)
        self.assertEqual(once, generate.cpp_files(parser.load(self.files, ROOT), emit))
        self.assertEqual(once["model/registry.cc"], generate.cpp_files(again, emit)["model/registry.cc"])

    def test_table(self):
        text = table.render(self.model, {"ecs.RunTask", "sts.GetCallerIdentity"})
        self.assertIn("### ecs (1 of 77 operations)", text)
        self.assertIn("| RunTask | yes |", text)
        self.assertIn("| StopTask | no |", text)
        self.assertIn("### ecs (77 operations)", table.render(self.model, None))
        with self.assertRaisesRegex(ValueError, "ecs.Fly"):
            table.render(self.model, {"ecs.Fly"})


if __name__ == "__main__":
    unittest.main()
