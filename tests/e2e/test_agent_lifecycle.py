"""The life of the agent: what it refuses, what it remembers, and what it delivers after everything around it was away.

Method: one berthd and one agent that are stopped, killed and started again with other settings on the same data.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from harness import BIN, ROOT, Agent, AgentCase, connected_instances, containers, docker, remove_containers, wait_until

EXIT_TERMINAL = 5
OBEDIENT = ("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done")


def definition(family, *command, **more):
    container = {"name": "main", "image": "busybox", "cpu": 10, "memory": 16, "essential": True, "command": list(command)}
    return {"family": family, "containerDefinitions": [{**container, **more}]}


class AgentLifecycle(AgentCase):
    cluster = "lifecycle"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plane.client().call("CreateCluster", clusterName="elsewhere")
        cls.plane.client().call("RegisterTaskDefinition", **definition("obedient", *OBEDIENT))
        cls.plane.client().call("RegisterTaskDefinition", **definition("exits3", "sh", "-c", "exit 3"))

    def tearDown(self):
        if not self.agent.process.running():
            self.agent.extra.pop("BERTH_INSTANCE_TYPE", None)
            self.agent.cluster = self.cluster
            self.agent.start()
            self.wait_for_agent()
        self.stop_tasks()

    def instance_arns(self):
        return self.ecs.call("ListContainerInstances", cluster=self.cluster)["containerInstanceArns"]

    def wait_lost(self):
        wait_until(lambda: not connected_instances(self.ecs, self.cluster), what="the loss of the agent's connection")

    def refused_start(self):
        """Starts the agent, which must end for good; what it said."""
        self.agent.start()
        self.assertEqual(self.agent.process.process.wait(30), EXIT_TERMINAL)
        self.agent.process.reader.join(5)
        return self.agent.process.output()

    def test_a_changed_cluster_is_refused(self):
        before = self.instance_arns()
        self.assertEqual(self.agent.stop(), 0)
        self.agent.cluster = "elsewhere"
        said = self.refused_start()
        for part in ("Data mismatch", "saved cluster 'lifecycle'", "configured cluster 'elsewhere'"):
            self.assertIn(part, said)
        self.assertEqual(self.ecs.call("ListContainerInstances", cluster="elsewhere")["containerInstanceArns"], [])
        self.assertEqual(self.instance_arns(), before)

    def test_a_changed_instance_type_is_refused(self):
        self.assertEqual(self.agent.stop(), 0)
        self.agent.extra["BERTH_INSTANCE_TYPE"] = "bigger"
        self.assertIn("Container instance type changes are not supported.", self.refused_start())

    def test_a_machine_registers_once(self):
        before = self.instance_arns()
        self.assertEqual(len(before), 1)
        for stop in (self.agent.stop, self.agent.kill, self.agent.stop):
            stop()
            self.wait_lost()
            self.agent.start()
            self.wait_for_agent()
            self.assertEqual(self.instance_arns(), before)

    def test_a_machine_that_lost_its_state_is_not_registered_twice(self):
        # Goal: a wiped data folder, the guide's recipe for duplicates, ends with one connected instance of the machine.
        self.assertEqual(self.agent.stop(), 0)
        self.wait_lost()
        saved = self.agent.data_dir
        self.agent.data_dir = tempfile.mkdtemp(prefix="berth-e2e-agent-")
        self.addCleanup(shutil.rmtree, self.agent.data_dir, ignore_errors=True)
        self.agent.start()
        self.wait_for_agent()
        connected = connected_instances(self.ecs, self.cluster)
        self.assertEqual(len(connected), 1)
        machines = self.ecs.call("DescribeContainerInstances", cluster=self.cluster, containerInstances=self.instance_arns())
        active = [i for i in machines["containerInstances"] if i["status"] == "ACTIVE"]
        self.assertEqual(len(active), 1, "the machine has two ACTIVE instances")
        shutil.rmtree(saved, ignore_errors=True)

    def test_what_happened_while_the_control_plane_was_away_is_delivered_once(self):
        stays, stopped_by_docker, exits = (self.run_task("obedient")[0] for _ in range(3))
        for arn in (stays, stopped_by_docker, exits):
            self.wait_for_task(arn, "RUNNING")
        self.plane.kill()
        docker("stop", "-t", "5", containers(f"task-arn={stopped_by_docker}", "running")[0])
        docker("kill", containers(f"task-arn={exits}", "running")[0])
        self.plane.start()
        self.ecs.close()
        self.ecs = self.plane.client()
        self.wait_for_agent()
        self.assertEqual(self.wait_for_task(stopped_by_docker, "STOPPED")["containers"][0]["exitCode"], 0)
        self.assertEqual(self.wait_for_task(exits, "STOPPED")["containers"][0]["exitCode"], 137)
        self.assertEqual(self.describe_task(stays)["lastStatus"], "RUNNING")
        self.assertEqual(len(containers(f"task-arn={stays}")), 1)
        # Once and in order: a version rises with each change, and stays when nothing else is delivered.
        versions = {arn: self.describe_task(arn)["version"] for arn in (stays, stopped_by_docker, exits)}
        settled = self.run_task("exits3")[0]
        self.wait_for_task(settled, "STOPPED")
        self.assertEqual({arn: self.describe_task(arn)["version"] for arn in versions}, versions)

    def test_a_container_that_comes_back_is_stopped_again(self):
        self.plane.client().call("RegisterTaskDefinition", **definition(
            "port", *OBEDIENT, portMappings=[{"containerPort": 80, "hostPort": 18080}]))
        arn = self.run_task("port")[0]
        self.wait_for_task(arn, "RUNNING")
        self.ecs.call("StopTask", cluster=self.cluster, task=arn)
        self.wait_for_task(arn, "STOPPED")
        container = containers(f"task-arn={arn}")[0]
        for start in (["start"], ["restart"], ["start"]):
            docker(*start, container)
            wait_until(lambda: containers(f"task-arn={arn}", "running") == [], what="the end of the container")
        # Also when it comes back while nobody looks.
        self.agent.kill()
        docker("start", container)
        self.agent.start()
        self.wait_for_agent()
        wait_until(lambda: containers(f"task-arn={arn}", "running") == [], what="the end of the container")
        self.wait_for_task(self.run_task("port")[0], "RUNNING")

    def test_containers_that_are_not_ours_are_not_touched(self):
        foreign = docker("run", "-d", "--label", "com.example.mine=1", "busybox", "sleep", "300")
        self.addCleanup(docker, "rm", "-f", foreign)
        started = docker("inspect", "--format", "{{.State.StartedAt}}", foreign)
        self.agent.kill()
        self.wait_lost()
        self.agent.start()
        self.wait_for_agent()
        found = connected_instances(self.ecs, self.cluster)[0]
        self.assertEqual((found["runningTasksCount"], found["pendingTasksCount"]), (0, 0))
        self.assertEqual(docker("inspect", "--format", "{{.State.Running}} {{.State.StartedAt}}", foreign), f"true {started}")


class Restored(AgentCase):
    """The control plane goes back to an older state, of which its agent knows nothing."""

    cluster = "restored"

    @classmethod
    def setUpClass(cls):
        super(AgentCase, cls).setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="berth-e2e-backup-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        client = cls.plane.client()
        client.call("CreateCluster", clusterName=cls.cluster)
        client.call("RegisterTaskDefinition", **definition("obedient", *OBEDIENT))
        client.close()
        cls.backup("without the instance")
        cls.addClassCleanup(remove_containers, cls.plane)
        cls.agent = Agent(cls.plane, cls.cluster)
        cls.addClassCleanup(cls.agent.destroy)
        cls.agent.start()
        cls.wait_for_agent()

    @classmethod
    def berth(cls, command, name):
        subprocess.run([os.path.join(BIN, "berth"), "--data-dir", cls.plane.data_dir, command, f"{cls.folder}/{name}"],
                       check=True, capture_output=True)

    @classmethod
    def backup(cls, name):
        cls.berth("backup", name)

    def restore(self, name):
        self.plane.stop()
        self.berth("restore", name)
        self.plane.start()
        self.ecs.close()
        self.ecs = self.plane.client()
        wait_until(lambda: connected_instances(self.ecs, self.cluster), 60, "the instance")

    def assert_gone(self, arn):
        wait_until(lambda: containers(f"task-arn={arn}", "running") == [], what="the end of what nobody knows")

    def test_what_runs_is_what_the_api_shows(self):
        stays, ends = (self.run_task("obedient")[0] for _ in range(2))
        for arn in (stays, ends):
            self.wait_for_task(arn, "RUNNING")
        self.backup("with two tasks")
        self.ecs.call("StopTask", cluster=self.cluster, task=ends)
        self.wait_for_task(ends, "STOPPED")
        later = self.run_task("obedient")[0]
        self.wait_for_task(later, "RUNNING")
        self.restore("with two tasks")
        # Known ones are asked again, unknown ones are stopped.
        self.wait_for_task(ends, "STOPPED")
        self.assert_gone(later)
        self.assertEqual(self.describe_task(stays)["lastStatus"], "RUNNING")
        self.assertEqual(len(containers(f"task-arn={stays}", "running")), 1)
        # The instance registered after this backup.
        before = self.ecs.call("ListContainerInstances", cluster=self.cluster)["containerInstanceArns"]
        self.restore("without the instance")
        after = self.ecs.call("ListContainerInstances", cluster=self.cluster)["containerInstanceArns"]
        self.assertEqual(len(after), 1)
        self.assertNotEqual(after, before)
        self.assert_gone(stays)
        self.wait_for_task(self.run_task("obedient")[0], "RUNNING")


class TaskCleanup(AgentCase):
    """Containers and volumes of stopped tasks go after ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION, and nothing else does."""

    cluster = "cleanup"

    agent_environment = {"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": "2s"}

    def test_containers_and_volumes_go(self):
        task = definition("scratch", "sh", "-c", "echo kept > /scratch/file", mountPoints=[{"sourceVolume": "scratch", "containerPath": "/scratch"}])
        task["volumes"] = [{"name": "scratch", "host": {}}]
        self.ecs.call("RegisterTaskDefinition", **task)
        foreign = docker("run", "-d", "busybox", "true")
        self.addCleanup(docker, "rm", "-f", foreign)
        volumes = set(docker("volume", "ls", "-q").split())
        arn = self.run_task("scratch")[0]
        self.wait_for_task(arn, "STOPPED")
        wait_until(lambda: not containers(f"task-arn={arn}"), 30, "the removal of the task's containers")
        wait_until(lambda: set(docker("volume", "ls", "-q").split()) <= volumes, 30, "the removal of the task's volume")
        self.assertTrue(docker("ps", "-aq", "--filter", f"id={foreign}"), "a container that is not ours is gone")
        # The control plane remembers the task all the same.
        self.assertEqual(self.describe_task(arn)["containers"][0]["exitCode"], 0)


class Cycles(unittest.TestCase):
    """A short run of tests/soak/agent_cycles.py, which counts for itself."""

    def test_cycles_with_the_agent_killed_at_random(self):
        script = os.path.join(ROOT, "tests", "soak", "agent_cycles.py")
        run = subprocess.run([sys.executable, script, "--cycles", "20", "--seed", "7"], capture_output=True, text=True,
                             timeout=600, env={**os.environ, "BERTH_BIN": BIN}, check=False)
        self.assertEqual(run.returncode, 0, run.stdout[-3000:] + run.stderr[-3000:])
        self.assertTrue(json.loads(run.stdout.strip().splitlines()[-1])["cycles"] >= 20)


if __name__ == "__main__":
    unittest.main()
