"""Tables of shapes, which drive the codecs of most packages: see model/shapes.h.

A package comes out as one header with the names of its tables (shapes.h), the tables of lists, maps, enums and constrained
types (shapes.cc), and those of the structures of each unit (UNIT_shapes.cc). A unit's codec header declares `shape_of`.
"""

from smithy.lexer import SmithyError
from smithy.model import Member, Shape

from . import codec, constraints, names, text
from .plan import Field, Package, Plan, Unit

MEMBERS_MAX = 256  # kMembersMax of model/shapes.h
PRELUDE = {"string": "kStringShape", "boolean": "kBooleanShape", "integer": "kIntegerShape", "long": "kLongShape",
           "float": "kDoubleShape", "double": "kDoubleShape", "timestamp": "kTimestampShape", "blob": "kBlobShape",
           "document": "kDocumentShape"}
KINDS = {"long": "long_", "float": "double_", "double": "double_", "enum": "enumeration"}
PLACES = {"httpHeader": "header", "httpPrefixHeaders": "prefix_headers", "httpLabel": "label", "httpQuery": "query",
          "httpQueryParams": "query_params", "httpPayload": "payload", "httpResponseCode": "status"}
TIMES = {"epoch-seconds": "epoch_seconds", "date-time": "date_time", "http-date": "http_date"}


def shape_name(shape: Shape) -> str:
    return f"k{names.type_name(shape.name)}Shape"


def structure_name(shape: Shape) -> str:
    return f"k{names.type_name(shape.name)}Structure"


def shape_reference(plan: Plan, target: str, home: Package) -> str:
    """The C++ name of a `Shape` of the target."""
    shape = plan.model.shape(target)
    if shape is None or (shape.kind in PRELUDE and not constraints.constrained(plan.model, target)):
        return f"model::{PRELUDE[plan.model.kind(target)]}"
    if shape.namespace != home.namespace:
        raise SmithyError(shape.file, shape.line, f"{shape.name} is another package's: its codecs are not driven by tables")
    return shape_name(shape)


# Names in forms and XML ----------------------------------------------------------------------------------------


def xml_name(member: Member, fallback: str) -> str:
    trait = member.traits.get("xmlName")
    return trait.value if trait else fallback


def form_name(plan: Plan, pack: Package, member: Member) -> str:
    """In requests of the query protocols. EC2's names have a capital, whatever the XML of its answers has."""
    if not speaks(plan, pack, "ec2Query"):
        return xml_name(member, member.name)
    trait = member.traits.get("ec2QueryName")
    if trait:
        return trait.value
    name = xml_name(member, member.name)
    return name[0].upper() + name[1:]


def speaks(plan: Plan, pack: Package, protocol: str) -> bool:
    return any(protocol in s.traits for s in plan.model.of_kind("service", pack.namespace))


# Tables --------------------------------------------------------------------------------------------------------


def used(plan: Plan, pack: Package) -> list[Shape]:
    """The shapes of a package that need a `Shape` of their own, in the order of the model: what structures hold."""
    found: dict[str, Shape] = {}

    def need(target: str) -> None:
        shape = plan.model.shape(target)
        if shape is None or target in found:
            return
        if shape.kind in PRELUDE and not constraints.constrained(plan.model, target):
            return
        found[target] = shape
        if shape.kind in ("list", "map"):
            for member in shape.members:
                need(member.target)

    for unit in plan.units_of(pack):
        for structure in unit.structures:
            for member in structure.members:
                need(member.target)
    return sorted((s for s in found.values() if s.namespace == pack.namespace), key=lambda s: s.name)


def header_name(pack: Package) -> str:
    return pack.header("shapes.h")


def header(plan: Plan, pack: Package) -> str:
    lines = [f"extern const model::StructureShape {structure_name(s)};" for u in plan.units_of(pack) for s in u.structures]
    lines += [f"extern const model::Shape {shape_name(s)};" for s in used(plan, pack)]
    return (text.banner(f"name space {pack.namespace}") + "#pragma once\n" + text.includes([], ["model/shapes.h"]) + "\n"
            + text.namespace(pack.cpp, "\n".join(lines)))


