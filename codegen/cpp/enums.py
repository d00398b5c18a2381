"""enums.h and enums.cc of each package."""

from smithy.model import Shape

from . import names, text
from .plan import Package, Plan


def declaration(shape: Shape) -> str:
    name = names.type_name(shape.name)
    members = ", ".join(names.enumerator(m.name) for m in shape.members)
    one = f"enum class {name} {{ {members} }};"
    if len(one) > 110:
        one = f"enum class {name} {{\n" + "".join(f"  {names.enumerator(m.name)},\n" for m in shape.members) + "};"
    return (f"{one}\nstd::string_view to_string({name} value);\n"
            f"std::optional<{name}> parse_{names.snake(shape.name)}(std::string_view text);\n"
            f"std::span<const std::string_view> enum_values({name});")


def definition(shape: Shape) -> str:
    name = names.type_name(shape.name)
    values = ", ".join(names.literal(m.value) for m in shape.members)
    return f"""constexpr std::string_view k{name}Values[] = {{{values}}};
std::span<const std::string_view> enum_values({name}) {{ return k{name}Values; }}
std::string_view to_string({name} value) {{ return model::enum_text(k{name}Values, static_cast<int>(value)); }}
std::optional<{name}> parse_{names.snake(shape.name)}(std::string_view text) {{
  const int index = model::enum_index(k{name}Values, text);
  return index < 0 ? std::nullopt : std::optional(static_cast<{name}>(index));
}}"""


def header(pack: Package, shapes: list[Shape]) -> str:
    body = "\n\n".join(declaration(s) for s in shapes)
    return (text.banner(f"name space {pack.namespace}")
            + "/// Enums. `to_string` gives the text on the wire; `enum_values` gives all texts, in the enumerators' order.\n"
            + "#pragma once\n" + text.includes(["optional", "span", "string_view"], []) + "\n"
            + text.namespace(pack.cpp, body))


def source(pack: Package, shapes: list[Shape]) -> str:
    body = "\n\n".join(definition(s) for s in shapes)
    return (text.banner(f"name space {pack.namespace}")
            + text.includes([], [pack.header("enums.h"), "model/enum_support.h"]) + "\n"
            + text.namespace(pack.cpp, body))


def generate(plan: Plan) -> dict[str, str]:
    files = {}
    for pack in plan.packages:
        shapes = plan.model.of_kind("enum", pack.namespace)
        files[pack.header("enums.h")] = header(pack, shapes)
        files[pack.header("enums.cc")] = source(pack, shapes)
    return files
