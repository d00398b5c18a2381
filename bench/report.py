"""Runs the sections that fit in the time given and writes build/bench/report.md and report.json."""

import argparse
import json
import os
import platform
import subprocess
import sys
import time

import launch
import system

OUT = os.path.join(system.ROOT, "build", "bench")
PROGRAMS = ("commit_bench", "codec_bench", "sigv4_bench", "placement_bench", "feed_bench", "engine_bench")


def micro(minimum_seconds):
    """Every benchmark program: {name: items (or calls) a second}."""
    figures = {}
    for program in PROGRAMS:
        path = os.path.join(system.BIN, program)
        if not os.path.exists(path):
            continue
        run = subprocess.run([path, "--benchmark_format=json", f"--benchmark_min_time={minimum_seconds}"],
                             capture_output=True, text=True, check=True)
        for row in json.loads(run.stdout)["benchmarks"]:
            figures[row["name"]] = row.get("items_per_second", 1e9 / row["real_time"])
    return figures


def sections(minutes):
    """Functions by name, the most wanted first. Lengths are made for `minutes` in all."""
    scale = minutes / 10
    return {
        "starts": system.starts,
        "micro": lambda: micro(max(0.05, 0.2 * scale)),
        "api": lambda: system.reads_and_writes(max(1.5, 4 * scale)),
        "placement": lambda: system.placement(max(5, 60 * scale)),
        "life": lambda: system.whole_life(max(5, 20 * scale)),
        "memory": system.memory,
        "services": system.services,
        "growth": lambda: system.growth(max(3, 8 * scale)),
        "reaction": system.reaction,
        "overload": lambda: system.overload(max(5, 30 * scale)),
        "soak": system.soak,
        "launch": lambda: launch.measure(pairs=max(1, round(7 * scale))),
    }


