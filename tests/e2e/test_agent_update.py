"""UpdateContainerAgent: a new agent is downloaded, checked, started and stays, or the old one comes back; tasks run on.

Method: the agent runs under packaging/agent/ecs-init, as in the installed service. A "new version" is the agent's program
with another version number written into it; packages are made by scripts/agent-package and signed with a key of the test.
The numbered tests run in order: versions only rise.
"""

import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tarfile
import tempfile
import unittest

from harness import (AGENT_SECONDS, BIN, ROOT, SLEEP360, Agent, ControlPlane, ControlPlaneCase, Process,
                     connected_instances, containers, docker, remove_containers, wait_until)

UPDATE_SECONDS = 60
TRIAL_SECONDS = 20
RUNNING_VERSION = b"0.1.0"


class SupervisedAgent(Agent):
    """The agent as ecs-init runs it."""

    def start(self):
        environment = self.plane.environment()
        environment.update(
            ECS_BACKEND_HOST=self.plane.url, ECS_DATADIR=f"{self.data_dir}/data", ECS_LOGLEVEL="debug",
            ECS_LOGFILE=f"{self.data_dir}/log/ecs-agent.log", BERTH_INSTANCE_ID="i-0e2e0e2e0e2e0e2e0",
            ECS_CONTAINER_STOP_TIMEOUT="5s", ECS_CLUSTER=self.cluster, ECS_INIT_LOG_DIR=f"{self.data_dir}/log",
            ECS_INIT_STATE_DIR=f"{self.data_dir}/agent", ECS_UPDATE_DOWNLOAD_DIR=f"{self.data_dir}/cache",
            ECS_AGENT_CONFIG_FILE_PATH=f"{self.data_dir}/ecs.config",
            ECS_INIT_PROGRAM=os.path.join(BIN, "berth-agent"), ECS_INIT_TRIAL_SECONDS=str(TRIAL_SECONDS))
        environment.update(self.extra)
        self.process = Process(os.path.join(ROOT, "packaging", "agent", "ecs-init"), ["start"], environment,
                               "berth-agent.log")
        return self

    def destroy(self):
        if self.process:
            try:  # The agent too, should ecs-init be gone.
                os.killpg(self.process.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.kill()
        shutil.rmtree(self.data_dir, ignore_errors=True)


class AgentUpdate(ControlPlaneCase):
    cluster = "updates"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="berth-e2e-update-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.packages = os.path.join(cls.folder, "packages")
        os.makedirs(cls.packages)
        cls.make_keys()
        cls.plane = ControlPlane("--agent-packages", cls.packages)
        cls.addClassCleanup(cls.plane.destroy)
        cls.plane.start()
        cls.addClassCleanup(remove_containers, cls.plane)
        client = cls.plane.client()
        cls.addClassCleanup(client.close)
        client.call("CreateCluster", clusterName=cls.cluster)
        client.call("RegisterTaskDefinition", **SLEEP360)
        cls.agent = SupervisedAgent(cls.plane, cls.cluster, BERTH_UPDATE_KEY_FILE=cls.public_key)
        cls.addClassCleanup(cls.agent.destroy)
        cls.agent.start()
        instance = wait_until(lambda: connected_instances(client, cls.cluster), AGENT_SECONDS, "a connected agent")[0]
        cls.arn = instance["containerInstanceArn"]

    @classmethod
    def make_keys(cls):
        cls.key, cls.public_key = os.path.join(cls.folder, "key.pem"), os.path.join(cls.folder, "public.pem")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", cls.key], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", cls.key, "-pubout", "-out", cls.public_key], check=True)

    def program_of_version(self, version):
        """The agent with another version number in it, of the same length."""
        with open(os.path.join(BIN, "berth-agent"), "rb") as file:
            program = file.read().replace(RUNNING_VERSION, version.encode())
        path = os.path.join(self.folder, f"berth-agent-{version}")
        with open(path, "wb") as file:
            file.write(program)
        os.chmod(path, 0o755)
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(said.strip(), f"berth-agent {version}")
        return path

    def offer(self, version, signed=True):
        """Puts a package into the folder that berthd offers; its path."""
        command = [os.path.join(ROOT, "scripts", "agent-package"), "--out", self.packages, "--program",
                   self.program_of_version(version)] + (["--key", self.key] if signed else [])
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def offer_script(self, version, body):
        """A signed package whose program is a shell script."""
        path = os.path.join(self.folder, "berth-agent")
        pathlib.Path(path).write_text(f"#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'berth-agent {version}'; exit 0; fi\n{body}\n",
                                      encoding="utf-8")
        os.chmod(path, 0o755)
        package = os.path.join(self.packages, f"berth-agent-{version}.tar")
        with tarfile.open(package, "w") as tar:
            tar.add(path, "berth-agent")
        subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.key, "-in", package, "-out", package + ".sig"],
                       check=True)
        digest = hashlib.sha256(pathlib.Path(package).read_bytes()).hexdigest()
        pathlib.Path(package + ".sha256").write_text(f"{digest}  {os.path.basename(package)}\n", encoding="utf-8")
        return package

    def remove_packages(self):
        for name in os.listdir(self.packages):
            os.unlink(os.path.join(self.packages, name))

    def instance(self):
        found = self.ecs.call("DescribeContainerInstances", cluster=self.cluster, containerInstances=[self.arn])
        return found["containerInstances"][0]

    def version(self):
        return self.instance()["versionInfo"]["agentVersion"]

    def request(self):
        answer = self.ecs.call("UpdateContainerAgent", cluster=self.cluster, containerInstance=self.arn)
        self.assertEqual(answer["containerInstance"]["agentUpdateStatus"], "PENDING")

    def wait_ended(self, status):
        def ended():
            seen = self.instance().get("agentUpdateStatus")
            if not self.seen or self.seen[-1] != seen:
                self.seen.append(seen)
            return seen in ("UPDATED", "FAILED")

        self.seen = []
        wait_until(ended, UPDATE_SECONDS, "the end of the update")
        self.assertEqual(self.seen[-1], status, self.seen)
        if status == "UPDATED":
            self.assertIn("STAGED", self.seen, "the guide's users watch for it")
        order = ["PENDING", "STAGING", "STAGED", "UPDATING", status]
        self.assertEqual(self.seen, sorted(self.seen, key=order.index), "the states went back")
        wait_until(lambda: self.instance()["agentConnected"], AGENT_SECONDS, "the agent's connection")

    def test_1_nothing_to_update_to(self):
        self.refused("NoUpdateAvailableException", "UpdateContainerAgent", cluster=self.cluster, containerInstance=self.arn)
        self.assertNotIn("agentUpdateStatus", self.instance())
        run = self.plane.aws_run("ecs", "update-container-agent", "--cluster", self.cluster, "--container-instance", self.arn)
        self.assertIn("(NoUpdateAvailableException)", run.stderr)

    def test_2_a_corrupt_package_fails_and_the_old_agent_stays(self):
        package = self.offer("0.2.0")
        with open(package, "r+b") as file:
            file.seek(1000)
            file.write(b"corrupt")
        self.request()
        self.wait_ended("FAILED")
        self.assertEqual(self.version(), "0.1.0")
        self.assertIn("Hashsum validation failed", self.agent.process.output(200))

    def test_3_an_unsigned_package_fails(self):
        self.remove_packages()
        self.offer("0.2.0", signed=False)
        self.request()
        self.wait_ended("FAILED")
        self.assertEqual(self.version(), "0.1.0")
        self.assertIn("Signature validation failed", self.agent.process.output(200))

    def test_4_a_good_package_is_started_and_tasks_run_on(self):
        self.remove_packages()
        self.offer("0.2.0")
        task = self.ecs.call("RunTask", cluster=self.cluster, taskDefinition="sleep360")["tasks"][0]["taskArn"]

        def status():
            return self.ecs.call("DescribeTasks", cluster=self.cluster, tasks=[task])["tasks"][0]["lastStatus"]

        wait_until(lambda: status() == "RUNNING", what="the task RUNNING")
        container = containers(f"task-arn={task}", "running")[0]
        started = docker("inspect", "--format", "{{.State.StartedAt}} {{.State.Pid}}", container)
        self.request()
        self.refused("UpdateInProgressException", "UpdateContainerAgent", cluster=self.cluster, containerInstance=self.arn)
        self.wait_ended("UPDATED")
        self.assertEqual(self.version(), "0.2.0")
        self.assertEqual(docker("inspect", "--format", "{{.State.StartedAt}} {{.State.Pid}}", container), started)
        self.assertEqual(status(), "RUNNING")
        self.ecs.call("StopTask", cluster=self.cluster, task=task)
        wait_until(lambda: status() == "STOPPED", what="the task STOPPED")
        self.refused("NoUpdateAvailableException", "UpdateContainerAgent", cluster=self.cluster, containerInstance=self.arn)
        instances = self.ecs.call("ListContainerInstances", cluster=self.cluster)["containerInstanceArns"]
        self.assertEqual(instances, [self.arn], "an update must not register anew")

    def test_5_an_agent_that_does_not_start_is_taken_back(self):
        self.offer_script("0.3.0", "exit 1")
        self.request()
        self.wait_ended("FAILED")
        self.assertEqual(self.version(), "0.2.0")

    def test_6_an_agent_that_never_connects_is_taken_back(self):
        self.remove_packages()
        self.offer_script("0.4.0", "trap 'exit 0' TERM; while :; do sleep 0.1; done")
        self.request()
        self.wait_ended("FAILED")
        self.assertEqual(self.version(), "0.2.0")

    def test_7_updates_that_are_disabled_fail_at_once(self):
        self.agent.extra["ECS_UPDATES_ENABLED"] = "false"
        self.assertEqual(self.agent.stop(), 0)
        wait_until(lambda: not self.instance()["agentConnected"], what="the loss of the agent")
        self.refused("ClientException", "UpdateContainerAgent", "not connected", cluster=self.cluster,
                     containerInstance=self.arn)
        self.agent.start()
        wait_until(lambda: self.instance()["agentConnected"], AGENT_SECONDS, "the agent's connection")
        self.request()
        self.wait_ended("FAILED")


if __name__ == "__main__":
    unittest.main()
