"""The house lint: rules that a compiler cannot know. Fast, no dependencies.

Each rule says what it found, why that is refused and what to write instead. Entry: scripts/lint.
`check_source()` judges one C++ file given as text, so that lint_test.py can feed it small bad snippets.
"""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600

# Which library may include which: ARCHITECTURE.md prints this table (`lint.py --table`). A folder may always include
# itself and the folders below it, unless the longer name has a line of its own. The longest name that matches a path
# decides. A row names what is used, no more: an entry that no source of the folder includes is a finding.
LAYERS = {
    "base": [],
    "model": ["base"],
    "domain": ["base", "model"],
    "placement": ["base"],
    "wire": ["base", "model"],
    "auth": ["base"],
    "runtime": ["base"],
    "runtime/real": ["base", "runtime"],
    "runtime/sim": ["base", "runtime"],
    "http": ["base", "runtime"],
    "store": ["base", "domain", "runtime"],
    "store/memory": ["runtime", "store"],
    "store/sqlite": ["base", "runtime", "store"],
    "journal": ["base", "runtime"],
    "scheduling": ["base", "domain", "placement", "store"],
    "api": ["base", "model", "wire", "auth", "domain", "store", "runtime"],
    "services": ["base", "model", "wire", "domain", "placement", "store", "scheduling", "api"],
    # It explains the service scheduler's own plan, which is pure.
    "services/berth": ["base", "model", "domain", "placement", "store", "scheduling", "api", "services/ecs/core",
                       "controllers/service"],
    "services/logs": ["base", "model", "api", "journal"],
    "gateway": ["base", "model", "auth", "domain", "store", "runtime", "scheduling"],
    "controllers": ["base", "domain", "placement", "store", "runtime", "scheduling"],
    "control_plane": ["runtime", "api", "services", "gateway", "controllers"],
    "simulate": ["base", "domain", "store", "store/memory", "runtime", "runtime/sim", "scheduling", "api", "services",
                 "controllers"],
    "agent": ["base", "model", "runtime", "agent/engine"],
    "agent/engine": ["base", "model", "runtime/async.h"],
    "agent/tasks": ["base", "model", "runtime", "agent/engine", "agent/config", "agent/state", "agent/session/task_sink.h"],
    "agent/session": ["base", "model", "auth", "runtime", "agent/config"],
    "agent/drivers": ["base", "runtime", "http", "agent/engine"],
    "agent/update": ["base", "model", "auth", "runtime", "agent/session"],
    "agent/telemetry": ["base", "model", "auth", "runtime", "agent/engine", "agent/tasks", "agent/session"],
    "agent/logs": ["base", "runtime", "agent/engine", "agent/tasks", "agent/session"],
    "agent/endpoints": ["base", "runtime", "http", "agent/engine"],
    "bin": ["*"],
}
# What a test may include beyond what its library may: the parts that stand in for the world.
TEST_EXTRA = ["services/ecs/testing.h", "store/committer.h", "runtime", "runtime/real", "runtime/sim", "store/memory", "store/sqlite"]
# Implementations that only bin/, sim/, tests and their own folder may name: everything else sees the interface.
HIDDEN = ["runtime/real", "runtime/sim", "store/memory", "store/sqlite", "agent/drivers/docker"]

