"""JSON codecs as statements, for the packages that plan.py names: codec.h and the translation units behind it."""

from smithy.model import Shape

from . import constraints, names, text, types
from .plan import Field, Package, Plan, Unit

# Members that one translation unit may decode; keeps each within seconds of compile time.
MEMBERS_PER_SOURCE = 170


def chunks(unit: Unit) -> list[list[Shape]]:
    """The structures of a unit in groups of about equal size, none much above MEMBERS_PER_SOURCE members."""
    total = sum(len(s.members) + 1 for s in unit.structures)
    count = max(1, -(-total // MEMBERS_PER_SOURCE))
    groups: list[list[Shape]] = [[] for _ in range(count)]
    done = 0
    for shape in unit.structures:
        groups[min(count - 1, done * count // max(total, 1))].append(shape)
        done += len(shape.members) + 1
    return [g for g in groups if g]


def source_name(unit: Unit, kind: str, index: int) -> str:
    suffix = "" if index == 0 else f"_{index + 1}"
    return f"{unit.package.folder}/{unit.stem}_{kind}{suffix}.cc"


def unit_header_name(types_header: str) -> str:
    """Of the codec header that belongs to a types header."""
    return types_header.removesuffix("_types.h") + "_codec.h"


def unit_header(unit: Unit) -> str:
    body = []
    support = "model/shared_codec.h" if types.holds_shared(unit) else "model/codec_support.h"
    for shape in unit.structures:
        name = names.type_name(shape.name)
        body.append(f"void encode(JsonWriter& writer, const {name}& value);\n"
                    f"bool decode(const JsonValue& json, {name}& out, model::DecodeContext& context);")
    return (text.banner(unit.file) + "/// JSON codecs of the structures in the types header; see model/codec_support.h.\n"
            + "#pragma once\n" + text.includes([], [support, unit.header]) + "\n"
            + text.namespace(unit.package.cpp, "\n".join(body)))


def umbrella(plan: Plan, pack: Package) -> str:
    headers = [unit_header_name(u.header) for u in plan.units_of(pack)]
    return (text.banner(f"name space {pack.namespace}") + "/// JSON codecs, and every type, of the package.\n#pragma once\n"
            + text.includes([], headers + [f"{pack.folder}/{pack.umbrella}"]))


def encoder(fields: list[Field], shape: Shape) -> str:
    name = names.type_name(shape.name)
    keep = "keepUnknown" in shape.traits
    value = "value" if fields or keep else "/*value*/"
    lines = [f"void encode(JsonWriter& writer, const {name}& {value}) {{", "  writer.begin_object();"]
    for f in fields:
        function = "encode_blob_member" if f.kind == "blob" else "encode_member"
        lines.append(f'  model::{function}(writer, "{f.wire}", value.{f.name});')
    if keep:
        lines.append("  model::encode_unknown(writer, value.unknown_members);")
    return "\n".join(lines + ["  writer.end_object();", "}"])


def decode_call(plan: Plan, f: Field, check: bool) -> str:
    function = "decode_member"
    if f.kind == "blob":
        function = "decode_blob_member"
    elif f.member.has_default:
        function = "decode_default_member"
    extra = ""
    if check and constraints.constrained(plan.model, f.member.target):
        extra = f", {constraints.check_name(plan.model.shapes[f.member.target])}"
    return f'model::{function}(context, "{f.wire}", item, out.{f.name}{extra})'


def decoder(plan: Plan, shape: Shape, fields: list[Field], check: bool) -> str:
    name = names.type_name(shape.name)
    keep = "keepUnknown" in shape.traits
    required = [f for f in fields if f.member.required and not f.member.has_default]
    out = "out" if fields or keep else "/*out*/"
    lines = [f"bool decode(const JsonValue& json, {name}& {out}, model::DecodeContext& context) {{",
             "  const JsonObject* object = context.object(json);"]
    if not fields and not keep:
        return "\n".join(lines + ["  return object != nullptr;", "}"])
    lines += ["  if (object == nullptr) return false;", "  const std::size_t before = context.problem_count();"]
    if required:
        lines.append("  std::uint64_t seen = 0;")
    lines += ["  for (const auto& entry : *object) {",
              "    const std::string_view name(entry.key().data(), entry.key().size());",
              "    const JsonValue& item = entry.value();", "    switch (name.size()) {"]
    by_size: dict[int, list[Field]] = {}
    for f in fields:
        by_size.setdefault(len(f.wire.encode()), []).append(f)
    for size in sorted(by_size):
        lines.append(f"      case {size}:")
        for f in by_size[size]:
            call = decode_call(plan, f, check)
            if f in required:
                call = f"if ({call}) seen |= {1 << required.index(f)}u"
                lines += [f'        if (name == "{f.wire}") {{', f"          {call};", "          continue;", "        }"]
            else:
                lines += [f'        if (name == "{f.wire}") {{', f"          {call};", "          continue;", "        }"]
        lines.append("        break;")
    lines += ["      default: break;", "    }"]
    if keep:
        lines.append("    out.unknown_members.insert_or_assign(entry.key(), item);")
    lines.append("  }")
    for i, f in enumerate(required):
        lines.append(f'  if ((seen & {1 << i}u) == 0) context.missing("{f.wire}");')
    return "\n".join(lines + ["  return context.problem_count() == before;", "}"])


def source(plan: Plan, unit: Unit, shapes: list[Shape], check: bool) -> str:
    pack = unit.package
    body = []
    for shape in shapes:
        fields = plan.fields(shape, pack)
        body += [encoder(fields, shape), decoder(plan, shape, fields, check)]
    local = [unit_header_name(h) for h in [unit.header, *unit.needs]]
    if check:
        local += constraints.includes(plan, pack)
    return (text.banner(unit.file) + text.includes(["cstdint"], local) + "\n"
            + text.namespace(pack.cpp, "\n\n".join(body)))


def generate(plan: Plan, check: bool) -> dict[str, str]:
    files = {}
    for pack in plan.packages:
        if pack.tabled:
            continue
        files[pack.header("codec.h")] = umbrella(plan, pack)
        for unit in plan.units_of(pack):
            files[unit_header_name(unit.header)] = unit_header(unit)
            for index, shapes in enumerate(chunks(unit)):
                files[source_name(unit, "codec", index)] = source(plan, unit, shapes, check)
    return files
