"""Several container instances on one machine, made by `berth up --instances`: each has a network and an engine of its own.

Needs root. Everything is in a data directory of the test's own, so that installations do not meet.
"""

import configparser
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

from harness import AWS, BIN, LOGS, REGION, free_port, wait_until
from sigv4 import Client

UP_SECONDS = 120
CLUSTER = "default"
# The shell is the container's first process and ends on SIGTERM at once.
SLEEPER = {"name": "main", "image": "busybox", "cpu": 10, "memory": 16, "essential": True,
           "command": ["sh", "-c", "trap 'exit 0' TERM; sleep 3600 & wait"]}
WEB = {"name": "web", "image": "busybox", "cpu": 10, "memory": 16, "essential": True,
       "command": ["sh", "-c", "mkdir -p /www; hostname > /www/index.html; httpd -f -p 80 -h /www & trap 'exit 0' TERM; wait"]}


class Instance:
    """One container instance as `berth status` describes it."""

    def __init__(self, number, instance_id, zone, address, docker_host):
        self.number, self.id, self.zone = number, instance_id, zone
        self.address, self.docker_host = address, docker_host
        self.runtime_dir = os.path.dirname(docker_host.removeprefix("unix://"))

    def docker(self, *arguments):
        run = subprocess.run(["docker", "-H", self.docker_host, *arguments], capture_output=True, text=True, timeout=120)
        if run.returncode:
            raise AssertionError(f"docker {' '.join(arguments)} on instance {self.number}: {run.stderr.strip()}")
        return run.stdout.strip()

    def tasks(self, state="running"):
        """Task ARNs of the containers in this state, one entry for each container."""
        shape = '{{.Label "com.amazonaws.ecs.task-arn"}}'
        return [arn for arn in self.docker("ps", "-a", "--filter", f"status={state}", "--format", shape).split() if arn]

    def pid(self, program):
        with open(os.path.join(self.runtime_dir, f"{program}.pid"), encoding="ascii") as file:
            return int(file.read())

    def kill(self, *programs):
        for program in programs:
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                os.kill(self.pid(program), signal.SIGKILL)

    def set_link(self, state):
        """Plugs the instance's network cable in ("up") or out ("down")."""
        tag = self.runtime_dir.split("/")[3]
        subprocess.run(["ip", "link", "set", f"bv{tag}-{self.number}", state], check=True)


class Installation:
    """A data directory, a port, and the `berth` command on them."""

    def __init__(self, **environment):
        self.data_dir = tempfile.mkdtemp(prefix="berth-e2e-multi-")
        self.port = free_port()
        self.extra = environment
        self.instances = []

    @property
    def tag(self):
        """What the names of this installation's bridge, namespaces and runtime directory hold."""
        identity = b""
        if os.path.exists("/etc/machine-id"):
            with open("/etc/machine-id", "rb") as file:
                identity = file.read()
        return hashlib.sha256(identity + b"\n" + os.path.realpath(self.data_dir).encode()).hexdigest()[:8]

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": self.data_dir, "LANG": "C.UTF-8", "AWS_PAGER": "",
                "BERTH_DATA_DIR": self.data_dir, "BERTH_PORT": str(self.port), **self.extra}

    def start(self, *arguments):
        return subprocess.Popen([os.path.join(BIN, "berth"), *arguments], text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=self.environment(), start_new_session=True)

    def run(self, *arguments, timeout=UP_SECONDS):
        return subprocess.run([os.path.join(BIN, "berth"), *arguments], text=True, capture_output=True, timeout=timeout,
                              env=self.environment())

    def berth(self, *arguments, timeout=UP_SECONDS):
        run = self.run(*arguments, timeout=timeout)
        if run.returncode:
            raise AssertionError(f"berth {' '.join(arguments)} ended with {run.returncode}: {run.stderr}\n{self.logs()}")
        return run.stdout

    def up(self, count=3, zones="a,b,c"):
        text = self.berth("up", "--instances", str(count), "--zones", zones)
        shape = r"instance (\d+): (\S+) in (\S+), address (\S+), engine: docker -H (\S+)"
        self.instances = [Instance(int(n), *rest) for n, *rest in re.findall(shape, text)]
        if len(self.instances) != count:
            raise AssertionError(f"berth up told of {len(self.instances)} instances: {text}")
        return self.instances

    def aws(self, *arguments):
        """Runs `berth aws`, which must succeed; its parsed JSON, or None when it printed nothing."""
        text = self.berth("aws", "--output", "json", *arguments, timeout=700)
        return json.loads(text) if text.strip() else None

    def client(self):
        credentials = configparser.ConfigParser()
        credentials.read(os.path.join(self.data_dir, "credentials"))
        key = credentials["berth"]
        return Client("127.0.0.1", self.port, key["aws_access_key_id"], key["aws_secret_access_key"], REGION)

    def logs(self, lines=15):
        """The ends of all logs."""
        folder, text = os.path.join(self.data_dir, "logs"), ""
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                text += f"--- {name}\n" + "".join(file.readlines()[-lines:])
        return text

    def destroy(self):
        self.run("down")
        folder = os.path.join(self.data_dir, "logs")
        if os.path.isdir(folder):
            kept = os.path.join(LOGS, "multi")
            os.makedirs(kept, exist_ok=True)
            for name in os.listdir(folder):
                shutil.copy(os.path.join(folder, name), kept)
        shutil.rmtree(self.data_dir, ignore_errors=True)


