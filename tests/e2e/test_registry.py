"""Private registries: credentials of a task (repositoryCredentials), of the agent, none; a registry that stays silent.

Goal: images come with the right credentials and with no others; a task whose pull hangs can be stopped.
Method: a real docker-registry that asks for a password, on the loopback; a socket that never answers.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import warnings

from harness import AgentCase, containers, docker, free_port, wait_until
from images import make_image, remove_images

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import crypt

PASSWORD = "opensesame-1"
CONFIG = """version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: 127.0.0.1:{port}}}
auth: {{htpasswd: {{realm: e2e, path: {folder}/htpasswd}}}}
"""


class Registry:
    """A docker-registry with one user."""

    def __init__(self):
        self.folder, self.port = tempfile.mkdtemp(prefix="berth-e2e-registry-"), free_port()
        with open(f"{self.folder}/htpasswd", "w", encoding="utf-8") as file:
            file.write("reader:" + crypt.crypt(PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH)) + "\n")
        with open(f"{self.folder}/config.yml", "w", encoding="utf-8") as file:
            file.write(CONFIG.format(folder=self.folder, port=self.port))
        self.log = open(f"{self.folder}/log", "wb")
        self.process = subprocess.Popen(["docker-registry", "serve", f"{self.folder}/config.yml"], stdout=self.log,
                                        stderr=self.log)
        wait_until(self.answers, 20, "docker-registry")

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def push(self, image):
        """Makes `image` in the registry, and leaves none here."""
        name = f"127.0.0.1:{self.port}/{image}"
        settings = f"{self.folder}/docker"
        make_image(name, ["sleep", "300"])
        login = subprocess.run(["docker", "--config", settings, "login", "-u", "reader", "--password-stdin",
                                f"127.0.0.1:{self.port}"], input=PASSWORD.encode(), capture_output=True, timeout=60)
        if login.returncode:
            raise AssertionError(login.stderr)
        docker("--config", settings, "push", name)
        remove_images(name)
        return name

    def destroy(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@unittest.skipUnless(shutil.which("docker-registry"), "docker-registry is not installed")
class PrivateRegistry(AgentCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = Registry()
        cls.addClassCleanup(cls.registry.destroy)
        cls.secrets = os.path.join(cls.registry.folder, "secrets")
        os.makedirs(cls.secrets)
        with open(os.path.join(cls.secrets, "good"), "w", encoding="utf-8") as file:
            json.dump({"username": "reader", "password": PASSWORD}, file)
        with open(os.path.join(cls.secrets, "wrong"), "w", encoding="utf-8") as file:
            json.dump({"username": "reader", "password": "guess"}, file)
        cls.agent_environment = {"BERTH_SECRETS_DIR": cls.secrets, "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": "1s"}
        super().setUpClass()

    def tearDown(self):
        self.stop_tasks()

    def start(self, image, secret=None):
        container = {"name": "web", "image": image, "memory": 32, "essential": True}
        if secret:
            arn = f"arn:aws:secretsmanager:us-east-1:{self.plane.account}:secret:{secret}-AbCdEf"
            container["repositoryCredentials"] = {"credentialsParameter": arn}
        self.ecs.call("RegisterTaskDefinition", family=self._testMethodName, containerDefinitions=[container],
                      executionRoleArn=f"arn:aws:iam::{self.plane.account}:role/execution")
        return self.run_task(self._testMethodName)[0]

    def test_credentials_of_the_task(self):
        image = self.registry.push("private")
        self.addCleanup(remove_images, image)
        refused = self.wait_for_task(self.start(image), "STOPPED")
        self.assertIn("CannotPullContainerError", refused["containers"][0]["reason"])
        refused = self.wait_for_task(self.start(image, "wrong"), "STOPPED")
        self.assertIn("CannotPullContainerError", refused["containers"][0]["reason"])
        arn = self.start(image, "good")
        self.wait_for_task(arn, "RUNNING")
        self.assertTrue(containers(f"task-arn={arn}", "running"))
        self.assertNotIn(PASSWORD, self.agent.process.output(100000))

    def test_a_secret_that_is_missing(self):
        task = self.wait_for_task(self.start(f"127.0.0.1:{self.registry.port}/x", "nothing"), "STOPPED")
        self.assertIn("ResourceInitializationError: unable to pull secrets or registry auth", task["stoppedReason"])
        self.assertIn("ResourceNotFoundException", task["stoppedReason"])

    def test_an_image_that_is_not_there_is_not_asked_for_again_and_again(self):
        began = time.monotonic()
        task = self.wait_for_task(self.start(f"127.0.0.1:{self.registry.port}/missing", "good"), "STOPPED")
        self.assertIn("CannotPullContainerError", task["containers"][0]["reason"])
        self.assertLess(time.monotonic() - began, 20)

    def test_stopping_a_task_whose_pull_hangs(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(16)
            arn = self.start(f"127.0.0.1:{silent.getsockname()[1]}/never:1")
            wait_until(lambda: any("pulling 127.0.0.1" in line for line in self.agent.process.lines), what="the pull")
            self.assertEqual(self.describe_task(arn)["lastStatus"], "PENDING")
            self.ecs.call("StopTask", task=arn)
            task = self.wait_for_task(arn, "STOPPED", 20)
        self.assertNotIn("exitCode", task["containers"][0])
        self.assertEqual(containers(f"task-arn={arn}"), [])
