"""The operation registry: model/registry.{h,cc} and operations.h of each package with a service."""

from smithy.model import UNIT, Model, Shape

from . import names, text
from .plan import Package, Plan, package

PROTOCOLS = {"awsJson1_1": "aws_json_1_1", "awsQuery": "aws_query"}


def service_name(service: Shape) -> str:
    """Berth's short name of a service: that of the name space unless @serviceName says otherwise."""
    trait = service.traits.get("serviceName")
    return trait.value if trait else service.namespace.split(".")[-1]


def services(model: Model) -> list[Shape]:
    return sorted(model.of_kind("service"), key=service_name)


def operation_rows(model: Model) -> list[tuple[Shape, Shape]]:
    """(service, operation) in the order of the table: by service name, then operation name."""
    return [(s, o) for s in services(model) for o in model.operations(s)]


def structure(plan: Plan, shape_id: str, home: Package) -> str:
    return "::berth::model::Unit" if shape_id == UNIT else plan.type_of(shape_id, home)


def operations_header(plan: Plan, service: Shape, first: int) -> str:
    pack = package(service.namespace)
    operations = plan.model.operations(service)
    used = sorted({names.type_name(plan.model.shapes[o.properties[k]].name) for o in operations
                   for k in ("input", "output") if o.properties[k] != UNIT})
    tags = [f"struct {n};" for n in used] + [""]
    tags += [f"struct {o.name}Operation {{}};" for o in operations]
    traits = []
    leaf = pack.cpp.split("::")[-1]
    for index, o in enumerate(operations, first):
        io = {k: structure(plan, o.properties[k], pack) for k in ("input", "output")}
        io = {k: v if v.startswith("::") else f"{leaf}::{v}" for k, v in io.items()}
        traits.append(f"""template <>
struct OperationTraits<{leaf}::{o.name}Operation> {{
  using Input = {io['input']};
  using Output = {io['output']};
  static constexpr std::string_view service = "{service_name(service)}";
  static constexpr std::string_view name = "{o.name}";
  static const OperationInfo& info() {{ return all_operations()[{index}]; }}
}};""")
    return (text.banner(f"name space {pack.namespace}")
            + "/// Operations of the service, as types: see model/operation_info.h.\n#pragma once\n"
            + text.includes([], ["model/operation_info.h"]) + "\n" + text.namespace(pack.cpp, "\n".join(tags))
            + "\n" + text.namespace("berth::model", "\n\n".join(traits)))


def pagination(operation: Shape) -> str:
    trait = operation.traits.get("paginated")
    if trait is None:
        return "std::nullopt"
    parts = [names.literal(trait.value.get(k, "")) for k in ("inputToken", "outputToken", "pageSize", "items")]
    return f"Pagination{{{', '.join(parts)}}}"


def error_row(shape: Shape) -> str:
    query = shape.traits.get("awsQueryError")
    code = query.value["code"] if query else shape.name
    server = shape.traits["error"].value == "server"
    status = query.value["httpResponseCode"] if query else (500 if server else 400)
    return f"{{{names.literal(shape.name)}, {names.literal(code)}, {status}, {'true' if server else 'false'}}}"


def source(plan: Plan) -> str:
    model = plan.model
    lines: list[str] = []
    tables: list[str] = []
    service_rows: list[str] = []
    first = 0
    for service in services(model):
        name = service_name(service)
        operations = model.operations(service)
        errors = sorted((s for s in model.of_kind("structure", service.namespace) if "error" in s.traits),
                        key=lambda s: s.name)
        if errors:
            tables.append(f"constexpr ErrorInfo k{names.type_name(name)}Errors[] = {{\n    "
                          + ",\n    ".join(error_row(s) for s in errors) + "};")
        protocol = next(PROTOCOLS[p] for p in PROTOCOLS if p in service.traits)
        prefix = service.name if protocol != "aws_query" else ""
        for o in operations:
            declared = [e.split("#")[1] for e in o.properties["errors"]]
            table = "{}"
            if declared:
                table = f"k{names.type_name(name)}{o.name}"
                tables.append(f"constexpr std::string_view {table}[] = {{"
                              + ", ".join(names.literal(e) for e in declared) + "};")
            io = [names.literal(o.properties[k].split("#")[1]) for k in ("input", "output")]
            flags = ["true" if t in o.traits else "false" for t in ("readonly", "idempotent")]
            lines.append(f'    {{"{name}", "{prefix}", Protocol::{protocol}, "{o.name}", {", ".join(io)}, {table}, '
                         f'{", ".join(flags)}, {pagination(o)}}}')
        xml = service.traits.get("xmlNamespace")
        service_rows.append(
            f'    {{"{name}", {names.literal(service.traits["sigv4"].value["name"])}, "{prefix}", Protocol::{protocol}, '
            f'"{service.properties["version"]}", {names.literal(xml.value["uri"]) if xml else chr(34) * 2}, '
            f'std::span(kOperations).subspan({first}, {len(operations)}), '
            + (f"k{names.type_name(name)}Errors}}" if errors else "{}}"))
        first += len(operations)
    body = ("namespace {\n\n" + "\n".join(tables)
            + "\n\n// By service, then operation: find_operation searches it by halves.\n"
            + "constexpr OperationInfo kOperations[] = {\n" + ",\n".join(lines) + "};\n\n"
            + "constexpr ServiceInfo kServices[] = {\n" + ",\n".join(service_rows) + "};\n\n}  // namespace\n\n"
            + "std::span<const OperationInfo> all_operations() { return kOperations; }\n"
            + "std::span<const ServiceInfo> all_services() { return kServices; }")
    return (text.banner("the services of api/") + text.includes(["span", "string_view"], ["model/registry.h"]) + "\n"
            + text.namespace("berth::model", body))


def generate(plan: Plan) -> dict[str, str]:
    files = {}
    headers = ["model/operation_info.h"]
    first = 0
    for service in services(plan.model):
        path = f"{package(service.namespace).folder}/operations.h"
        files[path] = operations_header(plan, service, first)
        headers.append(path)
        first += len(plan.model.operations(service))
    files["model/registry.h"] = (text.banner("the services of api/")
                                 + "/// The operations of every service; see model/operation_info.h.\n#pragma once\n"
                                 + text.includes([], headers))
    files["model/registry.cc"] = source(plan)
    return files