# Where the real clock, randomness, threads and environment may be touched.
OUTSIDE_WORLD = ("src/runtime/", "src/bin/", "bench/", "fuzz/", "tests/")
USE_RUNTIME = "results would differ from run to run and the simulator could not control them"
BANNED = [
    # pattern, allowed prefixes, tests are exempt, why, replacement
    (r"std::j?thread\b(?!::id)|\bpthread_create\b", OUTSIDE_WORLD, True, USE_RUNTIME, "Runtime::spawn"),
    (r"std::this_thread\b|\bsleep_for\b|\busleep\s*\(|\bnanosleep\s*\(", OUTSIDE_WORLD, True, USE_RUNTIME,
     "Runtime::sleep"),
    (r"\bsteady_timer\b|\bsystem_timer\b|\bdeadline_timer\b", OUTSIDE_WORLD, True, USE_RUNTIME, "Runtime::sleep"),
    (r"\brandom_device\b|\bmt19937(_64)?\b|std::\w+_distribution\b|#\s*include\s*<random>|\bs?rand\s*\(\s*\)",
     OUTSIDE_WORLD, False, USE_RUNTIME + "; <random> distributions even between standard libraries",
     "Prng of base/random.h, seeded by Runtime"),
    (r"\b(system_clock|steady_clock|high_resolution_clock)::now\b|::time\s*\(|\bgettimeofday\b|\bclock_gettime\b",
     OUTSIDE_WORLD, True, USE_RUNTIME, "a WallTime or MonotonicTime parameter, or Runtime::clock()"),
    (r"\bgetenv\b|\benviron\b", OUTSIDE_WORLD, True, "hidden inputs make tests lie",
     "a configuration parameter, read in bin/"),
    (r"#\s*include\s*[<\"]boost/(asio|beast)", ("src/runtime/", "src/http/", "bench/", "fuzz/"), True,
     "Asio is an implementation detail of runtime/ and http/", '"runtime/async.h"'),
    (r"#\s*include\s*[<\"]sqlite3", ("src/store/sqlite/", "bench/"), False, "SQLite stays in its engine",
     "the interfaces of store/store.h"),
    (r"^\s*#\s*define\b", ("src/base/assert.h", "src/runtime/buggify.h"), False, "macros have no scope and no type",
     "a constexpr constant or a function"),
]
BANNED = [(re.compile(p, re.M), where, tests, why, instead) for p, where, tests, why, instead in BANNED]

CXX = (".h", ".cc", ".cpp")
TEXT = CXX + (".py", ".md", ".txt", ".cmake", ".json", ".smithy", ".sh", ".yml", ".yaml", ".service", ".toml")
# Assembled from parts so that this file does not contain what it forbids.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:home/\w|root/\w|Users/\w|work/\w|tmp/b/)")


class Finding:
    def __init__(self, path, line, message):
        self.path, self.line, self.message = path, line, message

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


def is_test(path):
    return path.endswith(("_test.cc", "_fuzz.cc", "/testing.h", "_testing.h")) or "_test_" in path \
        or "/test_support." in path or "/testing/" in path


