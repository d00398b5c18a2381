"""The table of operations for docs/compatibility.md."""

from cpp.registry import service_name, services
from smithy.model import Model


def render(model: Model, implemented: set[str] | None) -> str:
    """Markdown, grouped by service. `implemented` holds `service.Operation`; nothing leaves that column out.

    Raises ValueError when `implemented` names what the model does not have.
    """
    known = {f"{service_name(s)}.{o.name}" for s in services(model) for o in model.operations(s)}
    unknown = sorted((implemented or set()) - known)
    if unknown:
        raise ValueError(f"not an operation of the model: {', '.join(unknown)}")
    parts = []
    for service in services(model):
        name = service_name(service)
        operations = model.operations(service)
        if implemented is None:
            parts.append(f"### {name} ({len(operations)} operations)\n\n| operation |\n|---|\n"
                         + "\n".join(f"| {o.name} |" for o in operations))
            continue
        done = [o for o in operations if f"{name}.{o.name}" in implemented]
        rows = [f"| {o.name} | {'yes' if o in done else 'no'} |" for o in operations]
        parts.append(f"### {name} ({len(done)} of {len(operations)} operations)\n\n| operation | implemented |\n|---|---|\n"
                     + "\n".join(rows))
    return "\n\n".join(parts) + "\n"
