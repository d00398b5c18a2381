"""Starts the real programs for end-to-end tests: berthd, berth-agent, the AWS CLI, containers.

Programs come from $BERTH_BIN (default build/release/bin). Tests wait for conditions with wait_until, never for time.
One agent runs on a host at a time, as its introspection port is fixed.
"""

import configparser
import glob
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from sigv4 import Client

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("BERTH_BIN", os.path.join(ROOT, "build", "release", "bin"))
LOGS = os.environ.get("BERTH_E2E_LOGS", os.path.join(ROOT, "build", "test-logs", "e2e"))
AWS = "/usr/bin/aws"
REGION = "us-east-1"
READY_SECONDS = 20
AGENT_SECONDS = 30
TASK_SECONDS = 60
STOP_SECONDS = 60
POLL_SECONDS = 0.1

SLEEP360 = {"family": "sleep360",
            "containerDefinitions": [{"name": "sleep", "image": "busybox", "cpu": 10, "command": ["sleep", "360"],
                                      "memory": 10, "essential": True}]}


def wait_until(condition, seconds=TASK_SECONDS, what="the condition"):
    """Polls until `condition()` is true and returns its value; fails the test after `seconds`, naming `what`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about within {seconds} s; last value: {value!r}")
        time.sleep(POLL_SECONDS)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def another_cli():
    """An AWS CLI of another version than Debian's, where the machine has one: $BERTH_AWS, or found on PATH or in pyenv."""
    def version(program):
        run = subprocess.run([program, "--version"], capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
        return run.stdout.split(" ")[0] if run.returncode == 0 else None

    folders = os.environ["PATH"].split(":") + glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin"))
    found = [os.environ.get("BERTH_AWS", "")] + [os.path.join(folder, "aws") for folder in folders]
    for program in found:
        if os.access(program, os.X_OK) and version(program) not in (None, version(AWS)):
            return program
    return None


def docker(*args):
    run = subprocess.run(["docker", *args], capture_output=True, text=True, timeout=120)
    if run.returncode:
        raise AssertionError(f"docker {' '.join(args)}: {run.stderr.strip()}")
    return run.stdout.strip()


def bridge_address():
    """Where containers of Docker's own bridge reach this host. Docker does not name its Gateway until its second start."""
    interface = docker("network", "inspect", "bridge", "--format", '{{index .Options "com.docker.network.bridge.name"}}')
    shown = json.loads(subprocess.run(["ip", "-json", "-4", "address", "show", "dev", interface], capture_output=True,
                                      text=True, check=True).stdout)
    return shown[0]["addr_info"][0]["local"]


def containers(label, state=None):
    """Containers whose label com.amazonaws.ecs.<label> is as given ("task-arn=…"): full ids."""
    command = ["ps", "-aq", "--no-trunc", "--filter", f"label=com.amazonaws.ecs.{label}"]
    if state:
        command += ["--filter", f"status={state}"]
    return docker(*command).split()


class Process:
    """A program of Berth with its output in a log file."""

    def __init__(self, name, arguments, environment, log):
        os.makedirs(LOGS, exist_ok=True)
        self.name, self.log_path = name, os.path.join(LOGS, log)
        program = os.path.join(BIN, name)
        self.log = open(self.log_path, "ab")
        self.lines = []
        self.process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env=environment, start_new_session=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.log.write(line)
            self.log.flush()
            self.lines.append(line.decode(errors="replace").rstrip("\n"))

    def running(self):
        return self.process.poll() is None

    def output(self, lines=30):
        return "\n".join(self.lines[-lines:])

    def kill(self):
        """SIGKILL, as a crash would be."""
        if self.running():
            self.process.kill()
        self.process.wait()
        self.reader.join(5)

    def stop(self):
        """SIGTERM, and SIGKILL for one that does not obey. Returns the exit code."""
        if self.running():
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"{self.name} did not stop on SIGTERM within {STOP_SECONDS} s")
        self.reader.join(5)
        return self.process.returncode

    def signal(self, number):
        os.kill(self.process.pid, number)