def footprint(installation):
    """What a machine shows of an installation's networks, firewall rules and mounts: all empty after `down`."""
    def output(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    def ours(lines):
        return [line for line in lines if installation.tag in line or installation.data_dir in line]
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = [line.split()[4] for line in file]
    return {"rules": ours(output("iptables-save").splitlines()), "mounts": ours(mounts),
            "namespaces": ours(output("ip", "netns", "list").splitlines()),
            "links": ours(line.split(":")[1].strip() for line in output("ip", "-o", "link").splitlines()),
            "folders": ours(os.listdir("/run/berth") if os.path.isdir("/run/berth") else [])}


def processes_in(containers):
    """Processes in the control groups of these containers (full ids)."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
                groups = file.read()
            if any(container in groups for container in containers):
                found.append(pid)
    return found


def processes_of(installation):
    """Command lines that mention the installation's data or runtime directory."""
    marks = [installation.data_dir, f"/run/berth/{installation.tag}/"]
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                line = file.read().replace(b"\0", b" ").decode(errors="replace")
            if any(mark in line for mark in marks) and int(pid) != os.getpid():
                found.append(line)
    return found


@unittest.skipUnless(os.geteuid() == 0, "needs root: network namespaces")
class InstancesCase(unittest.TestCase):
    """Tests on three instances in three zones, brought up once for the class."""

    environment = {}

    @classmethod
    def setUpClass(cls):
        cls.berth = Installation(**cls.environment)
        cls.addClassCleanup(cls.berth.destroy)
        cls.instances = cls.berth.up()
        cls.ecs = cls.berth.client()
        cls.addClassCleanup(cls.ecs.close)

    def running_tasks(self):
        return [arn for instance in self.instances for arn in instance.tasks()]

    def call(self, operation, **parameters):
        return self.ecs.call(operation, **parameters)

    def service(self, name):
        return self.call("DescribeServices", services=[name])["services"][0]

    def events(self, name):
        return [event["message"] for event in self.service(name)["events"]]

    def create(self, name, count, container=None, **parameters):
        definition = self.call("RegisterTaskDefinition", family=name, containerDefinitions=[container or SLEEPER])
        arn = definition["taskDefinition"]["taskDefinitionArn"]
        self.call("CreateService", serviceName=name, taskDefinition=arn, desiredCount=count, **parameters)
        return arn

    def stable(self, name, count, seconds=90):
        def reached():
            service = self.service(name)
            return service["runningCount"] == count and len(service["deployments"]) == 1
        wait_until(reached, seconds, f"{count} running tasks of {name}")

    def remove(self, name):
        self.call("DeleteService", service=name, force=True)
        wait_until(lambda: self.service(name)["status"] == "INACTIVE", what=f"{name} INACTIVE")
        wait_until(lambda: not self.running_tasks(), what="the end of its containers")

    def spread(self, name):
        """Running tasks of a service by zone."""
        arns = self.call("ListTasks", serviceName=name)["taskArns"]
        tasks = self.call("DescribeTasks", tasks=arns)["tasks"] if arns else []
        zones = {}
        for task in tasks:
            if task["lastStatus"] == "RUNNING":
                zones[task["availabilityZone"]] = zones.get(task["availabilityZone"], 0) + 1
        return zones

    def container_instance(self, instance):
        """The API's description of an instance."""
        arns = self.call("ListContainerInstances")["containerInstanceArns"]
        arns += self.call("ListContainerInstances", status="DRAINING")["containerInstanceArns"]
        found = self.call("DescribeContainerInstances", containerInstances=sorted(set(arns)))["containerInstances"]
        return next(c for c in found if c["ec2InstanceId"] == instance.id)


__all__ = ["AWS", "CLUSTER", "InstancesCase", "Installation", "SLEEPER", "WEB", "footprint", "processes_in", "processes_of"]
