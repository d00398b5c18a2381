"""A private registry with TLS and passwords, as a team runs one: credentials of the agent, pull behaviours, a stopped pull.

Method: Debian's docker-registry with a certificate of its own authority, which the engine trusts by /etc/docker/certs.d;
one container instance of `berth up --instances 1` that reaches it over the network. Everything passes a relay that can
hold back or refuse: that is the registry's bad day. Each image says in a label which version it is.
"""

import base64
import json
import os
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from harness import free_port, wait_until
from multi import Installation

PASSWORD = "opensesame-7"
CONFIG = """version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: 127.0.0.1:{port}, tls: {{certificate: {folder}/server.crt, key: {folder}/server.key}}}}
auth: {{htpasswd: {{realm: e2e, path: {folder}/htpasswd}}}}
"""
COMMAND = 'CMD ["sh", "-c", "trap \'exit 0\' TERM; sleep 3600 & wait"]'


def run(*command, **keywords):
    return subprocess.run(command, check=True, capture_output=True, timeout=60, **keywords)


class Relay:
    """Passes connections on to a local port; `held` keeps the bytes back, close() refuses new connections."""

    def __init__(self, address, port, target):
        self.target, self.held, self.waiting = target, threading.Event(), threading.Event()
        self.address, self.port = address, port
        self.open()

    def open(self):
        self.listener = socket.create_server((self.address, self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.pass_on, args=(client,), daemon=True).start()

    def pass_on(self, client):
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            pairs = {client: server, server: client}
            while True:
                for side in select.select(list(pairs), [], [], 60)[0]:
                    if self.held.is_set():
                        self.waiting.set()
                        while self.held.is_set():
                            select.select([], [], [], 0.05)
                    try:
                        data = side.recv(65536)
                        pairs[side].sendall(data)
                    except OSError:
                        data = b""
                    if not data:
                        return


class Registry:
    """docker-registry with one user, on TLS, behind a relay at `address`."""

    def __init__(self, address):
        self.folder, self.port, own_port = tempfile.mkdtemp(prefix="berth-e2e-registry-"), free_port(), free_port()
        self.name = f"{address}:{self.port}"
        self.make_certificates(address)
        run("htpasswd", "-Bbc", f"{self.folder}/htpasswd", "reader", PASSWORD)
        with open(f"{self.folder}/config.yml", "w", encoding="utf-8") as file:
            file.write(CONFIG.format(folder=self.folder, port=own_port))
        with open(f"{self.folder}/log", "wb") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", f"{self.folder}/config.yml"], stdout=log, stderr=log)

        def answers():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", own_port)) == 0
        wait_until(answers, 20, "docker-registry")
        self.relay = Relay(address, self.port, own_port)
        self.trusted = f"/etc/docker/certs.d/{self.name}"
        os.makedirs(self.trusted)
        shutil.copy(f"{self.folder}/ca.crt", f"{self.trusted}/ca.crt")

    def make_certificates(self, address):
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        run("openssl", "req", "-x509", *curve, "-subj", "/CN=registry CA", "-keyout", "ca.key", "-out", "ca.crt", cwd=self.folder)
        run("openssl", "req", *curve[:-2], "-subj", "/CN=registry", "-keyout", "server.key", "-out", "server.csr", cwd=self.folder)
        run("openssl", "x509", "-req", "-days", "2", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
            "-extfile", "/dev/stdin", "-out", "server.crt", cwd=self.folder, input=f"subjectAltName=IP:{address}\n".encode())

    def push(self, instance, repository, version):
        """Makes an image of this version in the registry, and leaves none in the engine."""
        name, settings = f"{self.name}/{repository}", f"{self.folder}/docker"
        container = instance.docker("create", "busybox", "true")
        instance.docker("commit", "-c", COMMAND, "-c", f"LABEL version={version}", container, name)
        instance.docker("rm", container)
        subprocess.run(["docker", "--config", settings, "-H", instance.docker_host, "login", "-u", "reader", "--password-stdin",
                        self.name], input=PASSWORD.encode(), capture_output=True, timeout=60, check=True)
        run("docker", "--config", settings, "-H", instance.docker_host, "push", name)
        instance.docker("rmi", name)
        return name

    def pull(self, instance, name):
        run("docker", "--config", f"{self.folder}/docker", "-H", instance.docker_host, "pull", name)

    def destroy(self):
        self.relay.held.clear()
        self.relay.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.trusted, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def dockercfg(**passwords):
    """ECS_ENGINE_AUTH_TYPE and _DATA in the form of an old ~/.dockercfg."""
    entries = {registry: {"auth": base64.b64encode(f"reader:{password}".encode()).decode(), "email": "reader@example.com"}
               for registry, password in passwords.items()}
    return {"ECS_ENGINE_AUTH_TYPE": "dockercfg", "ECS_ENGINE_AUTH_DATA": json.dumps(entries)}


def docker_auth(**passwords):
    entries = {registry: {"username": "reader", "password": password, "email": "reader@example.com"}
               for registry, password in passwords.items()}
    return {"ECS_ENGINE_AUTH_TYPE": "docker", "ECS_ENGINE_AUTH_DATA": json.dumps(entries)}


@unittest.skipUnless(os.geteuid() == 0, "needs root: network namespaces and /etc/docker/certs.d")
class PrivateRegistry(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.berth = Installation()
        cls.addClassCleanup(cls.berth.destroy)
        cls.instance = cls.berth.up(1, "a")[0]
        cls.registry = Registry(".".join(cls.instance.address.split(".")[:3]) + ".1")
        cls.addClassCleanup(cls.registry.destroy)
        cls.ecs = cls.berth.client()
        cls.addClassCleanup(cls.ecs.close)

    def start_agent(self, **environment):
        """The agent again, with these variables."""
        self.instance.kill("berth-agent")
        arn = self.ecs.call("ListContainerInstances")["containerInstanceArns"]

        def connected():
            return self.ecs.call("DescribeContainerInstances", containerInstances=arn)["containerInstances"][0]["agentConnected"]
        wait_until(lambda: not connected(), 30, "the end of the agent's connection")
        self.berth.extra = environment
        self.berth.up(1, "a")

    def run_task(self, image, family="private"):
        container = {"name": "main", "image": image, "cpu": 10, "memory": 16, "essential": True}
        self.ecs.call("RegisterTaskDefinition", family=family, containerDefinitions=[container])
        answer = self.ecs.call("RunTask", taskDefinition=family)
        self.assertEqual(answer["failures"], [])
        arn = answer["tasks"][0]["taskArn"]
        self.addCleanup(self.stop_task, arn)
        return arn

    def describe(self, arn):
        return self.ecs.call("DescribeTasks", tasks=[arn])["tasks"][0]

    def stop_task(self, arn):
        self.ecs.call("StopTask", task=arn)
        wait_until(lambda: self.describe(arn)["lastStatus"] == "STOPPED", 60, "the end of the task")

    def ended_or_running(self, arn):
        def settled():
            task = self.describe(arn)
            return task if task["lastStatus"] in ("RUNNING", "STOPPED") else None
        return wait_until(settled, 60, "the task RUNNING or STOPPED")

    def version(self, image):
        """Runs the image; answers the version of what runs."""
        arn = self.run_task(image)
        task = self.ended_or_running(arn)
        self.assertEqual(task["lastStatus"], "RUNNING", json.dumps(task, indent=1))
        shape = '{{index .Config.Labels "version"}}'
        container = self.instance.docker("ps", "-q", "--filter", f"label=com.amazonaws.ecs.task-arn={arn}")
        found = self.instance.docker("inspect", "--format", shape, container)
        self.stop_task(arn)
        return found

    def cannot_pull(self, image):
        """Runs the image, which must not start; answers the reason that DescribeTasks gives."""
        task = self.ended_or_running(self.run_task(image))
        self.assertEqual(task["lastStatus"], "STOPPED", json.dumps(task, indent=1))
        self.assertEqual(task["stopCode"], "TaskFailedToStart")
        reason = task["containers"][0]["reason"]
        self.assertTrue(reason.startswith("CannotPullContainerError"), reason)
        self.assertNotIn(PASSWORD, json.dumps(task))
        return reason

    def test_credentials_of_both_kinds(self):
        image = self.registry.push(self.instance, "plain/app:1", "both")
        for kind in (dockercfg, docker_auth):
            with self.subTest(kind.__name__):
                self.start_agent(**kind(**{self.registry.name: PASSWORD}))
                self.assertEqual(self.version(image), "both")
                self.forget(image)

    def forget(self, image):
        """Removes the image from the engine, with the containers that hold it."""
        held = self.instance.docker("ps", "-aq", "--filter", f"ancestor={image}").split()
        if held:
            self.instance.docker("rm", "-f", *held)
        self.instance.docker("rmi", "-f", image)

    def test_without_or_with_wrong_credentials(self):
        image = self.registry.push(self.instance, "closed/app:1", "closed")
        self.start_agent()
        self.assertRegex(self.cannot_pull(image), "no basic auth credentials|unauthorized|denied")
        self.start_agent(**docker_auth(**{self.registry.name: "wrong-password"}))
        self.assertRegex(self.cannot_pull(image), "unauthorized|incorrect username or password|denied")
        for log in ("instance-1-berth-agent.log", "berthd.log"):
            with open(os.path.join(self.berth.data_dir, "logs", log), encoding="utf-8") as file:
                self.assertNotIn("wrong-password", file.read(), f"a secret in {log}")

    def test_the_longest_prefix_decides(self):
        ours = self.registry.push(self.instance, "team/deep/app:1", "team")
        beside = self.registry.push(self.instance, "teammate/app:1", "teammate")
        self.start_agent(**docker_auth(**{self.registry.name: "wrong", f"{self.registry.name}/team": PASSWORD}))
        self.assertEqual(self.version(ours), "team")
        self.cannot_pull(beside)
        self.start_agent(**docker_auth(**{f"https://{self.registry.name}/": PASSWORD, f"{self.registry.name}/team/deep": "wrong"}))
        self.forget(ours)
        self.cannot_pull(ours)
        self.assertEqual(self.version(beside), "teammate")

    def cached_and_newer(self, repository):
        """An image whose first version is in the engine and whose second is in the registry."""
        image = self.registry.push(self.instance, repository, "1")
        self.registry.pull(self.instance, image)
        self.replace(image, repository, "2")
        return image

    def replace(self, image, repository, version):
        """Pushes another version of an image and leaves the engine with the one that it has."""
        self.instance.docker("tag", image, "kept:1")
        self.registry.push(self.instance, repository, version)
        self.instance.docker("tag", "kept:1", image)
        self.instance.docker("rmi", "kept:1")

    def agent_pulling(self, behavior):
        self.start_agent(ECS_IMAGE_PULL_BEHAVIOR=behavior, **docker_auth(**{self.registry.name: PASSWORD}))

    def without_registry(self):
        self.registry.relay.close()
        self.addCleanup(self.registry.relay.open)

    def test_default_asks_and_makes_do(self):
        self.agent_pulling("default")
        image = self.cached_and_newer("default/app:1")
        self.assertEqual(self.version(image), "2")
        self.without_registry()
        self.assertEqual(self.version(image), "2", "the image that is here, when the registry is not")

    def test_always_needs_the_registry(self):
        self.agent_pulling("always")
        image = self.cached_and_newer("always/app:1")
        self.assertEqual(self.version(image), "2")
        self.without_registry()
        self.cannot_pull(image)

    def test_once_asks_once(self):
        self.agent_pulling("once")
        image = self.cached_and_newer("once/app:1")
        self.assertEqual(self.version(image), "2", "not pulled by this agent yet")
        self.replace(image, "once/app:1", "3")
        self.assertEqual(self.version(image), "2", "pulled once")

    def test_prefer_cached_asks_for_what_is_missing(self):
        self.agent_pulling("prefer-cached")
        image = self.cached_and_newer("cached/app:1")
        self.assertEqual(self.version(image), "1")
        self.forget(image)
        self.assertEqual(self.version(image), "2")

    def test_a_pull_can_be_stopped(self):
        image = self.registry.push(self.instance, "slow/app:1", "slow")
        self.start_agent(**docker_auth(**{self.registry.name: PASSWORD}))
        self.registry.relay.waiting.clear()
        self.registry.relay.held.set()
        self.addCleanup(self.registry.relay.held.clear)
        arn = self.run_task(image)
        self.assertTrue(self.registry.relay.waiting.wait(30), "the pull never reached the registry")
        self.ecs.call("StopTask", task=arn, reason="enough")
        task = wait_until(lambda: (lambda t: t if t["lastStatus"] == "STOPPED" else None)(self.describe(arn)), 15,
                          "the end of a task that pulls")
        self.assertEqual(task["stoppedReason"], "enough")
        self.registry.relay.held.clear()
        # The engine is none the worse for it.
        self.assertEqual(self.version(image), "slow")


if __name__ == "__main__":
    unittest.main()
