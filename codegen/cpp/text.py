"""Small helpers to write C++ files."""


def banner(source: str) -> str:
    return f"// Made by codegen/ from {source}. Changes here are lost.\n"


def includes(system: list[str], local: list[str]) -> str:
    blocks = []
    if system:
        blocks.append("\n".join(f"#include <{h}>" for h in sorted(set(system))))
    if local:
        blocks.append("\n".join(f'#include "{h}"' for h in sorted(set(local))))
    return "\n\n".join(blocks) + "\n"


def namespace(name: str, body: str) -> str:
    return f"namespace {name} {{\n\n{body.strip()}\n\n}}  // namespace {name}\n"
