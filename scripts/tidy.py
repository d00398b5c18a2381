"""Runs clang-tidy on the C++ files that changed, or on all (--all). Entry: scripts/lint.

Needs the compile commands of a configured build (build/dev or build/asan); without them it says so and passes, because
the first lint of a clean clone comes before the first build.
"""

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILDS = ("build/asan", "build/dev")
# With no upstream to compare with, this many commits count as "changed".
COMMITS_BACK = 5
SECONDS_PER_FILE_MAX = 300


def tool():
    return shutil.which("clang-tidy-19") or shutil.which("clang-tidy")


def git(*args):
    run = subprocess.run(["git", "-C", ROOT, *args], capture_output=True, text=True)
    return run.stdout.strip() if run.returncode == 0 else None


def changed_files():
    base = git("merge-base", "HEAD", "origin/HEAD") or git("merge-base", "HEAD", "@{upstream}")
    if not base or base == git("rev-parse", "HEAD"):
        base = git("rev-parse", f"HEAD~{COMMITS_BACK}")
    if not base:
        return []
    names = set((git("diff", "--name-only", base) or "").split("\n"))
    names |= set((git("ls-files", "--others", "--exclude-standard") or "").split("\n"))
    return [n for n in names if n]


def compile_commands():
    for build in BUILDS:
        path = os.path.join(ROOT, build, "compile_commands.json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return build, json.load(file)
    return None, []


def for_clang(command):
    """g++'s command line without what only g++ knows and without precompiled headers of g++."""
    command = re.sub(r"^\S*ccache\s+", "", command)
    command = re.sub(r"\s-include\s+\S*cmake_pch\.hxx|\s-Winvalid-pch|\s--coverage|\s-Werror\b", "", command)
    return re.sub(r"\s-Wno-(maybe-uninitialized|stringop-overflow|stringop-overread|restrict|dangling-pointer)", "", command)


def database(entries, folder):
    os.makedirs(folder, exist_ok=True)
    cleaned = [dict(e, command=for_clang(e["command"]) + " -Wno-unknown-warning-option") for e in entries]
    with open(os.path.join(folder, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(cleaned, file)


def check(path, folder):
    try:
        run = subprocess.run([tool(), "-p", folder, "--quiet", path], capture_output=True, text=True, cwd=ROOT,
                             timeout=SECONDS_PER_FILE_MAX)
    except subprocess.TimeoutExpired:
        return path, 1, f"{path}: clang-tidy took more than {SECONDS_PER_FILE_MAX} s"
    if "file not found" in run.stdout and "clang-diagnostic-error" in run.stdout:
        return path, 0, f"{path}: skipped, a generated header is not built yet"
    return path, run.returncode, run.stdout.strip()


def main():
    if not tool():
        print("clang-tidy: not installed, skipped (scripts/setup installs it)")
        return 0
    build, entries = compile_commands()
    if not build:
        print("clang-tidy: no build is configured yet, skipped (run `cmake --preset dev`, or scripts/test)")
        return 0
    known = {os.path.relpath(e["file"], ROOT): e for e in entries}
    sources = sorted(p for p in known if p.startswith(("src/", "sim/", "bench/")) and os.path.exists(os.path.join(ROOT, p)))
    if "--all" not in sys.argv:
        changed = set(changed_files())
        sources = [p for p in sources if p in changed]
    print(f"clang-tidy: {len(sources)} files with the commands of {build}", flush=True)
    folder = os.path.join(ROOT, "build", "lint")
    database([known[p] for p in sources], folder)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for _, code, output in pool.map(lambda p: check(p, folder), sources):
            if output and (code or "skipped" in output):
                print(output, flush=True)
            failed += code != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
