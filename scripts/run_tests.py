"""Builds and runs every test of Berth, stage by stage, and sums up. Entry: scripts/test.

A stage that fails lets the later ones run where they still make sense; the last line says `N passed, N failed`, and the
exit code is that of the whole. Everything a stage printed is in build/test-logs/STAGE.log.
"""

import concurrent.futures
import contextlib
import glob
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as xml

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(ROOT, "build", "test-logs")

# Libraries with threads of their own: their tests run under ThreadSanitizer too.
TSAN_TESTS = ["runtime_test", "http_test", "store_test"]
FUZZ_SECONDS = 10
# Seeds of each small spec under AddressSanitizer; the release build runs as many as the specs say.
SIM_ASAN_SEEDS = 4
# Seeds of each small spec that no run had before.
SIM_FRESH_SEEDS = 5
# Before a command that takes what others leave.
BACKGROUND = ["nice", "-n", "10"]
PROGRAMS = ["berthd", "berth-agent", "berth", "berth-load", "berth-sim"]
# Line coverage is printed for these.
COVERED = ["src/domain", "src/store", "src/auth", "src/placement", "src/agent/engine"]
# Hosts on which end-to-end tests run side by side: they mostly wait.
LANES = 3
# No stage may hang the run; a unit test program or a module of end-to-end tests neither.
STAGE_SECONDS_MAX = 3000
E2E_MODULE_SECONDS_MAX = 900
TEST_SECONDS_MAX = 600
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


class Totals:
    """Stages of several threads add to it."""

    def __init__(self):
        self.passed, self.failed, self.notes = 0, 0, []
        self.lock = threading.Lock()

    def add(self, name, passed, failed, seconds, note=""):
        line = f"{name:<22} {passed:>6} passed {failed:>4} failed {seconds:>7.1f} s  {note}".rstrip()
        with self.lock:
            self.passed += passed
            self.failed += failed
            self.notes.append(line)
            print(f"--- {line}\n", end="", flush=True)


def run(command, log, env=None, limit=STAGE_SECONDS_MAX, append=False):
    """Runs a command with its output in LOGS/log. Returns (exit code, output); 124 when it took too long."""
    path = os.path.join(LOGS, log)
    with open(path, "ab" if append else "wb") as file:
        start = file.tell()
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT,
                                   env={**os.environ, **(env or {})}, start_new_session=True)
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = 124
    with open(path, encoding="utf-8", errors="replace") as file:
        file.seek(start)
        return code, file.read()


def show_end(output, lines=30):
    print("\n".join("    " + line for line in output.rstrip().split("\n")[-lines:]), flush=True)


def stage(totals, name):
    """Decorator-free helper: prints the start and returns a function that reports the outcome."""
    print(f"=== {name}\n", end="", flush=True)  # In one piece, as stages may run side by side.
    began = time.monotonic()
    return lambda passed, failed, note="": totals.add(name, passed, failed, time.monotonic() - began, note)


def command_stage(totals, name, command, env=None):
    done = stage(totals, name)
    code, output = run(command, name.replace(" ", "-") + ".log", env)
    if code:
        show_end(output)
    done(0 if code else 1, 1 if code else 0)
    return code == 0


def build(totals, preset, targets, prefix=()):
    """Configures and builds; a failure counts as one failed test and is shown. `prefix` comes before the build's command."""
    done = stage(totals, f"build {preset}")
    log = f"build-{preset}.log"
    code, output = run(["cmake", "--preset", preset], log)
    if code == 0:
        code, output = run([*prefix, "cmake", "--build", "--preset", preset, "--", "-k", "0", *targets], log, append=True)
    if code:
        show_end("\n".join(line for line in output.split("\n") if re.search(r"error|Error|FAILED|undefined|No such", line)) or output)
    done(0, 1 if code else 0)
    return code == 0


def build_asan(totals, prefix=()):
    """What runs under the sanitizers, and nothing else: the programs for users are built, and used, as releases."""
    if run(["cmake", "--preset", "asan"], "configure-asan.log")[0]:
        return build(totals, "asan", [])  # Says why.
    known = ninja_targets("asan")
    return build(totals, "asan", sorted(set(ctest_names("asan")) & known) + fuzz_targets() + ["berth-sim"], prefix)


def fuzz_targets():
    return sorted(t for t in ninja_targets("asan") if re.fullmatch(r"(?!cmake_)\w+_fuzz", t))


