"""Which C++ files come from a model, and the C++ side of every shape.

A `Package` is a Smithy name space and its folder; a `Unit` is a Smithy file and becomes one types header. The
headers of units include one another as their shapes need, so units may not depend on one another in a circle.
"""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from smithy.lexer import SmithyError
from smithy.model import UNIT, Member, Model, Shape

from . import names

SCALARS = {
    "string": "std::string", "boolean": "bool", "integer": "std::int32_t", "long": "std::int64_t",
    "float": "double", "double": "double", "timestamp": "WallTime", "blob": "std::string", "document": "JsonValue",
}
ZERO = {"integer": "0", "long": "0", "float": "0", "double": "0", "boolean": "false"}


# Packages whose codecs are generated statements: what the control plane decodes and encodes thousands of times a second.
# The codecs of all others are driven by tables (tables.py), which cost no code.
STATEMENTS = ("com.amazonaws.ecs", "com.amazonaws.acs", "com.amazonaws.tcs", "berth.domain")


@dataclass(frozen=True)
class Package:
    namespace: str  # of Smithy
    cpp: str
    folder: str
    prefix: str  # of the package's own headers: enums.h, codec.h
    umbrella: str

    @property
    def tabled(self) -> bool:
        return self.namespace not in STATEMENTS

    def header(self, name: str) -> str:
        return f"{self.folder}/{self.prefix}{name}"


def package(namespace: str) -> Package:
    if namespace == "berth.domain":
        return Package(namespace, "berth::domain", "domain", "records_", "records.h")
    leaf = names.snake(namespace.split(".")[-1])
    return Package(namespace, f"berth::model::{leaf}", f"model/{leaf}", "", "types.h")


@dataclass
class Field:
    """A member of a structure as C++ sees it."""

    member: Member
    name: str
    type: str
    plain: bool  # Not wrapped in std::optional.
    kind: str  # of its target

    @property
    def wire(self) -> str:
        return self.member.name


@dataclass
class Unit:
    package: Package
    file: str
    structures: list[Shape] = field(default_factory=list)  # each after those it holds
    needs: list[str] = field(default_factory=list)  # headers of other units

    @property
    def stem(self) -> str:
        return PurePosixPath(self.file).stem

    @property
    def header(self) -> str:
        return f"{self.package.folder}/{self.stem}_types.h"


class Plan:
    """The model seen from C++. `namespaces` are those to generate; others may be referred to."""

    def __init__(self, model: Model, namespaces: list[str]):
        self.model = model
        self.packages = [package(n) for n in namespaces]
        self.units: dict[str, Unit] = {}
        for pack in self.packages:
            self._collect(pack)
        for unit in self.units.values():
            self._order(unit)
        self._refuse_circles()

    def units_of(self, pack: Package) -> list[Unit]:
        return [u for u in self.units.values() if u.package == pack]

    def _collect(self, pack: Package) -> None:
        seen: dict[str, Shape] = {}
        for shape in self.model.shapes.values():
            if shape.namespace != pack.namespace or shape.kind not in ("structure", "enum"):
                continue
            name = names.type_name(shape.name)
            if name in seen:
                raise SmithyError(shape.file, shape.line, f"{shape.name} and {seen[name].name} are both {name} in C++")
            seen[name] = shape
            if shape.kind == "structure":
                self.units.setdefault(shape.file, Unit(pack, shape.file)).structures.append(shape)

    def held(self, shape: Shape) -> list[Shape]:
        """The structures that `shape` holds, through lists and maps too."""
        found: list[Shape] = []

        def visit(target: str) -> None:
            inner = self.model.shape(target)
            if inner is None or inner.kind in ("enum",):
                return
            if inner.kind == "structure":
                if inner not in found:
                    found.append(inner)
            elif inner.kind in ("list", "map"):
                for member in inner.members:
                    visit(member.target)

        for member in shape.members:
            visit(member.target)
        return found

    def _order(self, unit: Unit) -> None:
        ordered: list[Shape] = []
        needs: set[str] = set()

        def place(shape: Shape) -> None:
            if shape in ordered:
                return
            for inner in self.held(shape):
                if inner.file == unit.file:
                    place(inner)
                else:
                    needs.add(self.types_header(inner))
            ordered.append(shape)

        for shape in unit.structures:
            place(shape)
        unit.structures = ordered
        unit.needs = sorted(needs)

    def types_header(self, shape: Shape) -> str:
        return f"{package(shape.namespace).folder}/{PurePosixPath(shape.file).stem}_types.h"

    def _refuse_circles(self) -> None:
        by_header = {u.header: u for u in self.units.values()}
        state: dict[str, int] = {}

        def visit(header: str, path: list[str]) -> None:
            unit = by_header.get(header)
            if unit is None or state.get(header) == 2:
                return
            if state.get(header) == 1:
                circle = " -> ".join(by_header[h].file for h in path[path.index(header):] + [header])
                raise SmithyError(unit.file, 1, f"the files need one another in a circle: {circle}")
            state[header] = 1
            for need in unit.needs:
                visit(need, path + [header])
            state[header] = 2

        for header in by_header:
            visit(header, [])

    # C++ types ------------------------------------------------------------------------------------------

    def qualified(self, shape: Shape, home: Package) -> str:
        pack = package(shape.namespace)
        name = names.type_name(shape.name)
        return name if pack == home else f"::{pack.cpp}::{name}"

    def type_of(self, target: str, home: Package) -> str:
        kind = self.model.kind(target)
        if kind in SCALARS:
            return SCALARS[kind]
        if target == UNIT:
            return "::berth::model::Unit"
        shape = self.model.shapes[target]
        if kind == "list":
            return f"std::vector<{self.type_of(shape.member('member').target, home)}>"
        if kind == "map":
            return f"std::map<std::string, {self.type_of(shape.member('value').target, home)}>"
        return self.qualified(shape, home)

    def fields(self, shape: Shape, home: Package) -> list[Field]:
        return [Field(m, names.member_name(m.name), self.member_type(m, home), m.required or m.has_default,
                      self.model.kind(m.target)) for m in shape.members]

    def member_type(self, member: Member, home: Package) -> str:
        plain = self.type_of(member.target, home)
        return f"::berth::model::Shared<{plain}>" if "shared" in member.traits else plain

    def initialiser(self, f: Field) -> str:
        """What stands between the braces of the member's default."""
        if not f.plain:
            return ""
        if not f.member.has_default:
            return ZERO.get(f.kind, "")
        value = f.member.traits["default"].value
        if f.kind == "boolean":
            return "true" if value else "false"
        if f.kind == "string":
            return names.literal(value) if value else ""
        if f.kind == "enum":
            shape = self.model.shapes[f.member.target]
            chosen = next(m for m in shape.members if m.value == value)
            return f"{f.type}::{names.enumerator(chosen.name)}"
        return "" if f.kind in ("list", "map") else str(value)
