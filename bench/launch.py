"""Containers through Berth against containers through Docker's own API, in turn on one machine.

    python3 bench/launch.py [PAIRS [NETWORK…]] [--count 100] [--seconds 1800]

One pair: COUNT containers created and started through the API with as many connections as serve it best, then COUNT tasks by
RunTask until all are RUNNING; the containers are the same, limits included. The figure is the median of the pairs' ratios. Beside
it: the agent's own CPU time for each task, its memory with COUNT tasks, and how long a service takes from the kill of a
container of its to the replacement's RUNNING. After SECONDS no more pairs are begun.
"""

import argparse
import concurrent.futures
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import system

SOCKET = "/var/run/docker.sock"
WORKERS = (2, 4, 8)
REMOVERS = 4
IMAGE = "busybox:latest"
LAUNCH_SECONDS = 180
POLL_SECONDS = 0.05
PROBES = 24
REPLACEMENTS = 5
# A task that ends sooner after its start counts as one that failed to start, and the service scheduler waits longer each time.
PROVEN_SECONDS = 11
CPU_UNITS, MEMORY_MIB = 1, 8
# What the agent makes of them.
LIMITS = {"CpuShares": 2, "Memory": MEMORY_MIB << 20}


class DockerConnection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("localhost")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(SOCKET)


kept = threading.local()


def docker(method, path, body=None):
    """One call, on the connection that this thread keeps."""
    if not hasattr(kept, "connection"):
        kept.connection = DockerConnection()
    try:
        kept.connection.request(method, path, json.dumps(body) if body is not None else None,
                                {"Content-Type": "application/json"})
        answer = kept.connection.getresponse()
        text = answer.read()
    except Exception:
        kept.connection.close()
        raise
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path}: {answer.status} {text.decode()}")
    return json.loads(text) if text else {}


def launch_one(network):
    made = docker("POST", "/v1.41/containers/create",
                  {"Image": IMAGE, "Cmd": ["sleep", "3600"], "HostConfig": {"NetworkMode": network, **LIMITS}})
    docker("POST", f"/v1.41/containers/{made['Id']}/start")
    return made["Id"]


def raw(count, network, workers):
    """Containers a second."""
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        ids = list(pool.map(lambda _: launch_one(network), range(count)))
    took = time.monotonic() - began
    remove(ids)
    return count / took


def best_workers(network):
    rates = {workers: raw(PROBES, network, workers) for workers in WORKERS}
    return max(rates, key=rates.get)


def remove(ids):
    with concurrent.futures.ThreadPoolExecutor(REMOVERS) as pool:
        list(pool.map(lambda i: docker("DELETE", f"/v1.41/containers/{i}?force=1"), ids))


def containers_of(family):
    label = json.dumps({"label": ["com.amazonaws.ecs.task-definition-family=" + family]})
    return [c["Id"] for c in docker("GET", "/v1.41/containers/json?all=1&filters=" + urllib.parse.quote(label))]


