"""The whole system under load: a berthd of the release build on a fresh data directory, and berth-load, on this machine.

Each function is one section of the report and returns its figures as a dictionary; `seconds` scales its length.
"""

import configparser
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
from sigv4 import Client  # noqa: E402  (the tests' client; it needs the path above)

BIN = os.environ.get("BERTH_BIN", os.path.join(ROOT, "build", "release", "bin"))
FAMILY = "berth-load"
POLL_SECONDS = 0.05
CONNECT_SECONDS = 180
# Full speed is looked at so long after the flood; with the first half second of a run it is 5 s.
RECOVERY_SECONDS = 4.5


def memory_mib_of(pid):
    """Resident memory of a process."""
    with open(f"/proc/{pid}/status") as status:
        return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:")), 0)


def cpu_seconds_of(pid):
    """CPU time that a process has used: user's and system's."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Server:
    """One berthd. `data_dir` survives stop(), so that start() measures a start on what is there."""

    def __init__(self):
        self.data_dir = tempfile.mkdtemp(prefix="berth-bench-")
        self.process = None

    def start(self):
        """Starts it, and returns the milliseconds until it was ready."""
        began = time.monotonic()
        log = open(os.path.join(self.data_dir, "log"), "ab")
        self.process = subprocess.Popen([os.path.join(BIN, "berthd"), "--data-dir", self.data_dir, "--listen", "127.0.0.1:0",
                                         "--log-level", "warn", "--limit", "instances_per_cluster=20000"], stdout=subprocess.PIPE, stderr=log)
        line = self.process.stdout.readline().decode()
        took = (time.monotonic() - began) * 1000
        if not line.startswith("berthd ready on "):
            raise RuntimeError(f"berthd did not start: {line}")
        self.url = line.split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])
        keys = configparser.ConfigParser()
        keys.read(os.path.join(self.data_dir, "credentials"))
        self.key_id, self.secret = keys["berth"]["aws_access_key_id"], keys["berth"]["aws_secret_access_key"]
        return took

    def memory_mib(self):
        return memory_mib_of(self.process.pid)

    def client(self):
        return Client("127.0.0.1", self.port, self.key_id, self.secret)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        self.first_start_ms = self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def _command(self, flags):
        command = [os.path.join(BIN, "berth-load"), "--endpoint", self.url, "--credentials",
                   os.path.join(self.data_dir, "credentials"), "--connect-seconds", str(CONNECT_SECONDS),
                   "--server-pid", str(self.process.pid)]
        for name, value in flags.items():
            command.append("--" + name.replace("_", "-"))
            if value is not True:
                command.append(str(value))
        return command

    def load(self, **flags):
        """One run of berth-load with a mix; its JSON."""
        run = subprocess.run(self._command({**flags, "output": "json"}), capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(f"berth-load: {run.stderr.strip()}")
        return json.loads(run.stdout)

    def fleet(self, **flags):
        return Fleet(self._command(flags))


class Fleet:
    """Hollow instances that stay connected, and obey commands."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("berth-load ready"):
            raise RuntimeError(f"berth-load did not connect: {line}")
        self.connect_seconds = float(line.split()[-2])

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def first(result, part="load"):
    return result[part]["operations"][0]


def total(result, what):
    """The sum over all operations of a mix."""
    return sum(operation[what] for operation in result["load"]["operations"])


def cpu_of(result, tasks):
    """CPU time a task, of the server and of the load, and the tasks a second for which two cores have time: what a rate would be
    if nobody else used the machine."""
    server, load = (result[name] * 1e6 / max(tasks, 1) for name in ("server_cpu_seconds", "load_cpu_seconds"))
    return {"server_cpu_us_per_task": server, "load_cpu_us_per_task": load,
            "two_cores_tasks_per_second": 2e6 / max(server + load, 1e-9)}


