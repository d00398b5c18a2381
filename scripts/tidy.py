"""Runs clang-tidy on the C++ files that changed, or on all (--all). Entry: scripts/lint.

Reads the compile commands of build/dev, which it configures: the other presets compile several sources as one.
"""

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = "build/dev"
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
    """How each source is compiled; None when the build cannot be configured. Makes the generated headers, too."""
    for command in (["cmake", "--preset", "dev"], ["cmake", "--build", "--preset", "dev", "--target", "generated"]):
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if run.returncode:
            print(run.stdout + run.stderr, flush=True)
            return None
    with open(os.path.join(ROOT, BUILD, "compile_commands.json"), encoding="utf-8") as file:
        return json.load(file)


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
    entries = compile_commands()
    if entries is None:
        return 1
    known = {os.path.relpath(e["file"], ROOT): e for e in entries}
    sources = sorted(p for p in known if p.startswith(("src/", "sim/", "bench/")) and os.path.exists(os.path.join(ROOT, p)))
    if "--all" not in sys.argv:
        changed = set(changed_files())
        sources = [p for p in sources if p in changed]
    print(f"clang-tidy: {len(sources)} files with the commands of {BUILD}", flush=True)
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