class Agent:
    """One berth-agent against `server`, on the host's Docker."""

    def __init__(self, server):
        self.data = tempfile.mkdtemp(prefix="berth-bench-agent-")
        environment = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": server.key_id,
                       "AWS_SECRET_ACCESS_KEY": server.secret, "AWS_DEFAULT_REGION": "us-east-1",
                       "ECS_BACKEND_HOST": server.url, "ECS_DATADIR": self.data, "ECS_LOGLEVEL": "warn",
                       "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": "1s", "ECS_IMAGE_PULL_BEHAVIOR": "prefer-cached"}
        with open(os.path.join(self.data, "log"), "wb") as log:
            self.process = subprocess.Popen([os.path.join(system.BIN, "berth-agent")], env=environment, stdout=log, stderr=log)

    def cpu_ms(self):
        return system.cpu_seconds_of(self.process.pid) * 1000

    def memory_mib(self):
        return system.memory_mib_of(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def running_tasks(client):
    return client.call("DescribeClusters", clusters=["default"])["clusters"][0]["runningTasksCount"]


def through_berth(client, agent, count, family):
    """Tasks a second, milliseconds of the agent's CPU for each, its memory when all run."""
    cpu = agent.cpu_ms()
    began = time.monotonic()
    for _ in range(0, count, 10):
        answer = client.call("RunTask", taskDefinition=family, count=10)
        if answer["failures"]:
            raise RuntimeError(f"RunTask: {answer['failures'][0]}")
    # One number, and not a hundred tasks: whoever measures takes from the same two cores.
    if not system.wait_for(lambda: running_tasks(client) == count, LAUNCH_SECONDS):
        raise RuntimeError(f"{running_tasks(client)} of {count} tasks are RUNNING after {LAUNCH_SECONDS} s")
    took = time.monotonic() - began
    cpu, memory = (agent.cpu_ms() - cpu) / count, agent.memory_mib()
    # Their containers go at once: what is measured is the launch. The agent reports what it then sees.
    remove(containers_of(family))
    if not system.wait_for(lambda: running_tasks(client) == 0, LAUNCH_SECONDS):
        raise RuntimeError("tasks whose containers are gone are still RUNNING")
    return count / took, cpu, memory


def replacement_seconds(client, network):
    """From the kill of a service's container to its replacement RUNNING, and one raw container start: medians."""
    family = f"launch-{network}"
    client.call("CreateService", serviceName=family, taskDefinition=family, desiredCount=REPLACEMENTS)
    if not system.wait_for(lambda: running_tasks(client) == REPLACEMENTS, LAUNCH_SECONDS):
        raise RuntimeError("the service does not run")
    first = containers_of(family)
    time.sleep(PROVEN_SECONDS)
    waits, starts = [], []
    for container in first:
        began = time.monotonic()
        made = launch_one(network)
        starts.append(time.monotonic() - began)
        remove([made])
        old = client.call("ListTasks", serviceName=family)["taskArns"]
        began = time.monotonic()
        docker("POST", f"/v1.41/containers/{container}/kill")

        def replaced():
            fresh = [arn for arn in client.call("ListTasks", serviceName=family)["taskArns"] if arn not in old]
            return fresh and client.call("DescribeTasks", tasks=fresh)["tasks"][0]["lastStatus"] == "RUNNING"

        while not replaced():
            time.sleep(0.01)
        waits.append(time.monotonic() - began)
        # The container before is gone too: the agent cleans up after a second.
        system.wait_for(lambda: len(containers_of(family)) == REPLACEMENTS, LAUNCH_SECONDS)
    client.call("DeleteService", service=family, force=True)
    remove(containers_of(family))
    system.wait_for(lambda: running_tasks(client) == 0, LAUNCH_SECONDS)
    return statistics.median(waits), statistics.median(starts)


def measure_network(client, agent, network, pairs, count, deadline):
    family = f"launch-{network}"
    client.call("RegisterTaskDefinition", family=family, networkMode=network, containerDefinitions=[
        {"name": "main", "image": IMAGE, "cpu": CPU_UNITS, "memory": MEMORY_MIB, "essential": True, "command": ["sleep", "3600"]}])
    workers = best_workers(network)
    raw_rates, berth = [], []
    for _ in range(pairs):
        if berth and time.monotonic() > deadline:
            break
        raw_rates.append(raw(count, network, workers))
        client.close()  # The server may have closed a connection that was idle for so long.
        berth.append(through_berth(client, agent, count, family))
        rate, cpu, memory = berth[-1]
        print(f"{network}: raw {raw_rates[-1]:.2f}/s with {workers} connections, Berth {rate:.2f}/s, {rate / raw_rates[-1]:.3f}; "
              f"agent {cpu:.1f} ms a task, {memory:.1f} MiB", file=sys.stderr, flush=True)
    client.close()
    waited, start = replacement_seconds(client, network)
    return {"pairs": len(berth), "raw_connections": workers,
            "raw_per_second": statistics.median(raw_rates),
            "berth_per_second": statistics.median(b[0] for b in berth),
            "ratio": statistics.median(b[0] / r for b, r in zip(berth, raw_rates)),
            "agent_cpu_ms": statistics.median(b[1] for b in berth),
            "agent_memory_mib": max(b[2] for b in berth),
            "replacement_ms": waited * 1000, "raw_start_ms": start * 1000}


def measure(pairs=7, count=100, networks=("bridge", "host"), seconds=1800):
    began = time.monotonic()
    with system.Server() as server:
        client = server.client()
        agent = Agent(server)
        try:
            def connected():
                try:
                    return client.call("ListContainerInstances")["containerInstanceArns"]
                except Exception:  # The agent makes the cluster.
                    return []
            if not system.wait_for(connected, 60):
                raise RuntimeError("the agent did not register")
            return {network: measure_network(client, agent, network, pairs, count, began + seconds * (i + 1) / len(networks))
                    for i, network in enumerate(networks)}
        finally:
            agent.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=int, nargs="?", default=7)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("networks", nargs="*", default=["host", "bridge"])
    given = parser.parse_args()
    print(json.dumps(measure(given.pairs, given.count, given.networks, given.seconds), indent=1))
