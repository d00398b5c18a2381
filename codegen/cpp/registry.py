"""The operation registry: operations.{h,cc} of each package with a service, and model/registry.{h,cc}, which lists them."""

from smithy.model import UNIT, Model, Shape

from . import names, text
from .plan import Package, Plan, package

# In the order of their preference where a service speaks several.
PROTOCOLS = {"awsJson1_0": "aws_json_1_0", "awsJson1_1": "aws_json_1_1", "awsQuery": "aws_query", "ec2Query": "ec2_query",
             "restJson1": "rest_json_1", "restXml": "rest_xml"}
JSON = ("awsJson1_0", "awsJson1_1")


def service_name(service: Shape) -> str:
    """Berth's short name of a service: that of the name space unless @serviceName says otherwise."""
    trait = service.traits.get("serviceName")
    return trait.value if trait else service.namespace.split(".")[-1]


def services(model: Model) -> list[Shape]:
    return sorted(model.of_kind("service"), key=service_name)


def structure(plan: Plan, shape_id: str, home: Package) -> str:
    return "::berth::model::Unit" if shape_id == UNIT else plan.type_of(shape_id, home)


def operations_header(plan: Plan, service: Shape) -> str:
    pack = package(service.namespace)
    operations = plan.model.operations(service)
    used = sorted({names.type_name(plan.model.shapes[o.properties[k]].name) for o in operations
                   for k in ("input", "output") if o.properties[k] != UNIT})
    tags = [f"struct {n};" for n in used] + [""]
    tags += [f"struct {o.name}Operation {{}};" for o in operations]
    tags += ["", "const model::ServiceInfo& service_info();"]
    traits = []
    leaf = pack.cpp.split("::")[-1]
    for index, o in enumerate(operations):
        io = {k: structure(plan, o.properties[k], pack) for k in ("input", "output")}
        io = {k: v if v.startswith("::") else f"{leaf}::{v}" for k, v in io.items()}
        traits.append(f"""template <>
struct OperationTraits<{leaf}::{o.name}Operation> {{
  using Input = {io['input']};
  using Output = {io['output']};
  static constexpr std::string_view service = "{service_name(service)}";
  static constexpr std::string_view name = "{o.name}";
  static const OperationInfo& info() {{ return {leaf}::service_info().operations[{index}]; }}
}};""")
    return (text.banner(f"name space {pack.namespace}")
            + "/// Operations of the service, as types: see model/operation_info.h.\n#pragma once\n"
            + text.includes([], ["model/operation_info.h"]) + "\n" + text.namespace(pack.cpp, "\n".join(tags))
            + "\n" + text.namespace("berth::model", "\n\n".join(traits)))


def pagination(operation: Shape) -> str:
    trait = operation.traits["paginated"]
    parts = [names.literal(trait.value.get(k, "")) for k in ("inputToken", "outputToken", "pageSize", "items")]
    return f"model::Pagination{{{', '.join(parts)}}}"


def error_row(shape: Shape) -> str:
    query = shape.traits.get("awsQueryError")
    code = query.value["code"] if query else shape.name
    server = shape.traits["error"].value == "server"
    status = query.value["httpResponseCode"] if query else (500 if server else 400)
    return f"{{{names.literal(shape.name)}, {names.literal(code)}, {status}, {'true' if server else 'false'}}}"


def errors_header(service: Shape, shapes: list[Shape]) -> str:
    """A function for each error that the service can answer."""
    functions = []
    for shape in shapes:
        query = shape.traits.get("awsQueryError")
        server = shape.traits["error"].value == "server"
        status = query.value["httpResponseCode"] if query else (500 if server else 400)
        code = query.value["code"] if query else shape.name
        parts = [f".code = {names.literal(shape.name)}", ".message = std::move(message)", f".status = {status}"]
        if code != shape.name:
            parts.append(f".query_code = {names.literal(code)}")
        functions.append(f"inline ApiError {names.safe(names.snake(shape.name))}(std::string message) {{\n"
                         f"  return {{{', '.join(parts)}}};\n}}")
    pack = package(service.namespace)
    return (text.banner(f"name space {pack.namespace}") + "/// The errors of the service. Messages name the member or resource and the way out.\n#pragma once\n"
            + text.includes(["string", "utility"], ["model/api_error.h"]) + "\n"
            + text.namespace(pack.cpp, "\n".join(functions)))


def error_shapes(plan: Plan, service: Shape) -> list[Shape]:
    return sorted((s for s in plan.model.of_kind("structure", service.namespace) if "error" in s.traits), key=lambda s: s.name)