def blank_comments_and_strings(text, keep_strings=False):
    """The same text with comments (and string contents) blanked; lines and columns stay where they are."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|(?:\b[uUL]8?)?R"(?P<d>[^\s()\\]{0,16})\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)

    def blank(match):
        token = match.group(0)
        if keep_strings and not token.startswith(("//", "/*")):
            return token
        return re.sub(r"[^\n]", " ", token)

    return pattern.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


# --- rules ----------------------------------------------------------------------------------------------------------

def layer_of(path):
    """The key of LAYERS that a path below src/ belongs to, longest first; None outside the table."""
    parts = path.split("/")
    for length in range(len(parts), 0, -1):
        key = "/".join(parts[:length])
        if key in LAYERS:
            return key
    return None


def below(path, folder):
    return path == folder or path.startswith(folder + "/")


def may_include(user, target, test):
    """Whether a file of src/ (`user`, path below src/) may include `target` (path below src/)."""
    layer = layer_of(user)
    allowed = LAYERS.get(layer, [])
    if "*" in allowed:
        return True
    own = layer == layer_of(target) or below(os.path.dirname(target), os.path.dirname(user))
    if own:
        return True
    candidates = list(allowed) + (TEST_EXTRA if test else [])
    hidden = next((folder for folder in HIDDEN if below(target, folder)), None)
    if hidden:
        return hidden in candidates or below(user, hidden.split("/")[0]) and hidden in allowed
    return any(below(target, folder) for folder in candidates)


def check_layers(path, text):
    if not path.startswith("src/"):
        return
    user = path[len("src/"):]
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', text, re.M):
        target = match.group(1)
        if target.split("/")[0] not in {key.split("/")[0] for key in LAYERS}:
            continue
        if not may_include(user, target, is_test(path)):
            layer = layer_of(user) or user.split("/")[0]
            allowed = ", ".join(LAYERS.get(layer, [])) or "nothing but itself"
            yield Finding(path, line_of(text, match.start()),
                          f'{layer} must not include "{target}": dependencies point one way (ARCHITECTURE.md); '
                          f"{layer} may use {allowed}. Pass the value in, or move the code to the layer that knows both")


def includes_of(text):
    return [match.group(1) for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', text, re.M)]


def unused_entries(sources):
    """Entries of the table that no source uses. `sources`: (path below src/, text) of everything but tests."""
    used = {layer: set() for layer in LAYERS}
    for user, text in sources:
        layer = layer_of(user)
        for target in includes_of(text) if layer else ():
            used[layer].update(entry for entry in LAYERS[layer] if below(target, entry))
    return [(layer, entry) for layer, entries in LAYERS.items() for entry in entries
            if entry != "*" and entry not in used[layer]]


def table():
    """The table as ARCHITECTURE.md shows it."""
    rows = ["| library | may use |", "|---|---|"]
    for layer, entries in LAYERS.items():
        shown = "all" if "*" in entries else ", ".join(f"`{entry}`" for entry in entries) or "nothing"
        rows.append(f"| `{layer}` | {shown} |")
    return "\n".join(rows) + "\n"


TABLE_BEGIN, TABLE_END = "<!-- scripts/lint.py --table -->\n", "<!-- end of the table -->"


def check_table(architecture):
    if table() not in architecture:
        yield Finding("ARCHITECTURE.md", 1, "its table of libraries is not that of scripts/lint.py: run "
                      "`python3 scripts/lint.py --write-table`")


def check_banned(path, code):
    for pattern, allowed, tests_exempt, why, instead in BANNED:
        if path.startswith(allowed) or (tests_exempt and is_test(path)):
            continue
        for match in pattern.finditer(code):
            yield Finding(path, line_of(code, match.start()),
                          f"`{match.group(0).strip()}` is banned here: {why}. Use {instead}")


def function_spans(code):
    """(first line, last line) of each function body at namespace or class scope. `code` has no comments or strings."""
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code, flags=re.M)
    stack, statement, line = [], "", 1
    for char in code:
        if char == "\n":
            line += 1
        if char == "{":
            kind = classify_brace(statement, stack)
            stack.append((kind, line))
            if kind != "initializer":
                statement = ""
        elif char == "}":
            if not stack:
                return
            kind, first = stack.pop()
            if kind == "function" and not any(k in ("function", "block") for k, _ in stack):
                yield first, line
            statement = statement + "}" if kind == "initializer" else ""
        elif char == ";":
            statement = ""
        elif not (stack and stack[-1][0] == "initializer"):
            statement += char


def classify_brace(statement, stack):
    """What a `{` opens, from the text since the last statement ended."""
    inside = stack[-1][0] if stack else "scope"
    text = " ".join(statement.split())
    if inside in ("function", "block"):
        return "block"
    if inside == "initializer":
        return "initializer"
    if re.search(r"\bnamespace\b[^()]*$", text) or text.startswith('extern'):
        return "scope"
    if re.search(r"(?:^|[^\w])(class|struct|union|enum)\b", text) and not re.search(r"\)\s*(const|noexcept|override|final)?\s*$",
                                                                              text):
        # `struct tm make() {` ends with a parenthesis and is a function; `class A final : public B {` is a scope.
        return "scope" if not re.search(r"=\s*$", text) else "initializer"
    if re.search(r"=\s*$", text) or "(" not in text:
        return "initializer"
    constructor = re.search(r"\)\s*(?:noexcept\s*(?:\([^)]*\))?\s*)?:(?!:)", text)
    if constructor and re.search(r"[\w>]$", text):
        return "initializer"
    return "function"


def check_lengths(path, text, code):
    lines = text.count("\n")
    if lines > FILE_LINES_MAX:
        yield Finding(path, 1, f"{lines} lines, more than {FILE_LINES_MAX}: nobody reads a file of this length. "
                               "Split it by subject")
    for first, last in function_spans(code):
        if last - first + 1 > FUNCTION_LINES_MAX:
            yield Finding(path, first, f"function of {last - first + 1} lines, more than {FUNCTION_LINES_MAX}: it must "
                                       "fit on a screen. Keep the branches, move the steps into helpers")


# g++ 12 destroys some temporaries of a co_await expression twice.
CO_AWAIT = re.compile(r"\bco_await\b([^;]*);")
TWICE_DESTROYED = re.compile(r"\[[&=\w, ]*\]\s*[({]|\w\{|>\{|[(,]\s*\{|\s\?\s")


def check_awaits(path, code):
    for match in CO_AWAIT.finditer(code):
        if TWICE_DESTROYED.search(match.group(1)):
            yield Finding(path, code[:match.start()].count("\n") + 1, "a lambda, braced list or ternary inside a co_await "
                          "expression is destroyed twice by g++ 12: give it a name first")


def check_text(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if UNFINISHED.search(line):
            yield Finding(path, number, "unfinished work is not committed: finish it, or write an issue")
        if MACHINE_PATH.search(line):
            yield Finding(path, number, "a path of one machine means nothing on another: use a relative path or $HOME")
        if line != line.rstrip() and not path.endswith(".md"):
            yield Finding(path, number, "trailing whitespace makes noise in diffs: remove it")
    if text and not text.endswith("\n"):
        yield Finding(path, text.count("\n") + 1, "no newline at the end of the file: add one")


def check_source(path, text):
    """All findings of one C++ file."""
    code = blank_comments_and_strings(text)
    with_strings = blank_comments_and_strings(text, keep_strings=True)
    findings = list(check_layers(path, with_strings))
    includes = re.compile(r"^[ \t]*#[ \t]*include.*$", re.M)
    # Include lines keep their names; everywhere else the contents of strings are blanked.
    merged = list(code)
    for match in includes.finditer(with_strings):
        merged[match.start():match.end()] = match.group(0)
    findings += check_banned(path, "".join(merged))
    findings += check_lengths(path, text, code)
    findings += check_awaits(path, code)
    if path.endswith(".h") and "#pragma once" not in text:
        findings.append(Finding(path, 1, "header without `#pragma once`: it could be read twice. Add it as first line"))
    return findings


def check_readmes(paths):
    folders = set()
    for path in paths:
        parts = path.split("/")
        if parts[0] == "src" and len(parts) > 2:
            folders.add("/".join(parts[:2]))
    for folder in sorted(folders):
        if not os.path.exists(os.path.join(ROOT, folder, "README.md")):
            yield Finding(folder, 1, "folder without README.md: say in a page what it is, what it may use, its entry "
                                     "header and how to test it")


# --- tools ----------------------------------------------------------------------------------------------------------

def tracked_files():
    out = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         check=True, capture_output=True).stdout
    paths = [p for p in out.decode().split("\0") if p]
    return sorted(p for p in set(paths) if os.path.isfile(os.path.join(ROOT, p)))


def is_generated(path):
    return path.startswith("build/") or "/generated/" in path


def house_rules(paths):
    findings = []
    for path in paths:
        if is_generated(path):
            continue
        script = path.startswith(("scripts/", ".ci/")) and "." not in os.path.basename(path)
        if not (path.endswith(TEXT) or script):
            continue
        with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
            text = file.read()
        if path != "scripts/lint_test.py":
            findings += check_text(path, text)
        if path.endswith(CXX):
            findings += check_source(path, text)
    return findings + list(check_readmes(paths))


def clang_format(paths):
    files = [p for p in paths if p.endswith(CXX) and not is_generated(p)]
    failed = []
    for start in range(0, len(files), 60):
        run = subprocess.run(["clang-format", "--dry-run", "-Werror"] + files[start:start + 60], cwd=ROOT,
                             capture_output=True, text=True)
        if run.returncode:
            failed += sorted(set(re.findall(r"^([^\s:]+):\d+:\d+: error", run.stderr, re.M))) or [run.stderr.strip()]
    return [Finding(p, 1, f"not formatted: run `clang-format -i {p}`") for p in failed]


def whole_tree(paths):
    """Rules about the table itself."""
    sources = []
    for path in paths:
        if path.startswith("src/") and path.endswith((".h", ".cc")) and not is_test(path):
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                sources.append((path[len("src/"):], file.read()))
    for layer, entry in unused_entries(sources):
        yield Finding("scripts/lint.py", 1, f"the table lets {layer} use {entry}, and nobody there does: take it out")
    with open(os.path.join(ROOT, "ARCHITECTURE.md"), encoding="utf-8") as file:
        yield from check_table(file.read())


def write_table():
    path = os.path.join(ROOT, "ARCHITECTURE.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    begin, end = text.index(TABLE_BEGIN) + len(TABLE_BEGIN), text.index(TABLE_END)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[:begin] + table() + text[end:])


def main():
    if "--table" in sys.argv:
        return print(table(), end="")
    if "--write-table" in sys.argv:
        return write_table()
    paths = tracked_files()
    findings = house_rules(paths) + list(whole_tree(paths))
    if "--no-format" not in sys.argv:
        findings += clang_format(paths)
    for finding in findings:
        print(finding)
    if findings:
        print(f"lint: {len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