def constraint(shape: Shape) -> str | None:
    """The initialiser of a `Constraint`, or nothing where the shape itself has none."""
    parts = []
    if "length" in shape.traits:
        bounds = shape.traits["length"].value
        parts.append(f".length_min = {bounds.get('min', 0)}")
        if "max" in bounds:
            parts.append(f".length_max = {bounds['max']}")
        parts.append(".has_length = true")
    if "range" in shape.traits:
        bounds = shape.traits["range"].value
        parts.append(".has_range = true")
        parts += [f".range_{end} = {bounds[end]}" for end in ("min", "max") if end in bounds]
    if "pattern" in shape.traits:
        parts.append(f".pattern = &model::patterns::{constraints.pattern_name(shape)}")
    return "{" + ", ".join(parts) + "}" if parts else None


def shape_table(plan: Plan, pack: Package, shape: Shape) -> str:
    name = names.type_name(shape.name)
    lines, parts = [], [f".kind = model::ShapeKind::{KINDS.get(shape.kind, shape.kind)}"]
    demands = constraint(shape)
    if demands:
        lines.append(f"constexpr model::Constraint k{name}Constraint{demands};")
        parts.append(f".constraint = &k{name}Constraint")
    if shape.kind == "list":
        member = shape.member("member")
        item = plan.type_of(member.target, pack)
        lines.append(f"const model::ListShape k{name}List{{&model::kListAccess<{item}>, "
                     f"&{shape_reference(plan, member.target, pack)}, {names.literal(xml_name(member, 'member'))}}};")
        parts.append(f".list = &k{name}List")
    elif shape.kind == "map":
        lines.append(map_table(plan, pack, shape))
        parts.append(f".map = &k{name}Map")
    elif shape.kind == "enum":
        parts.append(f".enumeration = &model::kEnumAccess<{name}>")
    elif shape.kind == "structure":
        parts.append(f".structure = &{structure_name(shape)}")
    lines.append(f"constinit const model::Shape {shape_name(shape)}{{{', '.join(parts)}}};")
    return "\n".join(lines)


def map_table(plan: Plan, pack: Package, shape: Shape) -> str:
    name = names.type_name(shape.name)
    key, value = shape.member("key"), shape.member("value")
    key_shape = plan.model.shape(key.target)
    demands = "nullptr"
    if key_shape is not None and constraint(key_shape):
        demands = f"&k{names.type_name(key_shape.name)}Constraint"
    return (f"const model::MapShape k{name}Map{{&model::kMapAccess<{plan.type_of(value.target, pack)}>, "
            f"&{shape_reference(plan, value.target, pack)}, {demands}, {names.literal(xml_name(key, 'key'))}, "
            f"{names.literal(xml_name(value, 'value'))}}};")


def member_row(plan: Plan, pack: Package, structure: Shape, f: Field) -> str:
    member = f.member
    xml = xml_name(member, member.name)
    place = next((p for p in PLACES if p in member.traits), None)
    place_name = ""
    if place:
        value = member.traits[place].value
        place_name = value if isinstance(value, str) else member.name
    optional = "nullptr" if f.plain else f"&model::kOptionalAccess<{f.type}>"
    parts = [names.literal(member.name), names.literal(form_name(plan, pack, member)), names.literal(xml), names.literal(place_name),
             f"offsetof({names.type_name(structure.name)}, {f.name})", f"&{shape_reference(plan, member.target, pack)}", optional]
    flags = []
    if member.required and not member.has_default:
        flags.append(".required = true")
    if "xmlFlattened" in member.traits:
        flags.append(".flattened = true")
    if "xmlAttribute" in member.traits:
        flags.append(".attribute = true")
    if place:
        flags.append(f".place = model::MemberPlace::{PLACES[place]}")
    if "timestampFormat" in member.traits:
        flags.append(f".timestamp = model::TimestampFormat::{TIMES[member.traits['timestampFormat'].value]}")
    fields = ("name", "form_name", "xml_name", "place_name", "offset", "shape", "optional")
    named = [f".{field} = {value}" for field, value in zip(fields, parts) if value != '""']
    return "    {" + ", ".join(named + flags) + "}"


