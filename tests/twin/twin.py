#!/usr/bin/env python3
"""Runs the simulator's real twin: see README.md. `twin.py --seconds N [--seed S]`."""

import argparse
import os
import random
import sys
import time

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e")]

# pylint: disable=wrong-import-position
from broken import Broken
from clients import PROGRAMS, Client, definition
from harness import Agent, ControlPlane, connected_instances, remove_containers, wait_until
from observer import Observer
from trouble import Trouble

CLIENTS = 3
SETTLE_SECONDS = 240


def settle(observer, broken):
    """Waits until all is quiet, twice in a row; otherwise says what waits for what."""
    deadline, quiet, waits = time.monotonic() + SETTLE_SECONDS, 0, []
    while quiet < 2 and time.monotonic() < deadline:
        time.sleep(1)
        waits = observer.unsettled()
        quiet = 0 if waits else quiet + 1
    if quiet < 2:
        broken.add("liveness", "; ".join(waits[:5]))


def run(seconds, seed, agent_environment=None):
    """One run; (rules that were broken, one line that sums it up)."""
    broken, began = Broken(), time.monotonic()
    plane = ControlPlane().start()
    agent = Agent(plane, ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION="1m", **(agent_environment or {})).start()
    try:
        api = plane.client()
        wait_until(lambda: connected_instances(api, "default"), 30, "a connected agent")
        for family in PROGRAMS:
            api.call("RegisterTaskDefinition", **definition(family))
        clients = [Client(plane, number, seed, broken) for number in range(CLIENTS)]
        observer, trouble = Observer(plane, broken), Trouble(plane, agent, seed)
        everybody = [observer, trouble, *clients]
        for each in everybody:
            each.start()
        time.sleep(seconds)
        trouble.heal()
        for client in clients:
            client.ending.set()
        for client in clients:
            client.join(180)
        observer.ending.set()
        observer.join(60)
        settle(observer, broken)
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(trouble.counts.items()))
        summary = (f"seed {seed}: {len(observer.known)} tasks, {len(observer.first_container)} containers, "
                   f"{sum(c.asked for c in clients)} requests, {observer.looks} looks, {told}; "
                   f"{time.monotonic() - began:.0f} s")
        return broken.all, summary
    finally:
        agent.destroy()
        remove_containers(plane)
        plane.destroy()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    broken, summary = run(options.seconds, options.seed)
    print(summary)
    print("nothing broken" if not broken else f"{len(broken)} rules broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
