"""Goal: the reader takes the subset and refuses the rest with a message that names file and line.
Method: small files in memory, one mistake each."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from smithy import checker, parser  # noqa: E402
from smithy.lexer import SmithyError, tokenize  # noqa: E402

HEAD = '$version: "2"\nnamespace a.b\n'


def load(*texts: str):
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, text in enumerate(texts):
            files.append(Path(folder) / f"f{number}.smithy")
            files[-1].write_text(text, encoding="utf-8")
        return parser.load(files, Path(folder))


class Lexer(unittest.TestCase):
    def test_tokens_comments_and_lines(self):
        tokens = tokenize("f", 'a // x\n/// doc\n"s\\n", -1.5 7 $version')
        self.assertEqual([(t.kind, t.value, t.line) for t in tokens[:-1]],
                         [("word", "a", 1), ("string", "s\n", 3), ("number", -1.5, 3), ("number", 7, 3),
                          ("control", "$version", 3)])

    def test_refuses(self):
        for text, message in (('"abc', "f:1: string without an end"), ("\n;", "f:2: unexpected character ';'"),
                              ('"\\q"', "f:1: bad escape in string")):
            with self.subTest(text), self.assertRaisesRegex(SmithyError, message):
                tokenize("f", text)


class Parser(unittest.TestCase):
    def test_reads_every_construct(self):
        model = load(HEAD + """use c.d#Other
            @sensitive string Secret
            @length(min: 1, max: 3) list Names { member: Secret }
            map Labels { key: String value: Other }
            enum Colour { RED, BLUE = "blue" }
            structure In { @required name: String, count: Integer = 5  colour: Colour }
            structure Out {}
            @error("client") structure Bad { message: String }
            @paginated(inputToken: "name") operation Do { input: In output: Out errors: [Bad] }
            @awsJson1_1 @sigv4(name: "x") service S { version: "1" operations: [Do] }""",
                     '$version: "2.0"\nnamespace c.d\nstructure Other {}')
        self.assertEqual(checker.check(model), [])
        self.assertEqual(model.shapes["a.b#Labels"].member("value").target, "c.d#Other")
        self.assertEqual([m.value for m in model.shapes["a.b#Colour"].members], ["RED", "blue"])
        self.assertEqual(model.shapes["a.b#In"].member("count").traits["default"].value, 5)
        self.assertEqual(model.shapes["a.b#Do"].properties["errors"], ["a.b#Bad"])

    def test_refuses(self):
        cases = {
            "structure A { x: Nowhere }": "f0.smithy:3: no shape is called Nowhere",
            "structure A { x String }": "f0.smithy:3: expected ':', found 'String'",
            "structure A { x: String": "f0.smithy:3: expected a member or '}', found 'end of file'",
            "structure A { x: String x: String }": "member x is there twice",
            "structure A {}\nstructure A {}": "f0.smithy:4: A is already defined at f0.smithy:3",
            "union A { x: String }": "'union' is not part of the subset",
            "@a @a structure A {}": "trait @a is there twice",
            "@a(x: 1, x: 2) structure A {}": "'x' is there twice",
            "@a([1 structure A {}": "'\\[' is not closed",
            "enum A { X = 5 }": "the value of X must be a string",
            "operation A { verb: B }": "'verb' is not a property of a operation",
            "use nothing\nstructure A {}": "f0.smithy:3: use nothing: a name space and a '#' are missing",
            "5": "expected a shape, found 5",
        }
        for text, message in cases.items():
            with self.subTest(text), self.assertRaisesRegex(SmithyError, message):
                load(HEAD + text)

    def test_refuses_other_versions(self):
        with self.assertRaisesRegex(SmithyError, "f0.smithy:1: Smithy version '1.0' is not 2"):
            load('$version: "1.0"\nnamespace a')


class Checker(unittest.TestCase):
    def test_every_mistake_is_told_with_its_line(self):
        cases = {
            "@shiny structure A {}": "A: trait @shiny is not known",
            "@length(min: 1) structure A {}": "A: trait @length cannot stand on a structure",
            "@length(low: 1) string A": "A: @length needs min, max or both",
            "@range(min: 2, max: 1) integer A": "A: @range has a min above its max",
            "@pattern(5) string A": "A: @pattern needs a string",
            "enum A {}": "enum A has no members",
            'enum A { X = "x" Y = "x" }': "A: value 'x' is there twice",
            "list A { item: String }": "list A needs exactly: member",
            "map A { key: Integer value: String }": "A.key: keys of maps are strings",
            "structure A { a: A }": "A contains itself",
            "structure A { @default(1.5) x: Integer }": "A.x: default 1.5 does not fit a integer",
            "structure A { @default([1]) x: L } list L { member: String }": "A.x: default [1] does not fit a list",
            "operation A { input: String }": "A: input is not a structure",
            "structure E {} operation A { errors: [E] }": "A: E has no @error",
            '@paginated(items: "x") operation A {}': "A: @paginated items: no member x in its output",
            'service A { version: "1" }': "service A needs a protocol: @awsJson1_0",
            "list B { member: Blob }": "blobs in a list are not part of the subset",
        }
        for text, message in cases.items():
            with self.subTest(text):
                mistakes = checker.check(load(HEAD + text))
                self.assertTrue(any(message in m and m.startswith("f0.smithy:3: ") for m in mistakes), mistakes)


if __name__ == "__main__":
    unittest.main()
