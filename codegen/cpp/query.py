"""awsQuery codecs (forms in, XML out): query.h of each package whose service speaks awsQuery, and its sources."""

from smithy.lexer import SmithyError
from smithy.model import Shape

from . import constraints, names, text
from .codec import chunks, source_name
from .plan import Field, Package, Plan, Unit


def speaks_query(plan: Plan, pack: Package) -> bool:
    return any("awsQuery" in s.traits for s in plan.model.of_kind("service", pack.namespace))


def wire_name(f: Field) -> str:
    trait = f.member.traits.get("xmlName")
    return trait.value if trait else f.wire


def item_name(plan: Plan, f: Field) -> str | None:
    """How a list or map is laid out: the name of its items, "" when flattened; nothing for other members."""
    if f.kind not in ("list", "map"):
        return None
    if "xmlFlattened" in f.member.traits:
        return ""
    if f.kind == "map":
        return "entry"
    shape = plan.model.shapes[f.member.target]
    member = shape.member("member")
    if plan.model.kind(member.target) in ("list", "map"):
        raise SmithyError(shape.file, shape.line, f"{shape.name}: lists of lists have no awsQuery form here")
    trait = member.traits.get("xmlName")
    return trait.value if trait else "member"


def header(plan: Plan, pack: Package) -> str:
    body = []
    for unit in plan.units_of(pack):
        for shape in unit.structures:
            name = names.type_name(shape.name)
            body.append(f"void encode_xml(model::XmlWriter& writer, const {name}& value);\n"
                        f"bool decode_query(const model::QueryTree& tree, {name}& out, model::DecodeContext& context);")
    return (text.banner(f"name space {pack.namespace}")
            + "/// awsQuery codecs of every structure of the package; see model/query_support.h.\n#pragma once\n"
            + text.includes([], ["model/query_codec.h", f"{pack.folder}/{pack.umbrella}"]) + "\n"
            + text.namespace(pack.cpp, "\n".join(body)))


def encoder(plan: Plan, shape: Shape, fields: list[Field]) -> str:
    writer, value = ("writer", "value") if fields else ("/*writer*/", "/*value*/")
    lines = [f"void encode_xml(model::XmlWriter& {writer}, const {names.type_name(shape.name)}& {value}) {{"]
    for f in fields:
        function = "encode_xml_" + {"blob": "blob_member", "list": "list", "map": "map"}.get(f.kind, "member")
        item = item_name(plan, f)
        extra = "" if item is None else f', "{item}"'
        lines.append(f'  model::{function}(writer, "{wire_name(f)}", value.{f.name}{extra});')
    return "\n".join(lines + ["}"])


def decoder(plan: Plan, shape: Shape, fields: list[Field]) -> str:
    name = names.type_name(shape.name)
    if not fields:
        return (f"bool decode_query(const model::QueryTree& /*tree*/, {name}& /*out*/, "
                f"model::DecodeContext& /*context*/) {{ return true; }}")
    lines = [f"bool decode_query(const model::QueryTree& tree, {name}& out, model::DecodeContext& context) {{",
             "  const std::size_t before = context.problem_count();"]
    for f in fields:
        function = "decode_query_" + {"blob": "blob_member", "list": "list", "map": "map"}.get(f.kind, "member")
        item = item_name(plan, f)
        extra = "" if item is None else f', "{item}"'
        if constraints.constrained(plan.model, f.member.target):
            extra += f", {constraints.check_name(plan.model.shapes[f.member.target])}"
        call = f'model::{function}(context, "{wire_name(f)}", tree, out.{f.name}{extra})'
        if f.member.required and not f.member.has_default:
            call = f'if (!{call}) context.missing("{wire_name(f)}")'
        lines.append(f"  {call};")
    return "\n".join(lines + ["  return context.problem_count() == before;", "}"])


def source(plan: Plan, unit: Unit, shapes: list[Shape]) -> str:
    body = []
    for shape in shapes:
        fields = plan.fields(shape, unit.package)
        body += [encoder(plan, shape, fields), decoder(plan, shape, fields)]
    local = [unit.package.header("query.h"), *constraints.includes(plan, unit.package)]
    return (text.banner(unit.file) + text.includes(["cstdint"], local) + "\n"
            + text.namespace(unit.package.cpp, "\n\n".join(body)))


def generate(plan: Plan) -> dict[str, str]:
    files = {}
    for pack in plan.packages:
        if not speaks_query(plan, pack):
            continue
        files[pack.header("query.h")] = header(plan, pack)
        for unit in plan.units_of(pack):
            for index, shapes in enumerate(chunks(unit)):
                files[source_name(unit, "query", index)] = source(plan, unit, shapes)
    return files
