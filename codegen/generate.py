#!/usr/bin/env python3
"""Makes C++ and documentation from the Smithy files of api/.

  generate.py check   FILE…                          only reads and checks
  generate.py outputs --emit NAMESPACE… FILE…        prints the names of the files that `cpp` would write
  generate.py cpp     --emit NAMESPACE… --out DIR FILE…
  generate.py table   [--implemented LIST] FILE…     the operations as markdown

Files that would not change are left alone, so that nothing is compiled twice. Exit status 1 and a line
`file:line: message` for each mistake.
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import table  # noqa: E402
from cpp import codec, constraints, enums, registry, tables, types  # noqa: E402
from cpp.plan import Plan  # noqa: E402
from smithy import checker, parser  # noqa: E402
from smithy.lexer import SmithyError  # noqa: E402
from smithy.model import Model  # noqa: E402


def read_model(files: list[Path], root: Path) -> Model:
    model = parser.load(files, root)
    mistakes = checker.check(model)
    if mistakes:
        sys.exit("\n".join(mistakes))
    return model


def cpp_files(model: Model, namespaces: list[str]) -> dict[str, str]:
    """Path -> text. With services among `namespaces` come constraints and the registry; records have none."""
    plan = Plan(model, namespaces)
    serves = any(model.of_kind("service", n) for n in namespaces)
    files = types.generate(plan) | enums.generate(plan) | codec.generate(plan, check=serves) | tables.generate(plan)
    if serves:
        files |= registry.generate(plan)
        files |= constraints.pattern_files(plan) | constraints.check_files(plan)
    return files


def write(files: dict[str, str], out: Path) -> None:
    for name, content in files.items():
        path = out / name
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def arguments() -> argparse.Namespace:
    result = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("command", choices=["check", "outputs", "cpp", "table"])
    result.add_argument("files", nargs="+", type=Path)
    result.add_argument("--emit", action="append", default=[], metavar="NAMESPACE")
    result.add_argument("--out", type=Path)
    result.add_argument("--implemented", type=Path)
    return result.parse_args()


def main() -> None:
    options = arguments()
    root = Path(__file__).resolve().parent.parent
    try:
        model = read_model([f.resolve() for f in options.files], root)
        if options.command in ("outputs", "cpp"):
            files = cpp_files(model, options.emit)
            if options.command == "cpp":
                write(files, options.out)
            else:
                print("\n".join(files))
        elif options.command == "table":
            done = None
            if options.implemented:
                lines = options.implemented.read_text(encoding="utf-8").splitlines()
                done = {line.strip() for line in lines if line.strip()}
            print(table.render(model, done), end="")
    except (SmithyError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
