"""Headers with structs: one for each Smithy file, and an umbrella for each package."""

from smithy.model import Shape

from . import names, text
from .plan import Field, Package, Plan, Unit, package


def default(plan: Plan, field: Field, kind: str) -> str:
    """`{…}`, or nothing for what the library makes empty by itself: an initialiser there would have the destructor of each
    such type made anew in every source that reads the header, which doubled the time of compiling."""
    initialiser = plan.initialiser(field)
    own = kind.startswith(("std::", "::berth::model::Shared"))
    return "" if own and not initialiser else f"{{{initialiser}}}"


def struct(plan: Plan, shape: Shape, home: Package) -> str:
    lines = [f"struct {names.type_name(shape.name)} {{"]
    for f in plan.fields(shape, home):
        kind = f.type if f.plain else f"std::optional<{f.type}>"
        lines.append(f"  {kind} {f.name}{default(plan, f, kind)};")
    if "keepUnknown" in shape.traits:
        lines.append("  JsonObject unknown_members{};")
    lines.append(f"  bool operator==(const {names.type_name(shape.name)}&) const = default;")
    lines.append("};")
    return "\n".join(lines)


def unit_header(plan: Plan, unit: Unit) -> str:
    pack = unit.package
    body = "\n\n".join(struct(plan, s, pack) for s in unit.structures)
    local = ["base/time.h", pack.header("enums.h")] + unit.needs
    if "Json" in body:
        local.append("base/json.h")
    if holds_shared(unit):
        local.append("model/shared.h")
    # Enums of other packages: their headers come with no types header of ours.
    for shape in unit.structures:
        for member in shape.members:
            local += enum_headers(plan, member.target, pack)
    return (text.banner(unit.file) + "#pragma once\n"
            + text.includes(["cstdint", "map", "optional", "string", "vector"], local) + "\n"
            + text.namespace(pack.cpp, body))


def holds_shared(unit: Unit) -> bool:
    return any("shared" in m.traits for s in unit.structures for m in s.members)


def enum_headers(plan: Plan, target: str, home: Package) -> list[str]:
    shape = plan.model.shape(target)
    if shape is None:
        return []
    if shape.kind == "enum":
        return [package(shape.namespace).header("enums.h")]
    if shape.kind in ("list", "map"):
        return [h for m in shape.members for h in enum_headers(plan, m.target, home)]
    return []


def umbrella(plan: Plan, pack: Package) -> str:
    headers = [pack.header("enums.h")] + [u.header for u in plan.units_of(pack)]
    return (text.banner(f"name space {pack.namespace}") + "/// Every type of the package.\n#pragma once\n"
            + text.includes([], headers))


def generate(plan: Plan) -> dict[str, str]:
    files = {}
    for pack in plan.packages:
        for unit in plan.units_of(pack):
            files[unit.header] = unit_header(plan, unit)
        files[f"{pack.folder}/{pack.umbrella}"] = umbrella(plan, pack)
    return files