def ninja_targets(preset):
    code, output = run(["ninja", "-C", f"build/{preset}", "-t", "targets", "all"], f"targets-{preset}.log")
    return {line.split(":")[0] for line in output.split("\n")} if code == 0 else set()


def ctest_names(preset):
    code, output = run(["ctest", "--test-dir", f"build/{preset}", "-N"], f"ctest-{preset}-names.log")
    return re.findall(r"Test +#\d+: (\S+)", output) if code == 0 else []


def unit_tests(totals, preset, pattern="", only=None):
    """Runs the GoogleTest programs through ctest and counts their cases from the XML that each writes."""
    done = stage(totals, f"unit {preset}")
    reports = os.path.join(LOGS, f"gtest-{preset}")
    shutil.rmtree(reports, ignore_errors=True)
    os.makedirs(reports)
    for stale in glob.glob(os.path.join(ROOT, "build", preset, "**", "*.gcda"), recursive=True):
        os.unlink(stale)  # Counts of an older build would distort the coverage.
    names = [n for n in ctest_names(preset) if only is None or n in only]
    env = dict(SANITIZERS, GTEST_OUTPUT=f"xml:{reports}/")
    matching = [n for n in names if pattern and pattern in n]
    if pattern and matching:
        names = matching
    elif pattern:
        env["GTEST_FILTER"] = f"*{pattern}*"
    if not names:
        done(0, 0, "nothing to run")
        return
    selection = "^(" + "|".join(re.escape(n) for n in names) + ")$"
    command = ["ctest", "--test-dir", f"build/{preset}", "-R", selection, "-j", str(os.cpu_count()), "--timeout",
               str(TEST_SECONDS_MAX), "--output-on-failure", "--output-junit", os.path.join(LOGS, f"ctest-{preset}.xml")]
    code, output = run(command, f"unit-{preset}.log", env)
    passed, failed, names_failed = count_gtest(reports)
    programs_failed = [n for n in re.findall(r"Test +#\d+: (\S+) \.*\s*\*\*\*(?!Skipped)", output)]
    crashed = [n for n in programs_failed if not any(f.startswith(n + ":") for f in names_failed)]
    for name in names_failed + [f"{n}: the program died or timed out" for n in crashed]:
        print(f"    FAILED {name}", flush=True)
    if code and not names_failed and not crashed:
        crashed = ["ctest"]
    if code:
        show_end(output, 60)
    done(passed, failed + len(crashed))


def count_gtest(folder):
    passed, failed, names = 0, 0, []
    for path in sorted(glob.glob(os.path.join(folder, "*.xml"))):
        program = os.path.basename(path)[:-len(".xml")]
        try:
            cases = list(xml.parse(path).getroot().iter("testcase"))
        except xml.ParseError:
            continue
        for case in cases:
            if case.get("status") == "notrun" or case.find("skipped") is not None:
                continue
            if case.find("failure") is not None:
                failed += 1
                names.append(f"{program}: {case.get('classname')}.{case.get('name')}")
            else:
                passed += 1
    return passed, failed, names


def fuzz(totals):
    """Every fuzz target for a few seconds from its seeds (fuzz/corpus/TARGET)."""
    targets = fuzz_targets()
    done = stage(totals, "fuzz")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = sum(pool.map(fuzz_one, targets))
    done(passed, len(targets) - passed, f"{len(targets)} targets, {FUZZ_SECONDS} s each")


def fuzz_one(target):
    """True when the target stood it."""
    program = os.path.join(ROOT, "build", "asan", "bin", target)
    work = os.path.join(LOGS, "fuzz", target)
    os.makedirs(work, exist_ok=True)
    command = [*BACKGROUND, program, f"-max_total_time={FUZZ_SECONDS}", f"-artifact_prefix={work}/",
               os.path.join(ROOT, "fuzz", "corpus", target)]
    code, output = run(command, f"fuzz-{target}.log", SANITIZERS, limit=FUZZ_SECONDS + 120)
    if code:
        print(f"    FAILED {target}; the input is in {os.path.relpath(work, ROOT)}", flush=True)
        show_end(output)
    return code == 0


def e2e_matches(pattern):
    text = "".join(open(p, encoding="utf-8").read() for p in glob.glob(os.path.join(ROOT, "tests/e2e/test_*.py")))
    return pattern in text or any(pattern in p for p in glob.glob(os.path.join(ROOT, "tests/e2e/test_*.py")))


