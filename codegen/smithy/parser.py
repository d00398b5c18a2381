"""Parses Smithy IDL 2.0 files of the subset in codegen/README.md into a Model.

`load` reads several files, resolves every name and returns the model; any mistake ends in SmithyError.
"""

from pathlib import Path

from .lexer import SmithyError, Token, tokenize
from .model import PRELUDE, SIMPLE_KINDS, UNIT, Member, Model, Shape, Trait


class Parser:
    """One file. `shapes` holds what it declared; names in it are not resolved yet."""

    def __init__(self, file: str, text: str):
        self.file = file
        self.tokens = tokenize(file, text)
        self.at = 0
        self.namespace = ""
        self.uses: dict[str, str] = {}
        self.shapes: list[Shape] = []

    def parse(self) -> None:
        while self.peek().kind == "control":
            self.next()
            self.expect(":")
            version = self.next()
            if str(version.value).split(".")[0] != "2":
                self.fail(version, f"Smithy version {version.value!r} is not 2")
        self.keyword("namespace")
        self.namespace = self.dotted()
        while self.peek().value == "use" and self.peek().kind == "word":
            self.use()
        while self.peek().kind != "end":
            self.statement()

    # Tokens -----------------------------------------------------------------------------------------

    def peek(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def fail(self, token: Token, message: str):
        raise SmithyError(self.file, token.line, message)

    def accept(self, punct: str) -> bool:
        token = self.peek()
        if token.kind == "punct" and token.value == punct:
            self.at += 1
            return True
        return False

    def expect(self, punct: str) -> None:
        if not self.accept(punct):
            self.fail(self.peek(), f"expected {punct!r}, found {self.peek().value!r}")

    def word(self, what: str) -> Token:
        token = self.next()
        if token.kind != "word":
            self.fail(token, f"expected {what}, found {token.value!r}")
        return token

    def keyword(self, keyword: str) -> None:
        token = self.word(f"'{keyword}'")
        if token.value != keyword:
            self.fail(token, f"expected '{keyword}', found {token.value!r}")

    def dotted(self) -> str:
        parts = [self.word("a name").value]
        while self.accept("."):
            parts.append(self.word("a name").value)
        return ".".join(parts)

    def shape_name(self) -> str:
        """`Name`, or `name.space#Name`."""
        name = self.dotted()
        if self.accept("#"):
            name += "#" + self.word("a shape name").value
        return name

    # Statements -------------------------------------------------------------------------------------

    def use(self) -> None:
        start = self.next()
        name = self.shape_name()
        if "#" not in name:
            self.fail(start, f"use {name}: a name space and a '#' are missing")
        leaf = name.split("#")[1]
        if leaf in self.uses:
            self.fail(start, f"{leaf} is used twice")
        self.uses[leaf] = name

    def statement(self) -> None:
        traits = self.traits()
        token = self.word("a shape")
        kind = token.value
        if kind not in SIMPLE_KINDS + ("structure", "list", "map", "enum", "operation", "service"):
            self.fail(token, f"'{kind}' is not part of the subset")
        name = self.word("a shape name")
        shape = Shape(kind, self.namespace, name.value, self.file, name.line, traits)
        if kind in ("structure", "list", "map"):
            self.members(shape)
        elif kind == "enum":
            self.enum_members(shape)
        elif kind in ("operation", "service"):
            self.properties(shape)
        self.shapes.append(shape)

    def traits(self) -> dict[str, Trait]:
        traits: dict[str, Trait] = {}
        while self.accept("@"):
            token = self.peek()
            name = self.shape_name().split("#")[-1]
            if name in traits:
                self.fail(token, f"trait @{name} is there twice")
            traits[name] = Trait(name, self.trait_value(), token.line)
        return traits

    def trait_value(self):
        if not self.accept("("):
            return True
        if self.accept(")"):
            return True
        if self.peek().kind in ("word", "string") and self.tokens[self.at + 1].value == ":" \
                and self.tokens[self.at + 1].kind == "punct":
            return self.object_members(")")
        value = self.node()
        self.expect(")")
        return value

    def node(self):
        token = self.next()
        if token.kind in ("string", "number"):
            return token.value
        if token.kind == "word":
            constants = {"true": True, "false": False, "null": None}
            if token.value in constants:
                return constants[token.value]
            return token.value  # A shape id, as in errors: [Name].
        if token.value == "[":
            items = []
            while not self.accept("]"):
                if self.peek().kind == "end":
                    self.fail(token, "'[' is not closed")
                items.append(self.node())
            return items
        if token.value == "{":
            return self.object_members("}")
        self.fail(token, f"expected a value, found {token.value!r}")

    def object_members(self, close: str) -> dict:
        result = {}
        while not self.accept(close):
            key = self.next()
            if key.kind not in ("word", "string"):
                self.fail(key, f"expected a key or {close!r}, found {key.value!r}")
            if key.value in result:
                self.fail(key, f"{key.value!r} is there twice")
            self.expect(":")
            result[key.value] = self.node()
        return result

    def members(self, shape: Shape) -> None:
        self.expect("{")
        while not self.accept("}"):
            traits = self.traits()
            name = self.word("a member or '}'")
            if shape.member(name.value):
                self.fail(name, f"member {name.value} is there twice")
            self.expect(":")
            member = Member(name.value, self.shape_name(), name.line, traits)
            if self.accept("="):
                member.traits["default"] = Trait("default", self.node(), name.line)
            shape.members.append(member)

    def enum_members(self, shape: Shape) -> None:
        self.expect("{")
        while not self.accept("}"):
            traits = self.traits()
            name = self.word("an enum member or '}'")
            if shape.member(name.value):
                self.fail(name, f"member {name.value} is there twice")
            value = name.value
            if self.accept("="):
                token = self.next()
                if token.kind != "string":
                    self.fail(token, f"the value of {name.value} must be a string")
                value = token.value
            shape.members.append(Member(name.value, UNIT, name.line, traits, value))

    def properties(self, shape: Shape) -> None:
        allowed = {"operation": ("input", "output", "errors"), "service": ("version", "operations", "errors")}
        self.expect("{")
        while not self.accept("}"):
            key = self.word("a property or '}'")
            if key.value not in allowed[shape.kind]:
                self.fail(key, f"'{key.value}' is not a property of a {shape.kind}")
            if key.value in shape.properties:
                self.fail(key, f"'{key.value}' is there twice")
            self.expect(":")
            if self.peek().kind == "word":
                shape.properties[key.value] = self.shape_name()
            else:
                shape.properties[key.value] = self.node()


def resolve(parser: Parser, model: Model) -> None:
    """Turns every name in the shapes of `parser` into a shape id."""

    def one(name: str, line: int) -> str:
        candidates = [name] if "#" in name else [f"{parser.namespace}#{name}", parser.uses.get(name, ""),
                                                 f"smithy.api#{name}"]
        for candidate in candidates:
            if candidate in model.shapes or candidate in PRELUDE or candidate == UNIT:
                return candidate
        raise SmithyError(parser.file, line, f"no shape is called {name}")

    for shape in parser.shapes:
        for member in shape.members:
            member.target = one(member.target, member.line)
        properties = shape.properties
        for key in ("input", "output"):
            if shape.kind == "operation":
                properties[key] = one(properties.get(key, "Unit"), shape.line)
        for key in ("errors", "operations"):
            if shape.kind in ("operation", "service"):
                properties[key] = [one(name, shape.line) for name in properties.get(key, [])]


def load(files: list[Path], root: Path | None = None) -> Model:
    """Reads `files`; file names in messages and shapes are relative to `root` when that is given."""
    model = Model()
    parsers = []
    for path in files:
        name = str(path.relative_to(root)) if root else str(path)
        parser = Parser(name, path.read_text(encoding="utf-8"))
        parser.parse()
        parsers.append(parser)
        for shape in parser.shapes:
            earlier = model.shapes.get(shape.id)
            if earlier:
                raise SmithyError(name, shape.line,
                                  f"{shape.name} is already defined at {earlier.file}:{earlier.line}")
            model.shapes[shape.id] = shape
    for parser in parsers:
        resolve(parser, model)
    return model
