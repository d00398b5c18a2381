"""What befalls an agent from its own host: a full disk, a damaged checkpoint, a second agent, a reboot.

Method: one berthd, one agent, real Docker; the data folder is a small tmpfs where it must fill up.
"""

import glob
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from harness import Agent, AgentCase, connected_instances, containers, docker, wait_until

EXIT_RESTART, EXIT_TERMINAL = 1, 5
OBEDIENT = ["sh", "-c", "trap 'exit 0' TERM; sleep 3600 & wait"]


def definition(family, command, **task):
    return {"family": family, "containerDefinitions": [
        {"name": "main", "image": "busybox", "cpu": 10, "memory": 16, "essential": True, "command": command}], **task}


def register(client):
    client.call("RegisterTaskDefinition", **definition("obedient", OBEDIENT))


@unittest.skipUnless(os.geteuid() == 0, "a tmpfs needs root")
class DiskFull(AgentCase):
    cluster = "full"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="berth-e2e-full-")
        cls.addClassCleanup(os.rmdir, cls.folder)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", cls.folder], check=True)
        cls.addClassCleanup(subprocess.run, ["umount", cls.folder], check=True)
        cls.agent_environment = {"ECS_DATADIR": cls.folder}
        super().setUpClass()
        register(cls.plane.client())

    def fill(self):
        """Not a byte is left."""
        with open(f"{self.folder}/ballast", "ab", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                return

    def test_tasks_run_on_and_new_ones_wait(self):
        lives, stops = (self.run_task("obedient")[0] for _ in range(2))
        for arn in (lives, stops):
            self.wait_for_task(arn, "RUNNING")
        self.fill()
        self.addCleanup(lambda: os.path.exists(f"{self.folder}/ballast") and os.remove(f"{self.folder}/ballast"))
        waits = self.run_task("obedient")[0]
        wait_until(lambda: any("cannot save task" in line for line in self.agent.process.lines), what="the complaint")
        # What ends is told: nothing new need be remembered for that.
        self.assertEqual(self.describe_task(waits)["lastStatus"], "PENDING")
        self.assertEqual(containers(f"task-arn={waits}"), [])
        docker("stop", "-t", "5", containers(f"task-arn={stops}", "running")[0])
        self.assertEqual(self.wait_for_task(stops, "STOPPED")["containers"][0]["exitCode"], 0)
        # The control plane too can stop what runs.
        self.ecs.call("StopTask", cluster=self.cluster, task=lives)
        self.assertEqual(self.wait_for_task(lives, "STOPPED")["containers"][0]["exitCode"], 0)
        os.remove(f"{self.folder}/ballast")
        # It comes again a minute after it was not acknowledged.
        self.wait_for_task(waits, "RUNNING", 100)
        # It is on disk: a new agent knows it.
        self.agent.kill()
        self.agent.start()
        self.wait_for_agent()
        self.assertEqual(self.describe_task(waits)["lastStatus"], "RUNNING")
        self.assertEqual(len(containers(f"task-arn={waits}")), 1)
        self.stop_tasks()


class Faults(AgentCase):
    cluster = "faults"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        register(cls.plane.client())
        cls.plane.client().call("RegisterTaskDefinition", **definition("limited", OBEDIENT, memory="64"))

    def tearDown(self):
        if not self.agent.process.running():
            self.agent.start()
            self.wait_for_agent()
        self.stop_tasks()

    def ended(self, agent, code):
        """What an agent said that must end with `code`."""
        self.assertEqual(agent.process.process.wait(60), code, agent.process.output())
        agent.process.reader.join(5)
        return agent.process.output()

    def write(self, path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def test_a_damaged_task_file_is_set_aside_and_the_others_are_served(self):
        lost, kept = (self.run_task("obedient")[0] for _ in range(2))
        for arn in (lost, kept):
            self.wait_for_task(arn, "RUNNING")
        self.agent.stop()
        name = lost.rsplit("/", 1)[1] + ".json"
        self.write(f"{self.agent.data_dir}/tasks/{name}", '{"version":1')
        self.agent.start()
        self.wait_for_agent()
        task = self.wait_for_task(lost, "STOPPED")
        self.assertIn("does not know this task", task["stoppedReason"])
        self.assertEqual(containers(f"task-arn={lost}", "running"), [])
        self.assertIn(name, self.agent.process.output(400))
        self.assertTrue(os.path.exists(f"{self.agent.data_dir}/damaged/{name}"))
        self.assertEqual(self.describe_task(kept)["lastStatus"], "RUNNING")
        self.assertEqual(len(containers(f"task-arn={kept}", "running")), 1)
        self.wait_for_task(self.run_task("obedient")[0], "RUNNING")

    def test_files_of_a_newer_agent_are_named_and_nothing_is_touched(self):
        arn = self.run_task("obedient")[0]
        self.wait_for_task(arn, "RUNNING")
        self.agent.stop()
        for path in (f"{self.agent.data_dir}/tasks/{arn.rsplit('/', 1)[1]}.json", f"{self.agent.data_dir}/berth-agent.json"):
            with open(path, encoding="utf-8") as file:
                before = file.read()
            self.write(path, '{"version":99}')
            self.agent.start()
            said = self.ended(self.agent, EXIT_TERMINAL)
            self.write(path, before)
            self.assertIn(path, said)
            self.assertIn("newer agent", said)
        self.assertEqual(len(containers(f"task-arn={arn}", "running")), 1)
        # Restored, it goes on as if nothing had been.
        self.agent.start()
        self.wait_for_agent()
        self.assertEqual(self.describe_task(arn)["lastStatus"], "RUNNING")

    def instances(self):
        return self.ecs.call("ListContainerInstances", cluster=self.cluster)["containerInstanceArns"]

    def test_without_its_own_file_it_is_who_the_files_of_its_tasks_say(self):
        arn = self.run_task("obedient")[0]
        self.wait_for_task(arn, "RUNNING")
        before = self.instances()
        [container] = containers(f"task-arn={arn}", "running")
        self.agent.kill()
        os.remove(f"{self.agent.data_dir}/berth-agent.json")
        self.agent.start()
        self.wait_for_agent()
        self.assertEqual(self.instances(), before)
        self.assertEqual(self.describe_task(arn)["lastStatus"], "RUNNING")
        self.assertEqual(containers(f"task-arn={arn}", "running"), [container])

    def start_without_its_folder(self):
        shutil.rmtree(f"{self.agent.data_dir}/tasks")
        os.remove(f"{self.agent.data_dir}/berth-agent.json")
        self.agent.start()
        self.wait_for_agent()

    def test_without_its_folder_it_finds_its_containers_by_their_labels(self):
        arn = self.run_task("obedient")[0]
        self.wait_for_task(arn, "RUNNING")
        before = self.instances()
        # Nobody is left to see its connection end.
        self.plane.kill()
        self.agent.kill()
        self.plane.start()
        self.ecs.close()
        self.ecs = self.plane.client()
        self.addCleanup(self.ecs.close)
        self.assertEqual(connected_instances(self.ecs, self.cluster), [])
        self.start_without_its_folder()
        self.assertEqual(self.instances(), before)
        self.assertEqual(self.describe_task(arn)["lastStatus"], "STOPPED")
        wait_until(lambda: containers(f"task-arn={arn}", "running") == [], what="the end of the container")
        # As another container instance, too.
        arn = self.run_task("obedient")[0]
        self.wait_for_task(arn, "RUNNING")
        self.agent.kill()
        self.ecs.call("DeregisterContainerInstance", cluster=self.cluster, containerInstance=before[0], force=True)
        self.start_without_its_folder()
        self.assertNotEqual(self.instances(), before)
        self.assertEqual(containers(f"task-arn={arn}", "running"), [])

    def test_what_a_crash_left_of_a_temporary_file_does_no_harm(self):
        arn = self.run_task("obedient")[0]
        self.wait_for_task(arn, "RUNNING")
        self.agent.kill()
        rest = f"{self.agent.data_dir}/tasks/{arn.rsplit('/', 1)[1]}.json.aBcDeF"
        with open(rest, "w", encoding="utf-8") as file:
            file.write('{"vers')
        self.agent.start()
        self.wait_for_agent()
        self.assertFalse(os.path.exists(rest))
        self.assertEqual(self.describe_task(arn)["lastStatus"], "RUNNING")

    def test_a_second_agent_on_the_same_data_ends(self):
        arn = self.run_task("obedient")[0]
        self.wait_for_task(arn, "RUNNING")
        second = Agent(self.plane, self.cluster)
        own = second.data_dir
        second.data_dir = self.agent.data_dir
        self.addCleanup(os.rmdir, own)
        second.start()
        self.assertIn("another agent is running with the data of", self.ended(second, EXIT_RESTART))
        self.assertTrue(self.agent.process.running())
        self.assertEqual(self.describe_task(arn)["lastStatus"], "RUNNING")

    def test_after_a_reboot_nothing_runs_and_all_is_told(self):
        """A reboot as the agent sees it: containers have ended, and control groups are gone."""
        arns = [self.run_task(family)[0] for family in ("obedient", "limited")]
        before = self.ecs.call("ListContainerInstances", cluster=self.cluster)["containerInstanceArns"]
        for arn in arns:
            self.wait_for_task(arn, "RUNNING")
        self.agent.kill()
        for arn in arns:
            docker("kill", containers(f"task-arn={arn}", "running")[0])
        for group in glob.glob(f"/sys/fs/cgroup/*/ecs/{arns[1].rsplit('/', 1)[1]}"):
            os.rmdir(group)
        self.agent.start()
        self.wait_for_agent()
        for arn in arns:
            task = self.wait_for_task(arn, "STOPPED")
            self.assertEqual((task["stopCode"], task["containers"][0]["exitCode"]), ("EssentialContainerExited", 137))
        self.assertEqual(self.ecs.call("ListContainerInstances", cluster=self.cluster)["containerInstanceArns"], before)
        fresh = self.run_task("limited")[0]
        self.wait_for_task(fresh, "RUNNING")
        self.assertEqual(json.loads(docker("inspect", containers(f"task-arn={fresh}")[0]))[0]["HostConfig"]["CgroupParent"],
                         f"/ecs/{fresh.rsplit('/', 1)[1]}")


if __name__ == "__main__":
    unittest.main()