def operation_row(service: Shape, operation: Shape, errors: str) -> str:
    fields = [("service", names.literal(service_name(service))), ("name", names.literal(operation.name)),
              ("input", names.literal(operation.properties["input"].split("#")[1])),
              ("output", names.literal(operation.properties["output"].split("#")[1]))]
    if errors:
        fields.append(("errors", errors))
    fields += [(name, "true") for trait, name in (("readonly", "read_only"), ("idempotent", "idempotent")) if trait in operation.traits]
    if "paginated" in operation.traits:
        fields.append(("pagination", pagination(operation)))
    if "http" in operation.traits:
        http = operation.traits["http"].value
        fields += [("method", names.literal(http["method"])), ("uri", names.literal(http["uri"])), ("status", str(http.get("code", 200)))]
    return "    {" + ", ".join(f".{name} = {value}" for name, value in fields) + "}"


def signing_names(service: Shape) -> str:
    """AWS's, and ours where it is another."""
    found = [service.traits["sigv4"].value["name"]]
    if service_name(service) not in found:
        found.append(service_name(service))
    return "{" + ", ".join(names.literal(n) for n in found) + "}"


def service_row(service: Shape, has_operations: bool, has_errors: bool) -> str:
    target = service.traits.get("targetPrefix")
    speaks_json = any(p in service.traits for p in JSON)
    prefix = target.value if target else (service.name if speaks_json else "")
    xml = service.traits.get("xmlNamespace")
    fields = [("name", names.literal(service_name(service))),
              ("signing_names", signing_names(service)), ("target_prefix", names.literal(prefix)),
              ("protocols", "kProtocols"), ("version", names.literal(service.properties["version"]))]
    if xml:
        fields.append(("xml_namespace", names.literal(xml.value["uri"])))
    if has_operations:
        fields.append(("operations", "kOperations"))
    if has_errors:
        fields.append(("errors", "kErrors"))
    if "awsQueryCompatible" in service.traits:
        fields.append(("query_compatible", "true"))
    return "constexpr model::ServiceInfo kService{\n" + ",\n".join(f"    .{name} = {value}" for name, value in fields) + "};"


def operations_source(plan: Plan, service: Shape) -> str:
    pack = package(service.namespace)
    errors = error_shapes(plan, service)
    spoken = ", ".join(f"model::Protocol::{PROTOCOLS[p]}" for p in PROTOCOLS if p in service.traits)
    tables = [f"constexpr model::Protocol kProtocols[] = {{{spoken}}};"]
    if errors:
        tables.append("constexpr model::ErrorInfo kErrors[] = {\n    " + ",\n    ".join(error_row(s) for s in errors) + "};")
    rows = []
    for o in plan.model.operations(service):
        declared = [e.split("#")[1] for e in o.properties["errors"]]
        if declared:
            tables.append(f"constexpr std::string_view k{o.name}[] = {{" + ", ".join(names.literal(e) for e in declared) + "};")
        rows.append(operation_row(service, o, f"k{o.name}" if declared else ""))
    if rows:
        tables.append("// By name: find_operation searches it by halves.\nconstexpr model::OperationInfo kOperations[] = {\n"
                      + ",\n".join(rows) + "};")
    tables.append(service_row(service, bool(rows), bool(errors)))
    return (text.banner(f"name space {pack.namespace}")
            + text.includes(["string_view"], [f"{pack.folder}/operations.h"]) + "\n"
            + text.namespace(pack.cpp, "namespace {\n\n" + "\n\n".join(tables) + "\n\n}  // namespace\n\n"
                             + "const model::ServiceInfo& service_info() { return kService; }"))


def registry_source(plan: Plan) -> str:
    rows = [f"&{package(s.namespace).cpp.split('::')[-1]}::service_info()" for s in services(plan.model)]
    body = ("std::span<const ServiceInfo* const> all_services() {\n"
            + "  static const ServiceInfo* const kServices[] = {" + ", ".join(rows) + "};\n  return kServices;\n}")
    return (text.banner("the services of api/") + text.includes(["span"], ["model/registry.h"]) + "\n"
            + text.namespace("berth::model", body))


def generate(plan: Plan) -> dict[str, str]:
    files = {}
    headers = ["model/operation_info.h"]
    for service in services(plan.model):
        folder = package(service.namespace).folder
        files[f"{folder}/operations.h"] = operations_header(plan, service)
        files[f"{folder}/errors.h"] = errors_header(service, error_shapes(plan, service))
        files[f"{folder}/operations.cc"] = operations_source(plan, service)
        headers.append(f"{folder}/operations.h")
    files["model/registry.h"] = (text.banner("the services of api/")
                                 + "/// The operations of every service; see model/operation_info.h.\n#pragma once\n"
                                 + text.includes([], headers))
    files["model/registry.cc"] = registry_source(plan)
    return files
