"""Goal: names, headers, patterns and the table come out as documented, and the same each time.
Method: small models in memory, and the real files of api/."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "codegen"))

import generate  # noqa: E402
import import_api  # noqa: E402
import table  # noqa: E402
from cpp import constraints, names  # noqa: E402
from cpp.plan import Plan  # noqa: E402
from smithy import checker, parser  # noqa: E402
from smithy.lexer import SmithyError  # noqa: E402

HEAD = '$version: "2"\nnamespace a.b\n'
RECORDS = '$version: "2"\nnamespace berth.domain\n'


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
        files = generate.cpp_files(load(RECORDS + """enum E { ON = "on" }
            @keepUnknown structure R { @required n: Long  @default("on") e: E  @default([]) l: L  s: String
              @default("x") t: String  @default(true) b: Boolean  @required @shared m: L } list L { member: String }"""),
                                   ["berth.domain"])
        header = files["domain/f0_types.h"]
        for line in ("std::int64_t n{0};", "E e{E::on};", "std::vector<std::string> l;",
                     "std::optional<std::string> s;", 'std::string t{"x"};', "bool b{true};",
                     "JsonObject unknown_members{};", "::berth::model::Shared<std::vector<std::string>> m;",
                     '#include "model/shared.h"'):
            self.assertIn(line, header)
        self.assertIn('#include "model/shared_codec.h"', files["domain/f0_codec.h"])


class Tables(unittest.TestCase):
    """Packages other than the hottest are described by tables."""

    def table(self, text: str) -> str:
        return generate.cpp_files(load(HEAD + text), ["a.b"])["model/b/shapes.cc"]

    def test_members_say_where_they_are_and_what_holds_them(self):
        text = self.table("structure A { @required s: String  n: Ns } list Ns { member: Integer }")
        self.assertIn('offsetof(A, s), .shape = &model::kStringShape, .optional = nullptr, .required = true', text)
        self.assertIn('.shape = &kNsShape, .optional = &model::kOptionalAccess<std::vector<std::int32_t>>', text)
        self.assertIn('kNsList{&model::kListAccess<std::int32_t>, &model::kIntegerShape, "member"}', text)

    def test_constraints_stand_beside_their_shape(self):
        text = self.table('structure A { s: S  m: M } @length(min: 1, max: 9) @pattern("[a-z]*") string S\n'
                          'map M { key: S  value: String }')
        self.assertIn("kSConstraint{.length_min = 1, .length_max = 9, .has_length = true, .pattern = &model::patterns::kBS}", text)
        self.assertIn("&kSConstraint, \"key\", \"value\"", text)

    def test_ec2_forms_have_capitals_and_its_answers_have_not(self):
        service = '@sigv4(name: "x") @ec2Query service S { version: "1" operations: [] }\n'
        text = self.table(service + 'structure A { @xmlName("vpcId") VpcId: String  @ec2QueryName("Q") @xmlName("r") R: String }')
        self.assertIn('.name = "VpcId", .form_name = "VpcId", .xml_name = "vpcId"', text)
        self.assertIn('.name = "R", .form_name = "Q", .xml_name = "r"', text)

    def test_places_in_a_request_are_named(self):
        text = self.table('structure A { @required @httpLabel Bucket: String  @httpHeader("x-a") a: String  @httpPayload Body: Blob }')
        self.assertIn('.place_name = "Bucket"', text)
        self.assertIn('.place = model::MemberPlace::label', text)
        self.assertIn('.place_name = "x-a"', text)
        self.assertIn(".place = model::MemberPlace::payload", text)

    def test_what_only_statements_can_do_is_refused(self):
        for text in ("@keepUnknown structure R {}", "structure R { @shared s: String }"):
            with self.subTest(text), self.assertRaisesRegex(SmithyError, "is for packages with codecs of statements"):
                self.table(text)


class Import(unittest.TestCase):
    def test_facts_become_smithy_that_passes_the_checks(self):
        facts = {"metadata": {"apiVersion": "1", "endpointPrefix": "x", "protocol": "rest-xml", "serviceId": "X Y"},
                 "operations": {"GetIt": {"http": {"method": "GET", "requestUri": "/{Name}"}, "input": {"shape": "GetItRequest"},
                                          "output": {"shape": "It"}, "errors": [{"shape": "Gone"}]}},
                 "shapes": {"GetItRequest": {"type": "structure", "required": ["Name"],
                                             "members": {"Name": {"shape": "name", "location": "uri", "locationName": "Name"}}},
                            "name": {"type": "string", "min": 1, "pattern": "a|b"},
                            "It": {"type": "structure", "members": {"Kind": {"shape": "Kind"}, "All": {"shape": "Names"},
                                                                    "Self": {"shape": "It"}}},
                            "Kind": {"type": "string", "enum": ["a-b", "2x"]},
                            "Names": {"type": "list", "member": {"shape": "name", "locationName": "item"}},
                            "Gone": {"type": "structure", "members": {}, "exception": True,
                                     "error": {"httpStatusCode": 404, "code": "NoSuchIt"}}}}
        with contextlib.redirect_stderr(io.StringIO()) as told:
            text = import_api.Importer(facts, "a.b", set()).render()
        self.assertIn("pattern of name: a|b", told.getvalue())
        self.assertIn("It.Self: the structure holds itself", told.getvalue())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "f.smithy"
            path.write_text(text, encoding="utf-8")
            model = parser.load([path], Path(folder))
        self.assertEqual(checker.check(model), [])
        self.assertEqual([m.value for m in model.shapes["a.b#Kind"].members], ["a-b", "2x"])
        self.assertEqual(model.shapes["a.b#Gone"].traits["awsQueryError"].value, {"code": "NoSuchIt", "httpResponseCode": 404})


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