def end_to_end(totals, pattern):
    """The programs as users run them, with the real AWS CLI and real containers.

    One agent runs on a host at a time, so its tests follow each other; as root they share the work among lanes, each a host
    with a network and a Docker Engine of its own (scripts/fresh-machine).
    """
    done = stage(totals, "e2e")
    paths = sorted(glob.glob(os.path.join(ROOT, "tests/e2e/test_*.py")), key=test_weight, reverse=True)
    modules = [os.path.basename(path)[:-len(".py")] for path in paths]
    waiting, outcomes = queue.SimpleQueue(), []
    for module in modules:
        waiting.put(module)
    with contextlib.ExitStack() as lanes:
        prefixes = [lanes.enter_context(lane(number)) for number in range(1, LANES + 1)] if os.geteuid() == 0 else [[]]
        workers = [threading.Thread(target=run_waiting, args=(prefix, waiting, pattern, outcomes)) for prefix in prefixes]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    with open(os.path.join(LOGS, "e2e-times.txt"), "w", encoding="utf-8") as file:
        file.writelines(f"{seconds:7.1f} s  {module}\n" for module, seconds, *_ in sorted(outcomes, key=lambda o: -o[1]))
    passed, failed, skipped = (sum(column) for column in list(zip(*outcomes))[2:])
    done(passed, failed, f"{skipped} skipped" if skipped else "")


