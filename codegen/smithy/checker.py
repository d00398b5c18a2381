"""Checks what the parser cannot see: kinds of targets, traits and their values, cycles.

`check` collects every mistake, so that one run shows all of them, each as `file:line: message`.
"""

from .model import PRELUDE, Model, Member, Shape

PROTOCOLS = ("awsJson1_0", "awsJson1_1", "awsQuery", "ec2Query", "restJson1", "restXml")
# Trait -> kinds of shapes it may stand on; `member` is a member of a structure, list or map.
TRAITS = {
    "required": ("member",), "default": ("member",), "idempotencyToken": ("member",),
    "xmlName": ("member",), "shared": ("member",), "xmlFlattened": ("member",), "xmlAttribute": ("member",),
    "ec2QueryName": ("member",), "timestampFormat": ("member",),
    "httpHeader": ("member",), "httpPrefixHeaders": ("member",), "httpLabel": ("member",), "httpQuery": ("member",),
    "httpQueryParams": ("member",), "httpPayload": ("member",), "httpResponseCode": ("member",),
    "length": ("string", "list", "map", "blob"), "pattern": ("string",),
    "range": ("integer", "long", "float", "double"),
    "sensitive": ("string", "list", "map", "structure", "blob"),
    "deprecated": ("string", "list", "map", "structure", "enum", "operation", "member"),
    "input": ("structure",), "output": ("structure",), "error": ("structure",),
    "awsQueryError": ("structure",), "keepUnknown": ("structure",),
    "readonly": ("operation",), "idempotent": ("operation",), "paginated": ("operation",), "http": ("operation",),
    "service": ("service",), "sigv4": ("service",), "xmlNamespace": ("service", "structure"), "serviceName": ("service",),
    "title": ("service",), "targetPrefix": ("service",), "awsQueryCompatible": ("service",),
    **{protocol: ("service",) for protocol in PROTOCOLS},
}
BOUNDS = {"length": int, "range": (int, float)}
NUMBERS = ("integer", "long", "float", "double")