class ControlPlane:
    """One berthd on a free port with a data directory and an account number of its own.

    start(), kill() and start() again keep all three.
    """

    def __init__(self, *flags):
        self.flags = list(flags)
        self.data_dir = tempfile.mkdtemp(prefix="berth-e2e-")
        self.port = free_port()
        self.account = str(random.randrange(10**11, 10**12))
        self.process = None
        self.key_id = self.secret = None
        self.cli = AWS

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        environment = {"PATH": os.environ["PATH"], "HOME": self.data_dir}
        self.process = Process("berthd", ["--data-dir", self.data_dir, "--listen", f"127.0.0.1:{self.port}",
                                          "--account-id", self.account, *self.flags], environment, "berthd.log")
        line = f"berthd ready on {self.url}"

        def ready():
            if not self.process.running():
                raise AssertionError(f"berthd ended at its start:\n{self.process.output()}")
            return any(text.strip() == line for text in self.process.lines)

        wait_until(ready, READY_SECONDS, f"the line '{line}'")
        credentials = configparser.ConfigParser()
        credentials.read(os.path.join(self.data_dir, "credentials"))
        self.key_id = credentials["berth"]["aws_access_key_id"]
        self.secret = credentials["berth"]["aws_secret_access_key"]
        return self

    def kill(self):
        self.process.kill()

    def stop(self):
        return self.process.stop()

    def destroy(self):
        if self.process and self.process.running():
            self.process.kill()
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def client(self, region=REGION):
        return Client("127.0.0.1", self.port, self.key_id, self.secret, region)

    def environment(self, region=REGION):
        """What the AWS CLI and the agent need to find this control plane, and nothing of the tester's own settings."""
        return {"PATH": os.environ["PATH"], "HOME": self.data_dir, "AWS_ACCESS_KEY_ID": self.key_id,
                "AWS_SECRET_ACCESS_KEY": self.secret, "AWS_DEFAULT_REGION": region,
                "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "", "LANG": "C.UTF-8"}

    def aws_run(self, *arguments, environment=None):
        """Runs the AWS CLI; the finished process as it is."""
        return subprocess.run([self.cli, "--endpoint-url", self.url, "--output", "json", *arguments], text=True,
                              capture_output=True, timeout=700, env={**self.environment(), **(environment or {})})

    def aws(self, *arguments):
        """Runs the AWS CLI, which must succeed; its parsed JSON, or None when it printed nothing."""
        run = self.aws_run(*arguments)
        if run.returncode:
            raise AssertionError(f"aws {' '.join(arguments)} ended with {run.returncode}: {run.stderr.strip()}")
        return json.loads(run.stdout) if run.stdout.strip() else None


class Agent:
    """One berth-agent; start(), kill() and start() again keep its data directory."""

    def __init__(self, plane, cluster=None, **environment):
        self.plane, self.cluster, self.extra = plane, cluster, environment
        self.data_dir = tempfile.mkdtemp(prefix="berth-e2e-agent-")
        self.process = None

    def start(self):
        environment = self.plane.environment()
        environment.update(ECS_BACKEND_HOST=self.plane.url, ECS_DATADIR=self.data_dir, ECS_LOGLEVEL="debug",
                           BERTH_INSTANCE_ID="i-0e2e0e2e0e2e0e2e0", ECS_CONTAINER_STOP_TIMEOUT="5s")
        if self.cluster:
            environment["ECS_CLUSTER"] = self.cluster
        environment.update(self.extra)
        self.process = Process("berth-agent", [], environment, "berth-agent.log")
        return self

    def kill(self):
        self.process.kill()

    def stop(self):
        return self.process.stop()

    def destroy(self):
        if self.process and self.process.running():
            self.process.kill()
        shutil.rmtree(self.data_dir, ignore_errors=True)


def connected_instances(client, cluster):
    """Descriptions of the instances of a cluster whose agent is connected."""
    try:
        arns = client.call("ListContainerInstances", cluster=cluster)["containerInstanceArns"]
    except Exception as error:  # The cluster may not be there yet.
        if getattr(error, "code", "") == "ClusterNotFoundException":
            return []
        raise
    if not arns:
        return []
    found = client.call("DescribeContainerInstances", cluster=cluster, containerInstances=arns)
    return [i for i in found["containerInstances"] if i["agentConnected"]]


def remove_containers(plane):
    """Removes what the tasks of this control plane left behind, and nothing else: the account number tells them."""
    shape = '{{.ID}} {{.Label "com.amazonaws.ecs.task-arn"}}'
    lines = docker("ps", "-a", "--no-trunc", "--filter", "label=com.amazonaws.ecs.task-arn", "--format", shape)
    ids = [line.split()[0] for line in lines.splitlines() if f":{plane.account}:" in line]
    if ids:
        docker("rm", "-f", "-v", *ids)


class ControlPlaneCase(unittest.TestCase):
    """Tests against one berthd, started once for the class."""

    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.plane = ControlPlane(*cls.flags)
        cls.addClassCleanup(cls.plane.destroy)
        cls.plane.start()

    def setUp(self):
        self.ecs = self.plane.client()
        self.addCleanup(self.ecs.close)

    def refused(self, code, operation, mention=None, **parameters):
        """Calls an operation that must be refused with `code` and a message that mentions `mention`."""
        answer = self.ecs.send(operation, parameters)
        document = answer.json()
        self.assertEqual((answer.status, document.get("__type", "").split("#")[-1]), (400, code), document)
        self.assertTrue(document.get("message"), document)
        if mention is not None:
            self.assertIn(mention, document["message"])
        self.assertIn("x-amzn-requestid", answer.headers)
        return document

    def succeeds(self, operation, **parameters):
        return self.ecs.call(operation, **parameters)


class AgentCase(ControlPlaneCase):
    """Tests against a berthd with one agent on the local Docker Engine."""

    cluster = None  # The agent's ECS_CLUSTER; None means the default cluster.
    agent_environment = {}  # Further variables of the agent.

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.cluster:
            cls.plane.client().call("CreateCluster", clusterName=cls.cluster)
        cls.addClassCleanup(remove_containers, cls.plane)
        cls.agent = Agent(cls.plane, cls.cluster, **cls.agent_environment)
        cls.addClassCleanup(cls.agent.destroy)
        cls.agent.start()
        cls.wait_for_agent()

    @classmethod
    def wait_for_agent(cls):
        client = cls.plane.client()

        def connected():
            if not cls.agent.process.running():
                raise AssertionError(f"berth-agent ended:\n{cls.agent.process.output()}")
            # From its registration on an instance counts as connected, for 90 s also when its agent stops before it is.
            told = cls.agent.extra.get("ECS_LOGLEVEL") != "error"
            if told and not any("connected to ACS" in line for line in cls.agent.process.lines):
                return []
            return connected_instances(client, cls.cluster or "default")

        try:
            return wait_until(connected, AGENT_SECONDS, "a connected container instance")[0]
        finally:
            client.close()

    def describe_task(self, arn):
        found = self.ecs.call("DescribeTasks", cluster=self.cluster or "default", tasks=[arn])
        self.assertEqual(found["failures"], [])
        return found["tasks"][0]

    def wait_for_task(self, arn, status, seconds=TASK_SECONDS):
        def reached():
            task = self.describe_task(arn)
            if status == "RUNNING" and task["lastStatus"] == "STOPPED":
                raise AssertionError(f"the task stopped: {json.dumps(task, indent=1)}")
            return task if task["lastStatus"] == status else None

        return wait_until(reached, seconds, f"{arn} {status}")

    def run_task(self, definition, **parameters):
        answer = self.ecs.call("RunTask", cluster=self.cluster or "default", taskDefinition=definition, **parameters)
        self.assertEqual(answer["failures"], [])
        return [task["taskArn"] for task in answer["tasks"]]

    def stop_tasks(self):
        """Stops every task of the cluster and waits until none is left."""
        cluster = self.cluster or "default"
        arns = self.ecs.call("ListTasks", cluster=cluster)["taskArns"]
        for arn in arns:
            self.ecs.call("StopTask", cluster=cluster, task=arn)
        for arn in arns:
            self.wait_for_task(arn, "STOPPED")


__all__ = ["AWS", "Agent", "AgentCase", "ControlPlane", "ControlPlaneCase", "REGION", "SLEEP360",
           "another_cli", "bridge_address", "connected_instances", "containers", "docker", "free_port", "remove_containers", "signal", "wait_until"]
