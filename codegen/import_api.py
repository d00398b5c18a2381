#!/usr/bin/env python3
"""Writes the Smithy of a service from the interface facts of its API, as a start for api/SERVICE.smithy.

  import_api.py FACTS.json [--only Operation,…] [--namespace com.amazonaws.NAME]   prints it

FACTS is a service description in the form of AWS's SDKs for scripting languages: metadata, operations, shapes, pagination.
What Berth's subset of Smithy does not have is left out, with a line on standard error: patterns other than one repeated
character class, structures that hold themselves, event streams.
"""

import argparse
import json
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from cpp.constraints import _CLASS  # noqa: E402

KINDS = {"string": "string", "character": "string", "boolean": "boolean", "integer": "integer", "long": "long", "float": "float",
         "double": "double", "timestamp": "timestamp", "blob": "blob"}
PRELUDE = {"String": "string", "Boolean": "boolean", "Integer": "integer", "Long": "long", "Float": "float",
           "Double": "double", "Timestamp": "timestamp", "Blob": "blob"}
PROTOCOLS = {"json": "awsJson1_1", "query": "awsQuery", "ec2": "ec2Query", "rest-json": "restJson1", "rest-xml": "restXml",
             "smithy-rpc-v2-cbor": None}
PLACES = {"header": "httpHeader", "headers": "httpPrefixHeaders", "uri": "httpLabel", "querystring": "httpQuery",
          "statusCode": "httpResponseCode"}
TIMES = {"iso8601": "date-time", "unixTimestamp": "epoch-seconds", "rfc822": "http-date"}
WIDTH = 125


def quote(text):
    return json.dumps(text, ensure_ascii=True)


