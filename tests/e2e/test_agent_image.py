"""The image of the agent under the guide's `docker run` command (p.33), with only the image's name changed.

Goal: the container comes up, registers and runs a task; the guide's manual update (stop, rm, run) keeps instance and task.
Method: scripts/agent-image over the built agent; what every host shares is in the image's ecs.config, the key and the
certificate authority in the data folder, as docs/ops/install.md says. The host's folders are the test's own.
"""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from harness import (AGENT_SECONDS, BIN, ROOT, SLEEP360, ControlPlane, ControlPlaneCase, bridge_address,
                     connected_instances, containers, docker, free_port, remove_containers, wait_until)

IMAGE = "berth-e2e/amazon-ecs-agent:latest"
NAME = "ecs-agent"


class AgentImage(ControlPlaneCase):
    @classmethod
    def setUpClass(cls):
        # Docker's bridge is how the agent in its container sees the host.
        bridge = bridge_address()
        cls.endpoint = f"{bridge}:{free_port()}"
        cls.plane = ControlPlane("--tls-listen", cls.endpoint, "--tls-name", bridge)
        cls.addClassCleanup(cls.plane.destroy)
        cls.plane.start()
        cls.addClassCleanup(remove_containers, cls.plane)
        cls.folder = tempfile.mkdtemp(prefix="berth-e2e-image-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.make_host()
        cls.make_image()
        cls.plane.client().call("CreateCluster", clusterName="cluster_name")
        cls.addClassCleanup(subprocess.run, ["docker", "rm", "-f", NAME], capture_output=True, check=False)

    @classmethod
    def make_host(cls):
        data = os.path.join(cls.folder, "data")
        os.makedirs(data)
        shutil.copy(os.path.join(cls.plane.data_dir, "ca.pem"), data)
        with open(os.path.join(data, "credentials"), "w", encoding="utf-8") as file:
            file.write(f"[default]\naws_access_key_id = {cls.plane.key_id}\naws_secret_access_key = {cls.plane.secret}\n")

    @classmethod
    def make_image(cls):
        config = os.path.join(cls.folder, "ecs.config")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"ECS_BACKEND_HOST=https://{cls.endpoint}\nAWS_DEFAULT_REGION=us-east-1\nSSL_CERT_FILE=/data/ca.pem\n")
        made = subprocess.run([os.path.join(ROOT, "scripts", "agent-image"), "--program", os.path.join(BIN, "berth-agent"),
                               "--tag", IMAGE, "--config", config], capture_output=True, text=True, timeout=300)
        if made.returncode:
            raise AssertionError(made.stderr)
        cls.addClassCleanup(subprocess.run, ["docker", "rmi", "-f", IMAGE], capture_output=True, check=False)

    def run_agent(self):
        """The guide's lines; the host's folders and the image's name are ours."""
        docker("run", "--name", NAME,
               "--detach=true",
               "--restart=on-failure:10",
               "--volume=/var/run/docker.sock:/var/run/docker.sock",
               f"--volume={self.folder}/log:/log",
               f"--volume={self.folder}/data:/data",
               "--volume=/sys/fs/cgroup:/sys/fs/cgroup:ro",
               "--volume=/var/run/docker/execdriver/native:/var/lib/docker/execdriver/native:ro",
               "--publish=127.0.0.1:51678:51678",
               "--env=ECS_LOGFILE=/log/ecs-agent.log",
               "--env=ECS_LOGLEVEL=info",
               "--env=ECS_DATADIR=/data",
               "--env=ECS_CLUSTER=cluster_name",
               IMAGE)

    def instances(self):
        if docker("inspect", "--format", "{{.State.Running}}", NAME) != "true":
            logs = subprocess.run(["docker", "logs", NAME], capture_output=True, text=True, check=False)
            raise AssertionError(f"the agent ended: {logs.stdout}{logs.stderr}")
        return connected_instances(self.ecs, "cluster_name")

    def connected(self):
        return wait_until(self.instances, AGENT_SECONDS, "a connected container instance")[0]

    def metadata(self):
        def answered():
            try:
                with urllib.request.urlopen("http://127.0.0.1:51678/v1/metadata", timeout=5) as answer:
                    return json.load(answer)
            except (urllib.error.URLError, ConnectionError):
                return None

        return wait_until(answered, AGENT_SECONDS, "an answer of the introspection port")

    def task(self, arn):
        return self.ecs.call("DescribeTasks", cluster="cluster_name", tasks=[arn])["tasks"][0]

    def test_the_guides_command_and_its_manual_update(self):
        self.run_agent()
        instance = self.connected()
        listed = docker("ps", "--filter", f"name=^{NAME}$", "--format", "{{.Command}} {{.Ports}}")
        self.assertEqual(listed, '"/agent" 127.0.0.1:51678->51678/tcp')
        metadata = self.metadata()
        self.assertEqual(metadata["Cluster"], "cluster_name")
        self.assertEqual(metadata["ContainerInstanceArn"], instance["containerInstanceArn"])
        # Not the id that every container without /etc/machine-id would have.
        self.assertRegex(instance["ec2InstanceId"], r"^i-[0-9a-f]{17}$")

        self.ecs.call("RegisterTaskDefinition", **SLEEP360)
        answer = self.ecs.call("RunTask", cluster="cluster_name", taskDefinition="sleep360")
        arn = answer["tasks"][0]["taskArn"]
        wait_until(lambda: self.task(arn)["lastStatus"] == "RUNNING", what="the task RUNNING")
        running = containers(f"task-arn={arn}", "running")
        self.assertEqual(len(running), 1)

        # Guide p.38: the data folder is set, so tasks need not be stopped.
        self.assertIn("ECS_DATADIR=/data", docker("inspect", NAME))
        docker("stop", NAME)
        self.assertEqual(docker("inspect", "--format", "{{.State.ExitCode}}", NAME), "0", "docker stop had to kill it")
        docker("rm", NAME)
        self.assertEqual(containers(f"task-arn={arn}", "running"), running)
        wait_until(lambda: not connected_instances(self.ecs, "cluster_name"), what="the loss of the agent")
        self.run_agent()
        self.assertEqual(self.connected()["containerInstanceArn"], instance["containerInstanceArn"])
        self.assertEqual(self.task(arn)["lastStatus"], "RUNNING")
        self.ecs.call("StopTask", cluster="cluster_name", task=arn)
        wait_until(lambda: self.task(arn)["lastStatus"] == "STOPPED", what="the task STOPPED")

        with open(os.path.join(self.folder, "log", "ecs-agent.log"), encoding="utf-8") as log:
            text = log.read()
        self.assertRegex(text, r"level=info time=\S+Z msg=\"registered as ")
        self.assertNotIn(self.plane.secret, text)
        docker("rm", "-f", NAME)


if __name__ == "__main__":
    unittest.main()
