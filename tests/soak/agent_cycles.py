"""Tasks that start and stop while the agent is killed at random moments: nothing leaks, nothing is lost or done twice.

    tests/soak/agent_cycles.py [--cycles N] [--seed N] [--at-once N] [--seconds N] [--no-kills]

A cycle is one task: run, seen RUNNING, stopped, seen STOPPED with exit code 0. At the end every container, volume, network,
image and control group of the tasks is gone, and the agent's saved state names none; each container was started exactly once;
the control plane saw each task RUNNING once and STOPPED once, and no task changed after it was reported STOPPED. The last line
of the output is a JSON object of what was counted; the exit code is 1 when something was wrong. Programs come from $BERTH_BIN,
as for the end-to-end tests. One agent runs on a host at a time. A thousand cycles take some minutes.
"""

import argparse
import collections
import glob
import json
import os
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from harness import (Agent, ControlPlane, connected_instances, docker, remove_containers,  # noqa: E402
                     wait_until)

CLUSTER = "cycles"
TASK_SECONDS = 300
LEAK_SECONDS = 90
KILL_SECONDS = (0.3, 6)
POLL_SECONDS = 0.3
# Ends at once when it is told to, and costs nothing until then. A limit of the whole task: it has a control group.
# Most are on the host's network, as Docker's bridge takes two thirds of the time of a container that has one.
FAMILIES = ("bridged", "hosted", "hosted", "hosted")
DEFINITION = {
    "memory": "64",
    "volumes": [{"name": "scratch", "host": {}}],
    "containerDefinitions": [{
        "name": "main", "image": "busybox", "cpu": 10, "memory": 8, "essential": True,
        "command": ["sh", "-c", "trap 'exit 0' TERM; sleep 3600 & wait"],
        "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch"}]}]}


class StartCounter:
    """How often Docker started a container of each task, from its stream of events."""

    def __init__(self, account):
        self.account, self.starts = account, collections.Counter()
        self.process = subprocess.Popen(
            ["docker", "events", "--filter", "event=start", "--filter", "label=com.amazonaws.ecs.task-arn", "--format",
             '{{index .Actor.Attributes "com.amazonaws.ecs.task-arn"}}'], stdout=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self._count, daemon=True)
        self.thread.start()

    def _count(self):
        for line in self.process.stdout:
            if f":{self.account}:" in line:
                self.starts[line.strip()] += 1

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.thread.join(5)


class Killer(threading.Thread):
    """Kills the agent at random moments and starts the next one at once, until stopped."""

    def __init__(self, agent, prng):
        super().__init__(daemon=True)
        self.agent, self.prng, self.over, self.kills, self.problems = agent, prng, threading.Event(), 0, []

    def run(self):
        while not self.over.wait(self.prng.uniform(*KILL_SECONDS)):
            if not self.agent.process.running():
                self.problems.append(f"the agent ended by itself:\n{self.agent.process.output()}")
            self.agent.kill()
            self.agent.start()
            self.kills += 1

    def stop(self):
        self.over.set()
        self.join()


class Cycles:
    def __init__(self, client, at_once):
        self.client, self.at_once = client, at_once
        self.running, self.stopping = {}, {}  # ARN -> deadline
        self.started = {}  # ARN -> startedAt when it was first seen RUNNING
        self.done = {}  # ARN -> version when it was first seen STOPPED
        self.runs = 0
        self.problems = []

    def describe(self, arns):
        found = []
        for first in range(0, len(arns), 100):
            found += self.client.call("DescribeTasks", cluster=CLUSTER, tasks=arns[first:first + 100])["tasks"]
        return found

    def begin(self, wanted):
        room = min(self.at_once - len(self.running) - len(self.stopping), wanted)
        if room <= 0:
            return
        self.runs += 1
        family = FAMILIES[self.runs % len(FAMILIES)]
        answer = self.client.call("RunTask", cluster=CLUSTER, taskDefinition=family, count=min(room, 10))
        # While the agent is dead there is nowhere to run it.
        refused = [failure for failure in answer["failures"] if failure["reason"] != "AGENT"]
        if refused:
            self.problems.append(f"refused: {json.dumps(refused)}")
        for task in answer["tasks"]:
            self.running[task["taskArn"]] = time.monotonic() + TASK_SECONDS

    def look(self):
        for task in self.describe([*self.running, *self.stopping]):
            arn, status = task["taskArn"], task["lastStatus"]
            deadline = self.running.get(arn, self.stopping.get(arn))
            if status == "STOPPED":
                if arn in self.running:
                    self.problems.append(f"stopped by itself: {json.dumps(task)}")
                elif task["containers"][0].get("exitCode") != 0 or task.get("startedAt") != self.started[arn]:
                    self.problems.append(f"a report is lost or doubled: {json.dumps(task)}")
                self.running.pop(arn, None)
                self.stopping.pop(arn, None)
                self.done[arn] = task["version"]
            elif status == "RUNNING" and arn in self.running:
                self.client.call("StopTask", cluster=CLUSTER, task=arn)
                self.started[arn] = task["startedAt"]
                self.stopping[arn] = self.running.pop(arn) + TASK_SECONDS
            elif time.monotonic() > deadline:
                self.problems.append(f"stuck: {json.dumps(task)}")
                self.running.pop(arn, None)
                self.stopping.pop(arn, None)

    def run(self, cycles, seconds):
        until = time.monotonic() + seconds
        while len(self.done) < cycles and not self.problems:
            if time.monotonic() > until:  # What has begun is seen to its end.
                cycles = len(self.done) + len(self.running) + len(self.stopping)
            self.begin(cycles - len(self.done) - len(self.running) - len(self.stopping))
            self.look()
            time.sleep(POLL_SECONDS)

    def check_settled(self):
        """A task that is described anew must be as it was when it was first STOPPED: nothing was reported twice."""
        for task in self.describe([*self.done]):
            if task["version"] != self.done[task["taskArn"]]:
                self.problems.append(f"changed after it was STOPPED: {json.dumps(task)}")