def reads_and_writes(seconds):
    """DescribeTasks, ListTasks, RegisterTaskDefinition, RunTask in a closed loop, each beside the echo of the same bytes."""
    figures = {}
    with Server() as server, server.fleet(instances=20, cores=1000, memory_mib=1 << 22):
        server.load(mix="RunTask:10", seconds=0.5, warmup_seconds=0, connections=2)
        for mix in ("DescribeTasks", "DescribeTasks:100", "ListTasks", "RegisterTaskDefinition", "RunTask", "RunTask:10"):
            result = server.load(mix=mix, seconds=seconds, connections=16, echo=True)
            berth, echo = first(result), first(result, "echo")
            figures[mix] = {"per_second": berth["per_second"], "p50_us": berth["p50_us"], "p99_us": berth["p99_us"],
                            "errors": berth["errors"], "bytes": berth["answer_bytes"],
                            "echo_per_second": echo["per_second"], "echo_p50_us": echo["p50_us"],
                            "echo_p99_us": echo["p99_us"], "ratio": berth["per_second"] / max(echo["per_second"], 1),
                            "server_cpu_us": result["server_cpu_seconds"] * 1e6 / max(berth["requests"], 1)}
        for mix in ("DescribeTasks", "DescribeTasks:100"):
            # The median of five: at such rates one halt of 20 ms of the machine is a hundredth of the calls of two seconds.
            halves = [first(server.load(mix=mix, seconds=seconds / 2, connections=16, rate=figures[mix]["per_second"] / 2))
                      for _ in range(5)]
            figures[mix]["half_load_p99_us"] = statistics.median(half["p99_us"] for half in halves)
            figures[mix]["half_load_p99s_us"] = [half["p99_us"] for half in halves]
        alone = server.load(mix="DescribeTasks", seconds=seconds / 2, connections=1, echo=True)
        figures["DescribeTasks"]["alone_p50_us"] = first(alone)["p50_us"]
        figures["DescribeTasks"]["echo_alone_p50_us"] = first(alone, "echo")["p50_us"]
    return figures


def placement(seconds, instances=5000):
    """RunTask of 10 and of 1 at many silent instances; then a start on what that has left."""
    with Server() as server:
        half = server.load(instances=instances, mix="RunTask:10", seconds=seconds / 4, rate=400, connections=16)
        full = server.load(instances=instances, mix="RunTask:10", seconds=seconds, connections=32)
        figures = {"instances": instances, "connect_seconds": half["connect_seconds"],
                   "half_rate_p99_us": first(half)["p99_us"], "half_rate_unanswered": half["load"]["unanswered"],
                   "calls_per_second": first(full)["per_second"], "tasks_per_second": first(full)["per_second"] * 10,
                   "p50_us": first(full)["p50_us"], "p99_us": first(full)["p99_us"], "errors": first(full)["errors"],
                   "memory_mib": server.memory_mib(), **cpu_of(full, first(full)["requests"] * 10)}
        single = server.load(instances=instances, mix="RunTask", seconds=seconds / 4, connections=128)
        figures["single_calls_per_second"] = first(single)["per_second"]
        figures["single_p99_us"] = first(single)["p99_us"]
        with open(f"/proc/{server.process.pid}/io") as io:
            figures["io"] = io.read().split()
        server.stop()
        figures["restart_ms"] = server.start()
        figures["restart_tasks"] = (half["fleet"]["tasks_received"] + full["fleet"]["tasks_received"]
                                    + single["fleet"]["tasks_received"])
    return figures


def growth(seconds, rounds=3):
    """What RunTask and DescribeTasks of ten cost with many instances, and with many tasks, of what they cost with few of both: rates
    of three control planes in turns."""
    size = {"cores": 2000, "memory_mib": 1 << 22}
    with Server() as few, Server() as instances, Server() as tasks, few.fleet(instances=100, **size), \
            instances.fleet(instances=10_000, **size), tasks.fleet(instances=100, **size):
        tasks.load(mix="RunTask:10", seconds=3 * seconds, connections=32)
        figures = {"tasks": tasks_of(tasks)}
        for name, mix in (("run_task", "RunTask:10"), ("describe_tasks", "DescribeTasks:10")):
            rates = {few: [], instances: [], tasks: []}
            for _ in range(rounds):
                for server, found in rates.items():
                    load = server.load(mix=mix, seconds=seconds / rounds, warmup_seconds=0.5, connections=16)
                    found.append(first(load)["per_second"])
            for what, server in (("instances", instances), ("tasks", tasks)):
                figures[f"{name}_cost_with_{what}"] = statistics.median(a / b for a, b in zip(rates[few], rates[server]))
            figures[f"{name}_calls_per_second"] = [statistics.median(found) for found in rates.values()]
    return figures