class Checker:
    def __init__(self, model: Model):
        self.model = model
        self.mistakes: list[str] = []

    def say(self, shape: Shape, line: int, message: str) -> None:
        self.mistakes.append(f"{shape.file}:{line}: {message}")

    def run(self) -> list[str]:
        for shape in self.model.shapes.values():
            self.traits(shape, shape.kind, shape.traits, shape.name)
            if shape.kind == "enum":
                self.enum(shape)
            elif shape.kind in ("structure", "list", "map"):
                self.aggregate(shape)
            elif shape.kind == "operation":
                self.operation(shape)
            elif shape.kind == "service":
                self.service(shape)
        self.recursion()
        return self.mistakes

    def traits(self, shape: Shape, where: str, traits: dict, name: str) -> None:
        for trait in traits.values():
            kinds = TRAITS.get(trait.name)
            if kinds is None:
                self.say(shape, trait.line, f"{name}: trait @{trait.name} is not known")
            elif where not in kinds:
                self.say(shape, trait.line, f"{name}: trait @{trait.name} cannot stand on a {where}")
            elif trait.name in BOUNDS:
                self.bounds(shape, trait, name)
            elif trait.name == "pattern" and not isinstance(trait.value, str):
                self.say(shape, trait.line, f"{name}: @pattern needs a string")

    def bounds(self, shape: Shape, trait, name: str) -> None:
        value = trait.value
        if not isinstance(value, dict) or not value or set(value) - {"min", "max"} \
                or not all(isinstance(v, BOUNDS[trait.name]) for v in value.values()):
            self.say(shape, trait.line, f"{name}: @{trait.name} needs min, max or both, as numbers")
        elif value.get("min", 0) > value.get("max", value.get("min", 0)):
            self.say(shape, trait.line, f"{name}: @{trait.name} has a min above its max")

    def enum(self, shape: Shape) -> None:
        if not shape.members:
            self.say(shape, shape.line, f"enum {shape.name} has no members")
        values = [m.value for m in shape.members]
        for member in shape.members:
            if values.count(member.value) > 1:
                self.say(shape, member.line, f"{shape.name}: value {member.value!r} is there twice")

    def aggregate(self, shape: Shape) -> None:
        wanted = {"list": ["member"], "map": ["key", "value"]}.get(shape.kind)
        names = [m.name for m in shape.members]
        if wanted and sorted(names) != sorted(wanted):
            self.say(shape, shape.line, f"{shape.kind} {shape.name} needs exactly: {', '.join(wanted)}")
        for member in shape.members:
            name = f"{shape.name}.{member.name}"
            self.traits(shape, "member", member.traits, name)
            kind = self.model.kind(member.target)
            if kind in ("operation", "service"):
                self.say(shape, member.line, f"{name}: target is a {kind}")
            if shape.kind == "map" and member.name == "key" and kind not in ("string", "enum"):
                self.say(shape, member.line, f"{name}: keys of maps are strings")
            if shape.kind in ("list", "map") and kind == "blob":
                self.say(shape, member.line, f"{name}: blobs in a {shape.kind} are not part of the subset")
            if member.has_default:
                self.default(shape, member, kind, name)

    def default(self, shape: Shape, member: Member, kind: str, name: str) -> None:
        value = member.traits["default"].value
        fits = {
            "boolean": isinstance(value, bool),
            "string": isinstance(value, str),
            "enum": kind == "enum" and value in [m.value for m in self.model.shapes[member.target].members],
            "list": value == [],
            "map": value == {},
        }.get(kind, kind in NUMBERS and isinstance(value, (int, float)) and not isinstance(value, bool))
        if kind in ("integer", "long") and isinstance(value, float):
            fits = False
        if not fits:
            self.say(shape, member.line, f"{name}: default {value!r} does not fit a {kind}")

    def operation(self, shape: Shape) -> None:
        for key in ("input", "output"):
            if self.model.kind(shape.properties[key]) != "structure":
                self.say(shape, shape.line, f"{shape.name}: {key} is not a structure")
        for error in shape.properties["errors"]:
            target = self.model.shape(error)
            if target is None or "error" not in target.traits:
                self.say(shape, shape.line, f"{shape.name}: {error.split('#')[1]} has no @error")
        paginated = shape.traits.get("paginated")
        if paginated:
            self.paginated(shape, paginated)

    def paginated(self, shape: Shape, trait) -> None:
        places = {"inputToken": "input", "pageSize": "input", "outputToken": "output", "items": "output"}
        if not isinstance(trait.value, dict) or set(trait.value) - set(places):
            self.say(shape, trait.line, f"{shape.name}: @paginated takes {', '.join(places)}")
            return
        for key, member in trait.value.items():
            target = self.model.shape(shape.properties[places[key]])
            if target is None or target.member(member) is None:
                self.say(shape, trait.line, f"{shape.name}: @paginated {key}: no member {member} in its {places[key]}")

    def service(self, shape: Shape) -> None:
        if not any(p in shape.traits for p in PROTOCOLS):
            self.say(shape, shape.line, f"service {shape.name} needs a protocol: @" + ", @".join(PROTOCOLS))
        rest = "restJson1" in shape.traits or "restXml" in shape.traits
        for operation in shape.properties["operations"] if rest else []:
            if "http" not in self.model.shapes[operation].traits:
                self.say(shape, shape.line, f"service {shape.name}: {operation.split('#')[1]} has no @http")
        if not isinstance(shape.properties.get("version"), str):
            self.say(shape, shape.line, f"service {shape.name} needs a version")
        sigv4 = shape.traits.get("sigv4")
        if sigv4 is None or not isinstance(sigv4.value, dict) or "name" not in sigv4.value:
            self.say(shape, shape.line, f"service {shape.name} needs @sigv4(name: …)")
        for operation in shape.properties["operations"]:
            if self.model.kind(operation) != "operation":
                self.say(shape, shape.line, f"service {shape.name}: {operation.split('#')[1]} is not an operation")

    def recursion(self) -> None:
        """A structure that holds itself has no C++ value type."""
        state: dict[str, int] = {}

        def visit(shape_id: str) -> None:
            if shape_id in PRELUDE or shape_id not in self.model.shapes or state.get(shape_id) == 2:
                return
            shape = self.model.shapes[shape_id]
            if state.get(shape_id) == 1:
                self.say(shape, shape.line, f"{shape.name} contains itself")
                return
            state[shape_id] = 1
            if shape.kind in ("structure", "list", "map"):
                for member in shape.members:
                    visit(member.target)
            state[shape_id] = 2

        for shape_id in self.model.shapes:
            visit(shape_id)


def check(model: Model) -> list[str]:
    """Every mistake in the model; empty when there is none."""
    return Checker(model).run()
