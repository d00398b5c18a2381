"""Upgrade and way back: data folders of the version before this open with their running tasks, newer ones are refused.

Method: the folders of data_of_0_1_0, with containers of the test in the place of those that ran then; and the same with the
version of the future written into them.
"""

import glob
import json
import os
import shutil
import sqlite3
import subprocess

import unittest

from harness import BIN, Agent, AgentCase, ControlPlane, connected_instances, docker, remove_containers, wait_until

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data_of_0_1_0")
CLUSTER = "harbour"
COMMAND = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]


def control_plane_of_before():
    plane = ControlPlane()
    plane.account = "123456789012"
    with open(os.path.join(DATA, "berth.db.sql"), encoding="utf-8") as file:
        store = sqlite3.connect(os.path.join(plane.data_dir, "berth.db"))
        store.executescript(file.read())
        store.close()
    shutil.copy(os.path.join(DATA, "credentials"), plane.data_dir)
    return plane


def store_of(plane, question):
    with sqlite3.connect(os.path.join(plane.data_dir, "berth.db")) as store:
        return store.execute(question).fetchall()


class Upgrade(AgentCase):
    cluster = CLUSTER

    @classmethod
    def setUpClass(cls):
        cls.plane = control_plane_of_before()
        cls.addClassCleanup(cls.plane.destroy)
        cls.addClassCleanup(remove_containers, cls.plane)
        remove_containers(cls.plane)
        cls.agent = Agent(cls.plane, CLUSTER)
        cls.addClassCleanup(cls.agent.destroy)
        shutil.copytree(os.path.join(DATA, "ecs"), cls.agent.data_dir, dirs_exist_ok=True)
        cls.containers = {}
        for path in glob.glob(os.path.join(cls.agent.data_dir, "tasks", "*.json")):
            cls.bring_back(path)
        cls.plane.start()
        cls.agent.start()
        cls.wait_for_agent()

    @classmethod
    def bring_back(cls, path):
        """Starts the containers of a task that ran, and writes their ids into what the agent remembers of it."""
        with open(path, encoding="utf-8") as file:
            text = file.read()
        state = json.loads(text.splitlines()[-1])
        if state["known"] != "RUNNING":
            return
        for container in state["containers"]:
            labels = [word for name, value in container["labels"].items() for word in ("--label", f"{name}={value}")]
            ports = [word for b in container.get("bindings", []) for word in ("-p", f"{b['hostPort']}:{b['containerPort']}")]
            fresh = docker("run", "-d", "--name", container["dockerName"], *labels, *ports, "busybox", *COMMAND)
            cls.containers[container["labels"]["com.amazonaws.ecs.task-arn"]] = fresh
            text = text.replace(container["dockerId"], fresh)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def test_tasks_of_before_run_on_and_obey(self):
        arns = set(self.containers)
        self.assertEqual(len(arns), 2)
        started = {arn: docker("inspect", "--format", "{{.State.StartedAt}}", one) for arn, one in self.containers.items()}
        [instance] = connected_instances(self.ecs, CLUSTER)
        self.assertTrue(instance["containerInstanceArn"].endswith("/dd5af2613100573a29f51d90e0fd9404"))
        self.assertEqual(set(self.ecs.call("ListTasks", cluster=CLUSTER)["taskArns"]), arns)
        for arn, container in self.containers.items():
            task = self.describe_task(arn)
            self.assertEqual((task["lastStatus"], task["desiredStatus"], task["connectivity"]), ("RUNNING", "RUNNING", "CONNECTED"))
            self.assertEqual(docker("inspect", "--format", "{{.State.Running}} {{.State.StartedAt}}", container),
                             f"true {started[arn]}")
        # The service counts its task, and does not start another one.
        [service] = self.ecs.call("DescribeServices", cluster=CLUSTER, services=["web"])["services"]
        self.assertEqual((service["runningCount"], service["pendingCount"], len(service["deployments"])), (1, 0, 1))
        # All goes on: a further task runs, and one of before is stopped.
        self.wait_for_task(self.run_task("nap")[0], "RUNNING")
        by_hand = next(arn for arn in arns if self.describe_task(arn)["group"] == "family:nap")
        self.ecs.call("StopTask", cluster=CLUSTER, task=by_hand)
        self.wait_for_task(by_hand, "STOPPED")
        self.assertEqual(docker("inspect", "--format", "{{.State.Running}}", self.containers[by_hand]), "false")
        self.ecs.call("UpdateService", cluster=CLUSTER, service="web", desiredCount=0)
        self.stop_tasks()


class WayBack(unittest.TestCase):
    """A program that is older than its data folder touches nothing and names the version."""

    def test_a_newer_store_is_refused_by_its_version(self):
        plane = control_plane_of_before()
        self.addCleanup(plane.destroy)
        with sqlite3.connect(os.path.join(plane.data_dir, "berth.db")) as store:
            store.execute("UPDATE meta SET value = 4711 WHERE name = 'schema_version'")
        run = subprocess.run([os.path.join(BIN, "berthd"), "--data-dir", plane.data_dir, "--listen", f"127.0.0.1:{plane.port}"],
                             capture_output=True, text=True, timeout=60, check=False)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("the store has schema version 4711", run.stdout + run.stderr)
        self.assertEqual(store_of(plane, "SELECT value FROM meta WHERE name = 'schema_version'"), [(4711,)])

    def test_a_newer_checkpoint_is_refused_by_its_version(self):
        plane = ControlPlane()
        self.addCleanup(plane.destroy)
        plane.start()
        agent = Agent(plane, CLUSTER)
        self.addCleanup(agent.destroy)
        shutil.copytree(os.path.join(DATA, "ecs"), agent.data_dir, dirs_exist_ok=True)
        path = os.path.join(agent.data_dir, "berth-agent.json")
        with open(path, encoding="utf-8") as file:
            newer = file.read().replace('"version":2', '"version":4711')
        with open(path, "w", encoding="utf-8") as file:
            file.write(newer)
        agent.start()
        wait_until(lambda: not agent.process.running(), 30, "the end of the agent")
        self.assertEqual(agent.process.stop(), 5)
        self.assertIn("4711", agent.process.output())
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), newer)


if __name__ == "__main__":
    unittest.main()