def whole_life(seconds):
    """RunTask, payload, acknowledgement, RUNNING, STOPPED with instances that answer at once."""
    with Server() as server:
        result = server.load(instances=1000, tasks="finished", mix="RunTask:10", seconds=seconds, connections=8,
                             in_flight=4000, agent_connections=48)
        stopped = result["fleet"]["reported_stopped"] - result["fleet_at_begin"]["reported_stopped"]
        return {"tasks_per_second": stopped / seconds, "report_errors": result["fleet"]["report_errors"],
                "memory_mib": server.memory_mib(), **cpu_of(result, stopped)}


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(POLL_SECONDS)
    return False


def deployment(client, service):
    return client.call("DescribeServices", services=[service])["services"][0]


def is_steady(client, service, wanted):
    found = deployment(client, service)
    return found["runningCount"] == wanted and found["pendingCount"] == 0 and len(found["deployments"]) == 1


def definition(client, memory=32):
    client.call("RegisterTaskDefinition", family=FAMILY, containerDefinitions=[
        {"name": "main", "image": "busybox:latest", "cpu": 10, "memory": memory, "essential": True,
         "command": ["sleep", "3600"]}])


def services(tasks=5000, instances=5000, patience=180):
    """A service from 0 to `tasks`, a rolling update of all of it, and the memory of twice as many tasks."""
    figures = {"tasks": tasks, "instances": instances}
    with Server() as server:
        client = server.client()
        empty = server.memory_mib()
        with server.fleet(instances=instances, tasks="running", agent_connections=48) as fleet:
            figures["memory_connected_mib"] = server.memory_mib()
            figures["bytes_per_instance"] = (figures["memory_connected_mib"] - empty) * (1 << 20) / instances
            definition(client)
            client.call("CreateService", serviceName="web", taskDefinition=FAMILY, desiredCount=0,
                        deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 200})
            began = time.monotonic()
            client.call("UpdateService", service="web", desiredCount=tasks)
            done = wait_for(lambda: deployment(client, "web")["runningCount"] == tasks, patience)
            took = time.monotonic() - began
            figures["scale_tasks_per_second"] = (tasks if done else deployment(client, "web")["runningCount"]) / took
            figures["memory_scaled_mib"] = server.memory_mib()
            wait_for(lambda: is_steady(client, "web", tasks), 30)
            began = time.monotonic()
            definition(client, memory=33)
            client.call("UpdateService", service="web", taskDefinition=FAMILY)
            lowest, highest, steady = tasks, 0, False
            while time.monotonic() - began < patience and not steady:
                found = deployment(client, "web")
                lowest = min(lowest, found["runningCount"])
                highest = max(highest, found["runningCount"] + found["pendingCount"])
                steady = len(found["deployments"]) == 1 and found["runningCount"] == tasks
                time.sleep(POLL_SECONDS)
            figures["rolling_seconds"] = time.monotonic() - began if steady else None
            figures["rolling_lowest"], figures["rolling_highest"] = lowest, highest
            figures["fleet"] = fleet.ask("stats")
    return figures