def test_weight(path):
    """How long a module of end-to-end tests takes, roughly: the longest begin first."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    each = 4 if re.search(r"^(import|from) multi\b", text, re.M) else 1
    return each * len(re.findall(r"^    def test_", text, re.M))


@contextlib.contextmanager
def lane(number):
    """A host of its own for end-to-end tests, with a Docker Engine; yields what comes before a command that runs there."""
    command = ["scripts/fresh-machine", "sh", "-c", "scripts/start-docker && echo ready && cat >/dev/null"]
    with open(os.path.join(LOGS, f"lane-{number}.log"), "wb") as log, \
            subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log) as process:
        if process.stdout.readline() != b"ready\n":
            process.kill()
            raise RuntimeError(f"lane {number} did not start: see {log.name}")
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            first = file.read().split()[0]
        yield ["nsenter", "-t", first, "-m", "-n", "-p", f"--wdns={ROOT}"]
        process.stdin.close()


def run_waiting(prefix, waiting, pattern, outcomes):
    """Runs modules in a lane until none waits; adds (module, seconds, passed, failed, skipped) for each."""
    while True:
        try:
            module = waiting.get_nowait()
        except queue.Empty:
            return
        began = time.monotonic()
        counts = run_module(prefix, module, pattern)
        outcomes.append((module, time.monotonic() - began, *counts))


def run_module(prefix, module, pattern):
    """Runs one module of tests/e2e: (passed, failed, skipped)."""
    command = prefix + [sys.executable, "-W", "ignore::ResourceWarning", "-m", "unittest", "-v"]
    command += (["-k", pattern] if pattern else []) + [module]
    env = {"BERTH_BIN": os.path.join(ROOT, "build", "release", "bin"), "BERTH_E2E_LOGS": os.path.join(LOGS, "e2e"),
           "PYTHONPATH": os.path.join(ROOT, "tests", "e2e")}
    code, output = run(command, f"e2e-{module}.log", env, limit=E2E_MODULE_SECONDS_MAX)
    ran = re.search(r"^Ran (\d+) tests?", output, re.M)
    count = int(ran.group(1)) if ran else 0
    broken = {m.group(1) for m in re.finditer(r"^(?:FAIL|ERROR): (.+)$", output, re.M)}
    skipped = len(re.findall(r"\.\.\. skipped", output))
    for test in sorted(broken) or ([f"{module}: ended with {code}"] if code not in (0, 5) else []):
        print(f"    FAILED {test}", flush=True)
    failed = max(len(broken), 1) if code not in (0, 5) else 0
    if failed:
        show_end(output, 60)
    return max(count - len(broken) - skipped, 0), failed, skipped


def simulation(totals):
    """Every seed that once failed, every spec of the simulated cluster, and every planted bug, which must be caught.

    Beside the seeds that every run has, a few of each spec are new ones each time: what no run has met yet is what is looked for.
    """
    program = [*BACKGROUND, os.path.join(ROOT, "build", "release", "bin", "berth-sim")]
    command_stage(totals, "sim regressions", [*program, "--regressions"])
    command_stage(totals, "sim", [*program, "--all", "--jobs", str(os.cpu_count())])
    first = os.environ.get("BERTH_SIM_FIRST") or str(random.SystemRandom().randrange(1, 1 << 31))
    fresh = ["--small", "--seeds", str(SIM_FRESH_SEEDS), "--first", first]
    print(f"    new seeds from {first}; the same again: BERTH_SIM_FIRST={first}, or berth-sim --all {' '.join(fresh)}\n", end="", flush=True)
    command_stage(totals, "sim new seeds", [*program, "--all", "--jobs", str(os.cpu_count()), *fresh])
    command_stage(totals, "sim mutants", [*program, "--mutants"])


def simulation_asan(totals):
    """A few seeds of each spec."""
    program = os.path.join(ROOT, "build", "asan", "bin", "berth-sim")
    command_stage(totals, "sim asan", [*BACKGROUND, program, "--all", "--small", "--jobs", str(os.cpu_count()),
                                       "--seeds", str(SIM_ASAN_SEEDS)], SANITIZERS)


def coverage(totals):
    done = stage(totals, "coverage")
    command = ["gcovr", "--root", ROOT, "--object-directory", "build/asan", "--exclude-unreachable-branches",
               "--exclude", r".*_test\.cc", "--exclude", "build/.*", "-j", str(os.cpu_count()), "--json-summary",
               os.path.join(LOGS, "coverage.json"), "--gcov-ignore-parse-errors"]
    for folder in COVERED:
        command += ["--filter", folder + "/"]
    code, output = run(command + ["build/asan"], "coverage.log")
    path = os.path.join(LOGS, "coverage.json")
    if code or not os.path.exists(path):
        show_end(output, 5)
        done(0, 0, "no coverage data")
        return
    import json
    with open(path, encoding="utf-8") as file:
        files = json.load(file)["files"]
    for folder in COVERED:
        inside = [f for f in files if f["filename"].startswith(folder + "/")]
        total = sum(f["line_total"] for f in inside)
        covered = sum(f["line_covered"] for f in inside)
        share = f"{100.0 * covered / total:5.1f} %" if total else "  no data"
        print(f"    line coverage  {folder[len('src/'):]:<14} {share}  ({covered} of {total} lines)", flush=True)
    done(0, 0)


def everything(totals):
    command_stage(totals, "lint", ["scripts/lint", "--no-tidy"])
    released = build(totals, "release", PROGRAMS)
    # The end-to-end tests mostly wait; what needs no Docker takes what they leave.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        beside = pool.submit(beside_end_to_end, totals, released)
        if released:
            end_to_end(totals, "")
    beside.result()


def beside_end_to_end(totals, released):
    sanitized = build_asan(totals, BACKGROUND)
    if sanitized:
        unit_tests(totals, "asan")
        coverage(totals)
    if released:
        simulation(totals)
    if sanitized:
        simulation_asan(totals)
        fuzz(totals)
    if build(totals, "tsan", TSAN_TESTS, BACKGROUND):
        unit_tests(totals, "tsan", only=TSAN_TESTS)


def matching(totals, pattern):
    """What matches a pattern: unit test programs or cases by name, fuzz targets, end-to-end tests."""
    run(["cmake", "--preset", "asan"], "configure-asan.log")
    targets = [t for t in ctest_names("asan") if pattern in t]
    in_e2e = e2e_matches(pattern)
    if targets or not in_e2e:
        # Test programs whose name matches are built alone; else the pattern is looked for among the cases of all.
        build(totals, "asan", targets) if targets else build_asan(totals)
        unit_tests(totals, "asan", pattern)
    if in_e2e and build(totals, "release", PROGRAMS):
        end_to_end(totals, pattern)


def main():
    os.makedirs(LOGS, exist_ok=True)
    totals, began = Totals(), time.monotonic()
    if len(sys.argv) > 2:
        print("usage: scripts/test [PATTERN]", file=sys.stderr)
        return 2
    if len(sys.argv) == 2:
        matching(totals, sys.argv[1])
        if totals.passed + totals.failed == 0:
            print(f"nothing matches {sys.argv[1]}")
            totals.failed = 1
    else:
        everything(totals)
    print("\n".join(["", "summary"] + ["  " + line for line in totals.notes]))
    print(f"logs in build/test-logs, {time.monotonic() - began:.0f} s")
    print(f"{totals.passed} passed, {totals.failed} failed", flush=True)
    return 1 if totals.failed else 0


if __name__ == "__main__":
    sys.exit(main())
