"""What a parsed model is made of.

Shape ids are `namespace#Name`; members and operations refer to shapes by id once `parser.load` has
resolved them. Everything keeps the order of the files, so that what is generated is deterministic.
"""

from dataclasses import dataclass, field

SIMPLE_KINDS = ("string", "boolean", "integer", "long", "float", "double", "timestamp", "blob", "document")
PRELUDE = {f"smithy.api#{kind.capitalize()}": kind for kind in SIMPLE_KINDS}
UNIT = "smithy.api#Unit"


@dataclass
class Trait:
    name: str
    value: object  # True for a bare trait, else a node value (dict, list, str, number, bool, None)
    line: int


@dataclass
class Member:
    name: str
    target: str
    line: int
    traits: dict[str, Trait] = field(default_factory=dict)
    value: str = ""  # Of an enum's member: its text on the wire.

    @property
    def required(self) -> bool:
        return "required" in self.traits

    @property
    def has_default(self) -> bool:
        return "default" in self.traits


@dataclass
class Shape:
    kind: str  # a simple kind, list, map, enum, structure, operation, service
    namespace: str
    name: str
    file: str
    line: int
    traits: dict[str, Trait] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    properties: dict[str, object] = field(default_factory=dict)  # of operations and services

    @property
    def id(self) -> str:
        return f"{self.namespace}#{self.name}"

    def member(self, name: str) -> Member | None:
        return next((m for m in self.members if m.name == name), None)


@dataclass
class Model:
    shapes: dict[str, Shape] = field(default_factory=dict)

    def kind(self, shape_id: str) -> str:
        """The kind of a shape or prelude shape; `Unit` is a structure."""
        if shape_id in PRELUDE:
            return PRELUDE[shape_id]
        if shape_id == UNIT:
            return "structure"
        return self.shapes[shape_id].kind

    def shape(self, shape_id: str) -> Shape | None:
        """The shape, or nothing for one of the prelude."""
        return self.shapes.get(shape_id)

    def of_kind(self, kind: str, namespace: str | None = None) -> list[Shape]:
        return [s for s in self.shapes.values()
                if s.kind == kind and (namespace is None or s.namespace == namespace)]

    def operations(self, service: Shape) -> list[Shape]:
        """The operations of a service, by name."""
        return sorted((self.shapes[o] for o in service.properties["operations"]), key=lambda o: o.name)