def structure_table(plan: Plan, pack: Package, shape: Shape) -> str:
    for trait in [t for t in (shape.traits.get("keepUnknown"), *(m.traits.get("shared") for m in shape.members)) if t]:
        raise SmithyError(shape.file, trait.line, f"{shape.name}: @{trait.name} is for packages with codecs of statements")
    if len(shape.members) > MEMBERS_MAX:
        raise SmithyError(shape.file, shape.line, f"{shape.name} has more than {MEMBERS_MAX} members")
    name = names.type_name(shape.name)
    fields = plan.fields(shape, pack)
    lines, members = [], "{}"
    if fields:
        rows = ",\n".join(member_row(plan, pack, shape, f) for f in fields)
        lines.append(f"constexpr model::MemberShape k{name}Members[] = {{\n{rows}}};")
        members = f"k{name}Members"
    xml = shape.traits.get("xmlNamespace")
    uri = f", {names.literal(xml.value['uri'])}" if xml else ""
    lines.append(f"constinit const model::StructureShape {structure_name(shape)}{{{names.literal(shape.name)}, {members}{uri}}};")
    lines.append(f"const model::StructureShape& shape_of(const {name}* /*type*/) {{ return {structure_name(shape)}; }}")
    return "\n".join(lines)


def unit_header(unit: Unit) -> str:
    body = "\n".join(f"const model::StructureShape& shape_of(const {names.type_name(s.name)}* type);" for s in unit.structures)
    body += "\n\n// So that they are found by the types of this package.\n" + "\n".join(
        f"using model::{function};" for function in ("encode", "decode", "encode_xml", "decode_query"))
    return (text.banner(unit.file) + "/// The tables of the structures in the types header, and codecs by them; see model/shapes.h.\n"
            + "#pragma once\n" + text.includes([], ["model/table_json.h", "model/table_query.h", unit.header]) + "\n"
            + text.namespace(unit.package.cpp, body))


# Members of std:: types make a structure no "standard layout", for which the language promises no offsets; every compiler
# that builds Berth gives them all the same.
OFFSETS = '#pragma GCC diagnostic ignored "-Winvalid-offsetof"\n'


def unit_body(plan: Plan, unit: Unit) -> str:
    return "\n\n".join(structure_table(plan, unit.package, s) for s in unit.structures)


def package_body(plan: Plan, pack: Package) -> str:
    shapes = used(plan, pack)
    # Constraints of keys come before the maps that name them.
    shapes = [s for s in shapes if s.kind != "map"] + [s for s in shapes if s.kind == "map"]
    return "\n\n".join(shape_table(plan, pack, s) for s in shapes)


def source(pack: Package, origin: str, headers: list[str], bodies: list[str]) -> str:
    return (text.banner(origin) + text.includes(["cstddef"], [header_name(pack), *headers]) + "\n" + OFFSETS + "\n"
            + text.namespace(pack.cpp, "\n\n".join(bodies)))


def sources(plan: Plan, pack: Package) -> dict[str, str]:
    """shapes.cc, and UNIT_shapes.cc of each unit. One unit's tables stand in shapes.cc: in a source of their own they would
    have the compiler make the same functions of optionals and lists again."""
    units = plan.units_of(pack)
    path = header_name(pack).removesuffix(".h") + ".cc"
    own = [f"{pack.folder}/{pack.umbrella}", "model/patterns.h"]
    if len(units) == 1:
        headers = own + [codec.unit_header_name(units[0].header)]
        return {path: source(pack, units[0].file, headers, [package_body(plan, pack), unit_body(plan, units[0])])}
    files = {path: source(pack, f"name space {pack.namespace}", own, [package_body(plan, pack)])}
    for unit in units:
        headers = [codec.unit_header_name(unit.header)]
        files[f"{pack.folder}/{unit.stem}_shapes.cc"] = source(pack, unit.file, headers, [unit_body(plan, unit)])
    return files


def generate(plan: Plan) -> dict[str, str]:
    files = {}
    for pack in plan.packages:
        if not pack.tabled:
            continue
        files[header_name(pack)] = header(plan, pack)
        files[pack.header("codec.h")] = codec.umbrella(plan, pack)
        for unit in plan.units_of(pack):
            files[codec.unit_header_name(unit.header)] = unit_header(unit)
        files |= sources(plan, pack)
    return files
