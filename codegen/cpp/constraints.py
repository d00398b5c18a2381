"""Checks of @length, @range and @pattern, called after a member was decoded in strict mode."""

import re
import unicodedata
from functools import lru_cache

from smithy.lexer import SmithyError
from smithy.model import Model, Shape

from . import names, text
from .plan import Package, Plan

_CLASS = re.compile(r"\^?\(?\[((?:\\.|[^\]\\])+)\]([*+])\)?\$?")
_ITEM = re.compile(r"\\u[0-9A-Fa-f]{4}|\\p\{[LNZ]\}|\\.|.", re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r"}


def constrained(model: Model, target: str) -> bool:
    """True when a value of `target` must be checked: the shape itself, or what a list or map holds."""
    shape = model.shape(target)
    if shape is None or shape.kind in ("structure", "enum"):
        return False
    if any(t in shape.traits for t in ("length", "range", "pattern")):
        return True
    return shape.kind in ("list", "map") and any(constrained(model, m.target) for m in shape.members)


def check_name(shape: Shape) -> str:
    return f"check_{names.snake(shape.name)}"


def pattern_name(shape: Shape) -> str:
    pack = shape.namespace.split(".")[-1]
    return f"k{names.type_name(pack)}{names.type_name(shape.name)}"


def header(pack: Package) -> str:
    return pack.header("checks.h")


def includes(plan: Plan, pack: Package) -> list[str]:
    """What a source that decodes structures of the package includes for its checks."""
    checked = any(constrained(plan.model, m.target) for s in structures(plan, pack) for m in s.members)
    return [header(pack)] if checked else []


def structures(plan: Plan, pack: Package) -> list[Shape]:
    return [s for unit in plan.units_of(pack) for s in unit.structures]


def check_files(plan: Plan) -> dict[str, str]:
    """checks.h and .cc of each package with codecs of statements: one function for each shape that is checked."""
    files = {}
    for pack in plan.packages:
        if pack.tabled:
            continue
        definitions = functions(plan, structures(plan, pack), pack)
        if not definitions:
            continue
        declarations = "\n".join(d.split("\n")[0].removesuffix(" {") + ";" for d in definitions)
        banner = text.banner("the @length, @range and @pattern traits")
        files[header(pack)] = (banner + "#pragma once\n"
                               + text.includes([], [f"{pack.folder}/{pack.umbrella}", "model/decode_context.h"]) + "\n"
                               + text.namespace(pack.cpp, declarations))
        files[header(pack).removesuffix(".h") + ".cc"] = (
            banner + text.includes(["cstdint", "limits"], [header(pack), "model/patterns.h"]) + "\n"
            + text.namespace(pack.cpp, "\n\n".join(definitions)))
    return files


def functions(plan: Plan, shapes: list[Shape], home: Package) -> list[str]:
    """Definitions of the checks that decoding `shapes` needs, innermost first."""
    done: list[str] = []
    out: list[str] = []

    def need(target: str) -> None:
        if target in done or not constrained(plan.model, target):
            return
        shape = plan.model.shapes[target]
        if shape.kind in ("list", "map"):
            for member in shape.members:
                need(member.target)
        done.append(target)
        out.append(function(plan, shape, home))

    for shape in shapes:
        for member in shape.members:
            need(member.target)
    return out


def function(plan: Plan, shape: Shape, home: Package) -> str:
    kind = plan.type_of(shape.id, home)
    value = kind if shape.kind in ("integer", "long", "double", "float") else f"const {kind}&"
    lines = [f"void {check_name(shape)}({value} value, model::DecodeContext& context) {{"]
    if "length" in shape.traits:
        bounds = shape.traits["length"].value
        size = "model::character_count(value)" if shape.kind == "string" else "value.size()"
        high = bounds.get("max", "model::kNoLengthMax")
        lines.append(f"  context.check_length({size}, {bounds.get('min', 0)}, {high});")
    if "range" in shape.traits:
        bounds = shape.traits["range"].value
        real = shape.kind in ("double", "float")
        kind_name = "double" if real else "std::int64_t"
        low = bounds.get("min", f"std::numeric_limits<{kind_name}>::lowest()")
        high = bounds.get("max", f"std::numeric_limits<{kind_name}>::max()")
        lines.append(f"  context.check_range({kind_name}{{value}}, {low}, {high});")
    if "pattern" in shape.traits:
        lines.append(f"  context.check_pattern(value, model::patterns::{pattern_name(shape)});")
    if shape.kind == "list" and constrained(plan.model, shape.member("member").target):
        inner = plan.model.shapes[shape.member("member").target]
        lines += ["  for (std::size_t i = 0; i < value.size(); ++i) {", "    const model::PathScope scope(context, i);",
                  f"    {check_name(inner)}(value[i], context);", "  }"]
    if shape.kind == "map":
        lines += map_checks(plan, shape)
    return "\n".join(lines + ["}"])


def map_checks(plan: Plan, shape: Shape) -> list[str]:
    lines = []
    for part, place in (("key", "first"), ("value", "second")):
        target = shape.member(part).target
        if constrained(plan.model, target):
            lines.append(f"    {check_name(plan.model.shapes[target])}(entry.{place}, context);")
    if not lines:
        return []
    return ["  for (const auto& entry : value) {", "    const model::PathScope scope(context, entry.first);",
            *lines, "  }"]


# Patterns ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=None)
def category_ranges(letter: str) -> tuple[tuple[int, int], ...]:
    """Code points from U+0080 whose Unicode category begins with `letter`."""
    return merge([(c, c) for c in range(0x80, 0x110000) if unicodedata.category(chr(c))[0] == letter])


def merge(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def parse_pattern(shape: Shape) -> tuple[tuple[tuple[int, int], ...], bool]:
    """(ranges of code points, whether the empty string matches) of a pattern that is one repeated class."""
    pattern = shape.traits["pattern"]
    match = _CLASS.fullmatch(pattern.value)
    if match is None or match.group(1).startswith("^"):
        raise SmithyError(shape.file, pattern.line,
                          f"{shape.name}: only patterns of one repeated character class are part of the subset")
    items = _ITEM.findall(match.group(1))
    ranges: list[tuple[int, int]] = []
    i = 0
    while i < len(items):
        low = single(items[i])
        if low is not None and i + 2 < len(items) and items[i + 1] == "-" and single(items[i + 2]) is not None:
            ranges.append((low, single(items[i + 2])))
            i += 3
            continue
        ranges += [(low, low)] if low is not None else group(items[i])
        i += 1
    return merge(ranges), match.group(2) == "*"


def single(item: str) -> int | None:
    if item.startswith("\\u"):
        return int(item[2:], 16)
    if item.startswith("\\p") or item in ("\\w", "\\d", "\\s"):
        return None
    return ord(_ESCAPES.get(item[1], item[1]) if item.startswith("\\") else item)


def group(item: str) -> list[tuple[int, int]]:
    digits, letters = [(48, 57)], [(65, 90), (97, 122)]
    if item == "\\d":
        return digits
    if item == "\\w":
        return digits + letters + [(95, 95)]
    if item == "\\s":
        return [(9, 13), (32, 32)]
    category = item[3]
    ascii_part = {"L": letters, "N": digits, "Z": [(32, 32)]}[category]
    return ascii_part + list(category_ranges(category))


def pattern_files(plan: Plan) -> dict[str, str]:
    """model/patterns.h and .cc: the character classes of every @pattern of the packages."""
    spaces = [p.namespace for p in plan.packages]
    shapes = [s for s in plan.model.shapes.values() if s.namespace in spaces and "pattern" in s.traits]
    shapes.sort(key=pattern_name)
    tables: dict[tuple, str] = {}
    rows = []
    for shape in shapes:
        ranges, empty = parse_pattern(shape)
        bits = [0, 0]
        for low, high in ranges:
            for c in range(low, min(high, 127) + 1):
                bits[c // 64] |= 1 << (c % 64)
        beyond = tuple((max(low, 128), high) for low, high in ranges if high > 127)
        table = tables.setdefault(beyond, f"kRanges{len(tables)}") if beyond else "{}"
        rows.append(f"const CharPattern {pattern_name(shape)}{{{names.literal(shape.traits['pattern'].value)}, "
                    f"{{0x{bits[0]:x}u, 0x{bits[1]:x}u}}, {table}, {'true' if empty else 'false'}}};")
    arrays = []
    for ranges, name in tables.items():
        pairs = [f"{{0x{low:x}, 0x{high:x}}}" for low, high in ranges]
        lines = ["    " + ", ".join(pairs[i:i + 6]) for i in range(0, len(pairs), 6)]
        arrays.append(f"constexpr CodePointRange {name}[] = {{\n" + ",\n".join(lines) + "};")
    declarations = "\n".join(f"extern const CharPattern {pattern_name(s)};" for s in shapes)
    banner = text.banner("the @pattern traits")
    return {
        "model/patterns.h": banner + "#pragma once\n" + text.includes([], ["model/decode_context.h"]) + "\n"
        + text.namespace("berth::model::patterns", declarations),
        "model/patterns.cc": banner + text.includes([], ["model/patterns.h"]) + "\n"
        + text.namespace("berth::model::patterns",
                         "namespace {\n\n" + "\n\n".join(arrays) + "\n\n}  // namespace\n\n" + "\n".join(rows)),
    }