class Importer:
    def __init__(self, facts, namespace, only):
        self.facts, self.namespace = facts, namespace
        self.meta, self.shapes = facts["metadata"], facts["shapes"]
        self.operations = {n: o for n, o in sorted(facts["operations"].items()) if not only or n in only}
        self.protocols = self.service_protocols()
        self.used = []
        self.open = []
        self.names = {}

    def service_protocols(self):
        listed = self.meta.get("protocols") or [self.meta["protocol"]]
        found = [PROTOCOLS[p] for p in listed if PROTOCOLS[p]]
        if self.meta.get("jsonVersion") == "1.0":
            found = ["awsJson1_0" if p == "awsJson1_1" else p for p in found]
        return found

    def left_out(self, what):
        print(f"{self.namespace}: left out: {what}", file=sys.stderr)

    def collect(self, name):
        """Notes a shape and all that it holds."""
        if name in self.used or name in self.open:
            return
        self.open.append(name)
        shape = self.shapes[name]
        for member in shape.get("members", {}).values():
            self.collect(member["shape"])
        for part in ("member", "key", "value"):
            if part in shape:
                self.collect(shape[part]["shape"])
        self.open.remove(name)
        self.used.append(name)

    def holds(self, name, wanted, seen):
        """Whether shape `name` holds the structure `wanted`, however deep."""
        if name == wanted:
            return True
        if name in seen:
            return False
        seen.add(name)
        shape = self.shapes[name]
        targets = [m["shape"] for m in shape.get("members", {}).values()]
        targets += [shape[p]["shape"] for p in ("member", "key", "value") if p in shape]
        return any(self.holds(t, wanted, seen) for t in targets)

    def target(self, name):
        """The name by which a member refers to a shape: the prelude's where the shape says no more."""
        shape = self.shapes[name]
        plain = shape["type"] in KINDS and not self.traits_of(name) and "enum" not in shape
        if plain:
            return KINDS[shape["type"]].capitalize()
        return self.names[name]

    def name_all(self):
        """Names of shapes, without two that differ only in the case of their first letter: structures keep theirs."""
        taken = {}
        for name in sorted(self.used, key=lambda n: (self.shapes[n]["type"] not in ("structure",), n)):
            shown = name if name not in PRELUDE or self.shapes[name]["type"] == "structure" else name + "Value"
            while shown[0].upper() + shown[1:] in taken:
                shown += "Type"
            taken[shown[0].upper() + shown[1:]] = name
            self.names[name] = shown

    # Traits ---------------------------------------------------------------------------------------------------

    def traits_of(self, name):
        shape, lines = self.shapes[name], []
        bounds = {k: shape[k] for k in ("min", "max") if k in shape}
        if bounds and shape["type"] in ("string", "list", "map", "blob") and "enum" not in shape:
            lines.append("@length(" + ", ".join(f"{k}: {int(v)}" for k, v in bounds.items()) + ")")
        if bounds and shape["type"] in ("integer", "long", "float", "double"):
            lines.append("@range(" + ", ".join(f"{k}: {v}" for k, v in bounds.items()) + ")")
        if "pattern" in shape and "enum" not in shape:
            if _CLASS.fullmatch(shape["pattern"]) and not _CLASS.fullmatch(shape["pattern"]).group(1).startswith("^"):
                lines.append(f"@pattern({quote(shape['pattern'])})")
            else:
                self.left_out(f"pattern of {name}: {shape['pattern']}")
        if shape.get("sensitive"):
            lines.append("@sensitive")
        if shape.get("exception"):
            lines.append(f'@error("{"server" if self.status(shape) >= 500 or shape.get("fault") else "client"}")')
            code = shape.get("error", {}).get("code")
            if code and code != name or self.status(shape) != 400:
                lines.append(f"@awsQueryError(code: {quote(code or name)}, httpResponseCode: {self.status(shape)})")
        return lines

    @staticmethod
    def status(shape):
        return shape.get("error", {}).get("httpStatusCode", 500 if shape.get("fault") else 400)

    def member_traits(self, structure, name, member):
        shape, lines = self.shapes[structure], []
        if name in shape.get("required", []):
            lines.append("@required")
        if member.get("idempotencyToken"):
            lines.append("@idempotencyToken")
        place = member.get("location")
        wire = member.get("locationName")
        if place:
            trait = PLACES[place]
            lines.append(f"@{trait}" if trait in ("httpLabel", "httpResponseCode") else f"@{trait}({quote(wire or name)})")
        elif wire and wire != name:
            lines.append(f"@xmlName({quote(wire)})")
        if "queryName" in member:
            lines.append(f"@ec2QueryName({quote(member['queryName'])})")
        if member.get("flattened") or self.shapes[member["shape"]].get("flattened"):
            lines.append("@xmlFlattened")
        if member.get("xmlAttribute"):
            lines.append("@xmlAttribute")
        if shape.get("payload") == name:
            lines.append("@httpPayload")
        format_ = member.get("timestampFormat") or self.shapes[member["shape"]].get("timestampFormat")
        if format_:
            lines.append(f"@timestampFormat({quote(TIMES[format_])})")
        return lines

    # Shapes ---------------------------------------------------------------------------------------------------

    def structure(self, name):
        shape, lines = self.shapes[name], []
        roles = [role for role in ("input", "output") if any(o.get(role, {}).get("shape") == name for o in self.operations.values())]
        lines += [f"@{role}" for role in roles if len(roles) == 1] + self.traits_of(name)
        lines.append(f"structure {self.names[name]} {{")
        for member_name, member in shape["members"].items():
            target = self.shapes[member["shape"]]
            if target.get("eventstream"):
                self.left_out(f"{name}.{member_name}: an event stream")
                continue
            if self.holds(member["shape"], name, set()):
                self.left_out(f"{name}.{member_name}: the structure holds itself")
                continue
            traits = self.member_traits(name, member_name, member)
            if traits:
                lines.append("    " + " ".join(traits))
            lines.append(f"    {member_name}: {self.target(member['shape'])}")
        return lines + ["}"]

    def list_or_map(self, name):
        shape = self.shapes[name]
        parts = ["member"] if shape["type"] == "list" else ["key", "value"]
        fields = []
        for part in parts:
            trait = f"@xmlName({quote(shape[part]['locationName'])}) " if "locationName" in shape[part] else ""
            fields.append(f"{trait}{part}: {self.target(shape[part]['shape'])}")
        return self.traits_of(name) + [f"{shape['type']} {self.names[name]} {{ {'  '.join(fields)} }}"]

    def enum(self, name):
        members, taken = [], set()
        for value in self.shapes[name]["enum"]:
            label = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", value)).strip("_").upper() or "EMPTY"
            label = "V" + label if label[0].isdigit() else label
            while label.lower() in taken:
                label += "_"
            taken.add(label.lower())
            members.append(f"    {label} = {quote(value)}")
        return self.traits_of(name) + [f"enum {self.names[name]} {{"] + members + ["}"]

    def shape(self, name):
        shape = self.shapes[name]
        if shape["type"] == "structure":
            return self.structure(name)
        if shape["type"] in ("list", "map"):
            return self.list_or_map(name)
        if "enum" in shape:
            return self.enum(name)
        if name in PRELUDE and not self.traits_of(name):
            return []
        return self.traits_of(name) + [f"{KINDS[shape['type']]} {self.names[name]}"] if self.traits_of(name) else []

    def operation(self, name, operation):
        lines = []
        pages = self.facts.get("pagination", {}).get(name)
        if pages:
            lines += self.pagination(operation, pages)
        if operation.get("readonly") or re.match(r"(Describe|List|Get|Lookup|Filter)[A-Z]", name):
            lines.append("@readonly")
        if any(p.startswith("rest") for p in self.protocols):
            http = operation["http"]
            lines.append(f"@http(method: {quote(http['method'])}, uri: {quote(http['requestUri'])}, code: {http.get('responseCode', 200)})")
        lines.append(f"operation {name} {{")
        for role in ("input", "output"):
            if role in operation:
                lines.append(f"    {role}: {self.names[operation[role]['shape']]}")
        errors = [self.names[e["shape"]] for e in operation.get("errors", [])]
        if errors:
            lines += ["    errors: ["] + wrapped(errors, "        ") + ["    ]"]
        return lines + ["}"]

    def pagination(self, operation, pages):
        def known(role, member):
            return isinstance(member, str) and member in self.shapes[operation[role]["shape"]]["members"]
        wanted = [("inputToken", "input", pages.get("input_token")), ("outputToken", "output", pages.get("output_token")),
                  ("pageSize", "input", pages.get("limit_key")), ("items", "output", pages.get("result_key"))]
        parts = [f"{key}: {quote(member)}" for key, role, member in wanted if known(role, member)]
        return [f"@paginated({', '.join(parts)})"] if parts else []

    def service(self):
        signing = self.meta.get("signingName") or self.meta["endpointPrefix"]
        names = {"json": self.meta.get("targetPrefix")}
        title = names["json"] or re.sub(r"\W", "", self.meta.get("serviceId", self.namespace.split(".")[-1])) + "Service"
        lines = [f"@sigv4(name: {quote(signing)})"] + [f"@{p}" for p in self.protocols]
        if names["json"]:
            lines.append(f"@targetPrefix({quote(names['json'])})")
            title = re.sub(r"\W", "_", title)
        if "awsQueryCompatible" in self.meta:
            lines.append("@awsQueryCompatible")
        if self.meta.get("xmlNamespace"):
            lines.append(f"@xmlNamespace(uri: {quote(self.meta['xmlNamespace'])})")
        lines += [f"service {title} {{", f"    version: {quote(self.meta['apiVersion'])}", "    operations: ["]
        return lines + wrapped(list(self.operations), "        ") + ["    ]", "}"]

    def render(self):
        for operation in self.operations.values():
            for part in [operation.get("input"), operation.get("output"), *operation.get("errors", [])]:
                if part:
                    self.collect(part["shape"])
        self.name_all()
        blocks = [[f'$version: "2"', "", f"namespace {self.namespace}"], self.service()]
        blocks += [self.operation(n, o) for n, o in self.operations.items()]
        blocks += [b for b in (self.shape(n) for n in sorted(self.used)) if b]
        return "\n\n".join("\n".join(b) for b in blocks) + "\n"


def wrapped(words, indent):
    lines, line = [], indent
    for word in words:
        if len(line) + len(word) + 2 > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += word + ", "
    return lines + [line.rstrip(", ")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--namespace")
    options = parser.parse_args()
    namespace = options.namespace or "com.amazonaws." + options.facts.stem.replace("-", "")
    facts = json.loads(options.facts.read_text(encoding="utf-8"))
    print(Importer(facts, namespace, set(filter(None, options.only.split(",")))).render(), end="")


if __name__ == "__main__":
    main()