def targets(found):
    """(what, target, measured, ratio) for each target whose section ran."""
    rows = []

    def row(what, target, value, unit, higher=True):
        if value is None:
            rows.append((what, f"{'≥' if higher else '≤'} {target:g} {unit}", "did not finish", 0.0))
        else:
            ratio = value / target if higher else 1.0 if value <= target else target / value
            rows.append((what, f"{'≥' if higher else '≤'} {target:g} {unit}", f"{value:,.3g} {unit}" if abs(value) < 1000
                         else f"{value:,.0f} {unit}", ratio))

    if "placement" in found:
        p = found["placement"]
        row(f"RunTask (10) at {p['instances']} instances", 8000, p["tasks_per_second"], "tasks/s")
        row("p99 of a call at 400 calls/s", 20, p["half_rate_p99_us"] / 1000, "ms", higher=False)
        row("RunTask (1)", 4000, p["single_calls_per_second"], "calls/s")
        row(f"start with {p['restart_tasks']} tasks, per 100 000", 3,
            p["restart_ms"] / 1000 * 1e5 / max(p["restart_tasks"], 1), "s", higher=False)
    if "life" in found:
        row("whole life at 1 000 instances", 2000, found["life"]["tasks_per_second"], "tasks/s")
    if "services" in found:
        s = found["services"]
        row(f"service 0 to {s['tasks']}", 1500, s["scale_tasks_per_second"], "tasks/s")
        row(f"rolling update of {s['tasks']}", 60, s["rolling_seconds"], "s", higher=False)
        row("the same, fewest running", s["tasks"] // 2, s["rolling_lowest"], "tasks")
        row("the same, most at a time", s["tasks"] * 2, s["rolling_highest"], "tasks", higher=False)
    if "api" in found:
        a = found["api"]
        row("DescribeTasks (1) of the echo", 0.5, a["DescribeTasks"]["ratio"], "")
        row("DescribeTasks (100) of the echo", 0.35, a["DescribeTasks:100"]["ratio"], "")
        row("DescribeTasks p99 at half load", 2, a["DescribeTasks"]["half_load_p99_us"] / 1000, "ms", higher=False)
        row("DescribeTasks p50 on one connection", 0.15, a["DescribeTasks"]["alone_p50_us"] / 1000, "ms", higher=False)
    if "memory" in found:
        row("memory, 10 000 tasks on 5 000 instances", 140, found["memory"]["full_mib"], "MiB", higher=False)
    if "starts" in found:
        row("memory at start", 40, found["starts"]["memory_again_mib"], "MiB", higher=False)
        row("start, empty store", 200, found["starts"]["again_ms"], "ms", higher=False)
    if "growth" in found:
        g = found["growth"]
        row("cost of RunTask (10) at 10 000 instances of that at 100", 2, g["run_task_cost_with_instances"], "", higher=False)
        row(f"the same with {g['tasks']} tasks, of that with few", 1.2, g["run_task_cost_with_tasks"], "", higher=False)
        row("cost of DescribeTasks (10) at 10 000 instances of that at 100", 1.2, g["describe_tasks_cost_with_instances"], "",
            higher=False)
        row(f"the same with {g['tasks']} tasks, of that with few", 1.2, g["describe_tasks_cost_with_tasks"], "", higher=False)
    if "reaction" in found:
        row("exit of a task to its replacement, p99", 50, found["reaction"]["p99_us"] / 1000, "ms", higher=False)
    if "overload" in found:
        o = found["overload"]
        row("answered under 3 times the load, of full speed", 0.7, o["answered_share_of_before"], "")
        row("speed 5 s after overload, of a control plane left alone", 0.9, o["recovered_share"], "")
        row("refusals under overload that are not throttling", 0, o["other_errors"], "calls", higher=False)
    if "soak" in found:
        row(f"{found['soak']['seconds'] / 3600:g} hours in virtual time with faults: runs that broke a rule", 0, found["soak"]["broken"], "",
            higher=False)
    for network, figures in found.get("launch", {}).items():
        row(f"launching, {network}, of the raw Docker API", 0.9, figures["ratio"], "")
        row(f"CPU of the agent for a task, {network}", 5, figures["agent_cpu_ms"], "ms", higher=False)
        row(f"memory of the agent with 100 tasks, {network}", 30, figures["agent_memory_mib"], "MiB", higher=False)
        row(f"kill to replacement, {network}, beyond a raw start", 410, figures["replacement_ms"] - figures["raw_start_ms"],
            "ms", higher=False)
    return rows


def api_table(figures):
    yield "| operation | requests/s | p50 us | p99 us | answer bytes | echo/s | echo p50 | echo p99 | ratio |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, f in figures.items():
        yield (f"| {name} | {f['per_second']:,.0f} | {f['p50_us']:,.0f} | {f['p99_us']:,.0f} | {f['bytes']:,} "
               f"| {f['echo_per_second']:,.0f} | {f['echo_p50_us']:,.0f} | {f['echo_p99_us']:,.0f} | {f['ratio']:.3f} |")


def render(found, failed, left_out, machine):
    yield "# Berth, measured"
    yield f"\n{machine}\n"
    yield "| target | wanted | measured | ratio | |"
    yield "|---|---|---|---|---|"
    for what, target, value, ratio in targets(found):
        yield f"| {what} | {target} | {value} | {ratio:.2f} | {'met' if ratio >= 1 else 'missed'} |"
    for name, why in failed.items():
        yield f"\nSection `{name}` did not end well: {why}"
    if left_out:
        yield f"\nNot measured: {', '.join(left_out)}. `scripts/bench --only SECTION` measures one; launch needs `--docker` too."
    if "api" in found:
        yield "\n## Requests over real sockets, SigV4 verified, commits durable\n"
        yield from api_table(found["api"])
    for name, figures in found.items():
        if name == "api":
            continue
        yield f"\n## {name}\n"
        for key, value in figures.items():
            yield f"- {key}: {value:,.1f}" if isinstance(value, float) else f"- {key}: {value}"


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", allow_abbrev=False)
    parser.add_argument("--check-only", action="store_true", help=argparse.SUPPRESS)  # Of the options, before anything is built.
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--only", help="names of sections, separated by commas")
    parser.add_argument("--docker", action="store_true", help="the launching section, which needs Docker and no other agent")
    arguments = parser.parse_args()
    known = sections(arguments.minutes)
    wanted = arguments.only.split(",") if arguments.only else [name for name in known if name != "launch" or arguments.docker]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        parser.error(f"no such section: {', '.join(unknown)}; there are {', '.join(known)}")
    if "launch" in wanted and not arguments.docker:
        parser.error("launch needs --docker")
    if not 0 < arguments.minutes <= 10_000:
        parser.error(f"--minutes {arguments.minutes} must be a number above 0")
    if arguments.check_only:
        return 0
    commit = subprocess.run(["git", "-C", system.ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    machine = (f"Commit {commit.stdout.strip()}, {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, "
               f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, load before {os.getloadavg()[0]:.1f}.")
    found, failed = {}, {}
    for name, measure in known.items():
        if name not in wanted:
            continue
        began = time.monotonic()
        try:
            found[name] = measure()
        except Exception as error:  # One section must not take the others along.
            failed[name] = str(error)
        print(f"    {name}: {time.monotonic() - began:.0f} s{' FAILED: ' + failed[name] if name in failed else ''}",
              file=sys.stderr, flush=True)
    text = "\n".join(render(found, failed, [name for name in known if name not in wanted], machine)) + "\n"
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, "report.md"), "w") as report:
        report.write(text)
    with open(os.path.join(OUT, "report.json"), "w") as report:
        json.dump({"machine": machine, "figures": found, "failed": failed,
                   "targets": [dict(zip(("what", "target", "measured", "ratio"), row)) for row in targets(found)]}, report, indent=1)
    print(text)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