def memory(tasks=10_000, instances=5000):
    """Resident memory empty, with connected instances, and with running tasks."""
    with Server() as server:
        empty = server.memory_mib()
        client = server.client()
        with server.fleet(instances=instances, tasks="running", agent_connections=48) as fleet:
            connected = server.memory_mib()
            definition(client)
            for _ in range(tasks // 10):
                client.call("RunTask", taskDefinition=FAMILY, count=10)
            wait_for(lambda: fleet.ask("stats")["tasks_running"] >= tasks, 120)
            full = server.memory_mib()
    return {"empty_mib": empty, "connected_mib": connected, "full_mib": full, "tasks": tasks, "instances": instances,
            "bytes_per_instance": (connected - empty) * (1 << 20) / instances,
            "bytes_per_task": (full - connected) * (1 << 20) / tasks}


def reaction(exits=200, tasks=10_000, instances=1000, patience=240):
    """From the exit of a service's task to the arrival of its replacement at an instance, on an idle control plane."""
    with Server() as server:
        client = server.client()
        with server.fleet(instances=instances, tasks="running", agent_connections=32) as fleet:
            definition(client)
            for part in range(tasks // 1000):
                client.call("CreateService", serviceName=f"web-{part}", taskDefinition=FAMILY, desiredCount=1000)
            wait_for(lambda: fleet.ask("stats")["tasks_running"] >= tasks, patience)
            time.sleep(2)
            # Tasks that end within ten seconds of their start count as failed starts, and are put off.
            time.sleep(10)
            return {**fleet.ask(f"exits {exits} 20"), "tasks": fleet.ask("stats")["tasks_running"]}


class Peak:
    """The most memory that a server has while the block runs."""

    def __init__(self, server):
        self.server, self.mib, self.over = server, 0, threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self.over.wait(POLL_SECONDS):
            self.mib = max(self.mib, self.server.memory_mib())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def tasks_of(server):
    """How many have not stopped, on a connection of its own: one that was idle for long may be closed."""
    cluster = server.client().call("DescribeClusters", clusters=["default"])["clusters"][0]
    return cluster["runningTasksCount"] + cluster["pendingTasksCount"]


def overload(seconds, instances=1000, clients=4000, mix="RunTask=1,DescribeTasks:10=10,ListTasks=5"):
    """Three times the calls that it can answer, from many clients at once; then whether it is at full speed: as fast as another
    berthd that was left alone meanwhile, in turns with it, as the machine's own speed changes by the minute."""
    run = {"mix": mix, "connections": 64}
    with Server() as server, Server() as other, server.fleet(instances=instances), other.fleet(instances=instances):
        for each in (server, other):
            each.load(seconds=2, warmup_seconds=0, mix="RunTask:10", connections=2)
        before = total(server.load(seconds=max(3, min(30, seconds / 6)), **run), "per_second")
        idle, tasks = server.memory_mib(), tasks_of(server)
        with Peak(server) as peak:
            flooded = server.load(seconds=seconds, warmup_seconds=2, rate=3 * before, mix=mix, connections=clients)
        time.sleep(RECOVERY_SECONDS)
        shares = [total(server.load(seconds=3, warmup_seconds=0.5, **run), "per_second") /
                  total(other.load(seconds=3, warmup_seconds=0.5, **run), "per_second") for _ in range(5)]
        tasks = tasks_of(server) - tasks
        answered, throttled = total(flooded, "per_second"), total(flooded, "throttled") / seconds
        return {"seconds": seconds, "mix": mix, "calls_per_second_before": before, "calls_per_second_asked": 3 * before,
                "answered_per_second": answered, "throttled_per_second": throttled,
                "other_errors": total(flooded, "errors") - total(flooded, "throttled"),
                "first_error": first(flooded).get("first_error", ""),
                "answered_share_of_before": answered / before, "recovered_share": statistics.median(shares), "recovered_shares": shares,
                "server_cpu_seconds": flooded["server_cpu_seconds"], "load_cpu_seconds": flooded["load_cpu_seconds"],
                "memory_before_mib": idle, "memory_peak_mib": peak.mib, "new_tasks": tasks,
                "kib_per_new_task": (peak.mib - idle) * 1024 / max(tasks, 1)}


def soak(seconds=86_400, spec="churn", seed=20261129):
    """A day of a whole cluster with faults, in virtual time: rules broken, and the memory it took at most."""
    command = [os.path.join(BIN, "berth-sim"), spec, "--seed", str(seed), "--seconds", str(seconds)]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = run.stdout.read().strip()
    _, status, used = os.wait4(run.pid, 0)
    return {"seconds": seconds, "broken": int(status != 0), "memory_mib": used.ru_maxrss / 1024, "said": said}


def starts(times=5):
    """Start on an empty store, the very first one excepted, and memory then."""
    with Server() as server:
        figures = {"first_ms": server.first_start_ms, "memory_mib": server.memory_mib()}
        took = []
        for _ in range(times):
            server.stop()
            took.append(server.start())
        time.sleep(0.5)
        figures.update(again_ms=sorted(took)[len(took) // 2], memory_again_mib=server.memory_mib())
    return figures