def left_over(plane, agent, before):
    """Containers of our tasks, what the agent has saved of tasks, and whatever else was not there before."""
    shape = '{{.ID}} {{.Label "com.amazonaws.ecs.task-arn"}}'
    lines = docker("ps", "-a", "--filter", "label=com.amazonaws.ecs.task-arn", "--format", shape).splitlines()
    ours = [line for line in lines if f":{plane.account}:" in line]
    return ours + glob.glob(f"{agent.data_dir}/tasks/*") + sorted(inventory() - before)


def inventory():
    """Volumes, networks, images and control groups of this host."""
    found = {f"volume {v}" for v in docker("volume", "ls", "-q").split()}
    found |= {f"network {n}" for n in docker("network", "ls", "-q").split()}
    found |= {f"image {i}" for i in docker("images", "-aq").split()}
    groups = ("/sys/fs/cgroup/ecs/*", "/sys/fs/cgroup/*/ecs/*", "/sys/fs/cgroup/*.slice/ecstasks*")
    return found | {f"control group {path}" for group in groups for path in glob.glob(group) if os.path.isdir(path)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=3600, help="begin no more cycles after so long")
    parser.add_argument("--no-kills", action="store_true")
    arguments = parser.parse_args()
    began = time.monotonic()
    plane = ControlPlane()
    agent = Agent(plane, CLUSTER, ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION="1s", ECS_CONTAINER_STOP_TIMEOUT="10s",
                  ECS_LOGLEVEL="info", ECS_IMAGE_PULL_BEHAVIOR="prefer-cached")
    killer = counter = None
    problems = []
    before = inventory()
    try:
        client = plane.start().client()
        client.call("CreateCluster", clusterName=CLUSTER)
        for family, mode in (("bridged", "bridge"), ("hosted", "host")):
            client.call("RegisterTaskDefinition", family=family, networkMode=mode, **DEFINITION)
        counter = StartCounter(plane.account)
        agent.start()
        wait_until(lambda: connected_instances(client, CLUSTER), 60, "a connected container instance")
        cycles = Cycles(client, arguments.at_once)
        killer = Killer(agent, random.Random(arguments.seed))
        if not arguments.no_kills:
            killer.start()
        cycles.run(arguments.cycles, arguments.seconds)
        if killer.is_alive():
            killer.stop()
        try:
            wait_until(lambda: not left_over(plane, agent, before), LEAK_SECONDS, "the removal of everything")
        except AssertionError:
            problems.append(f"leaked: {left_over(plane, agent, before)}")
        client.close()  # The server has closed a connection that was idle for so long.
        instances = client.call("ListContainerInstances", cluster=CLUSTER)["containerInstanceArns"]
        if len(instances) != 1:
            problems.append(f"one machine has {len(instances)} container instances")
        cycles.check_settled()
        twice = {arn: n for arn, n in counter.starts.items() if n > 1}
        if twice:
            problems.append(f"started more than once: {twice}")
        problems += cycles.problems + killer.problems
        print(json.dumps({"cycles": len(cycles.done), "kills": killer.kills, "problems": len(problems),
                          "starts": sum(counter.starts.values()), "seconds": round(time.monotonic() - began, 1)}))
    finally:
        if killer and killer.is_alive():
            killer.stop()
        agent.destroy()
        if counter:
            counter.stop()
        plane.destroy()
        remove_containers(plane)
    for problem in problems[:20]:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
