"""Disaster recovery as docs/ops/backup.md has it: the machine of the control plane is lost, another one takes its place.

Goal: state, key and certificates come back from one file; agents find the new control plane by themselves, their tasks never
notice; nothing that the backup has seen is missing, however much was written meanwhile.
Method: two data folders, of which the second belongs to another user; the second berthd takes over the address of the first,
as after a change in the DNS. The agent trusts the authority of the first alone.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
import threading
import unittest
from contextlib import closing

from harness import (AGENT_SECONDS, BIN, SLEEP360, Agent, ControlPlaneCase, connected_instances, containers, docker,
                     remove_containers, wait_until)

OWNER = 12345  # A user of the second machine.


def berth(plane, *words, code=0):
    run = subprocess.run([os.path.join(BIN, "berth"), "--data-dir", plane.data_dir, *words], capture_output=True, text=True,
                         stdin=subprocess.DEVNULL, timeout=120, check=False)
    if run.returncode != code:
        raise AssertionError(f"berth {' '.join(words)} ended with {run.returncode}: {run.stdout}{run.stderr}")
    return run.stdout + run.stderr


class Writer(threading.Thread):
    """Makes clusters 1, 2, 3, … one after the other until it is told to stop."""

    def __init__(self, plane):
        super().__init__(daemon=True)
        self.client, self.made, self.ending = plane.client(), 0, threading.Event()

    def run(self):
        while not self.ending.is_set():
            self.client.call("CreateCluster", clusterName=f"c{self.made + 1}")
            self.made += 1


class DisasterRecovery(ControlPlaneCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="berth-e2e-backup-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.addClassCleanup(remove_containers, cls.plane)
        # What an agent has of its control plane: address, authority and key. Nobody touches it from here on.
        authority = os.path.join(cls.folder, "control-plane.pem")
        shutil.copy(os.path.join(cls.plane.data_dir, "ca.pem"), authority)
        cls.agent = Agent(cls.plane, ECS_BACKEND_HOST=f"https://127.0.0.1:{cls.plane.port}", SSL_CERT_FILE=authority)
        cls.addClassCleanup(cls.agent.destroy)
        cls.agent.start()
        with closing(cls.plane.client()) as client:
            wait_until(lambda: connected_instances(client, "default"), AGENT_SECONDS, "a connected instance")

    def wait_for_task(self, arn, status):
        def reached():
            [task] = self.ecs.call("DescribeTasks", tasks=[arn])["tasks"]
            return task if task["lastStatus"] == status else None

        return wait_until(reached, what=f"{arn} {status}")

    def back_up_under_load(self, file, *words):
        """Makes a backup while clusters are made; how many there were before it and after it."""
        writer = Writer(self.plane)
        writer.start()
        wait_until(lambda: writer.made >= 20, what="twenty clusters")
        before = writer.made
        said = berth(self.plane, "backup", file, *words)
        after = writer.made
        writer.ending.set()
        writer.join(10)
        writer.client.close()
        return before, after, said

    def move_to_another_machine(self, file, passphrase):
        """Loses the control plane with its folder, and restores the backup into a folder of another user."""
        self.plane.kill()
        shutil.rmtree(self.plane.data_dir)
        self.plane.data_dir = os.path.join(self.folder, "second", "berth")
        os.makedirs(os.path.dirname(self.plane.data_dir))
        if os.geteuid() == 0:
            os.chown(os.path.dirname(self.plane.data_dir), OWNER, OWNER)
        wrong = os.path.join(self.folder, "wrong")
        with open(wrong, "w", encoding="utf-8") as out:
            out.write("battery staple\n")
        self.assertIn("is another one", berth(self.plane, "restore", file, "--passphrase-file", wrong, code=1))
        self.assertFalse(os.path.exists(os.path.join(self.plane.data_dir, "credentials")))
        said = berth(self.plane, "restore", file, "--passphrase-file", passphrase)
        self.assertIn(f"It is of account {self.plane.account}", said)

    def check_owner(self):
        if os.geteuid() != 0:
            return
        for name in ["", *os.listdir(self.plane.data_dir)]:
            self.assertEqual(os.stat(os.path.join(self.plane.data_dir, name)).st_uid, OWNER, name)

    def test_another_machine_takes_the_place_of_the_control_plane(self):
        self.ecs.call("RegisterTaskDefinition", **SLEEP360)
        arn, ends = (task["taskArn"] for task in self.ecs.call("RunTask", taskDefinition="sleep360", count=2)["tasks"])
        self.wait_for_task(arn, "RUNNING")
        self.wait_for_task(ends, "RUNNING")
        [container] = containers(f"task-arn={arn}", "running")
        started = docker("inspect", "--format", "{{.State.StartedAt}}", container)
        [instance] = connected_instances(self.ecs, "default")
        file, passphrase = os.path.join(self.folder, "berth.backup"), os.path.join(self.folder, "passphrase")
        with open(passphrase, "w", encoding="utf-8") as out:
            out.write("correct horse\n")
        before, after, said = self.back_up_under_load(file, "--passphrase-file", passphrase)
        self.assertNotIn("not encrypted", said)
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
        # What the backup has not seen: one task starts, another one ends.
        late = self.ecs.call("RunTask", taskDefinition="sleep360")["tasks"][0]["taskArn"]
        self.wait_for_task(late, "RUNNING")
        docker("kill", containers(f"task-arn={ends}", "running")[0])
        self.wait_for_task(ends, "STOPPED")

        self.move_to_another_machine(file, passphrase)
        self.check_owner()
        self.plane.start()
        self.ecs = self.plane.client()
        self.addCleanup(self.ecs.close)

        # One moment of the state: all clusters up to some number, and none beyond it.
        arns = self.ecs.call("ListClusters", maxResults=100)
        names = [one.rsplit("/", 1)[1] for one in arns["clusterArns"]]
        while "nextToken" in arns:
            arns = self.ecs.call("ListClusters", maxResults=100, nextToken=arns["nextToken"])
            names += [one.rsplit("/", 1)[1] for one in arns["clusterArns"]]
        numbers = sorted(int(name[1:]) for name in names if name != "default")
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertTrue(before <= len(numbers) <= after + 1, (before, len(numbers), after))

        # As soon as the agent is back, the end is told again, and what nobody knows of is stopped.
        self.assertEqual(self.wait_for_task(ends, "STOPPED")["containers"][0]["exitCode"], 137)
        wait_until(lambda: containers(f"task-arn={late}", "running") == [], what="the end of a task that started too late")
        self.assertEqual([failure["reason"] for failure in self.ecs.call("DescribeTasks", tasks=[late])["failures"]], ["MISSING"])

        # The agent is back by itself, and its task has not noticed anything.
        self.assertTrue(self.agent.process.running())
        back = wait_until(lambda: connected_instances(self.ecs, "default"), 60, "the agent's return")[0]
        self.assertEqual(back["containerInstanceArn"], instance["containerInstanceArn"])
        self.wait_for_task(arn, "RUNNING")
        self.assertEqual(docker("inspect", "--format", "{{.State.Running}} {{.State.StartedAt}}", container), f"true {started}")
        fresh = self.ecs.call("RunTask", taskDefinition="sleep360")["tasks"][0]["taskArn"]
        self.wait_for_task(fresh, "RUNNING")
        for task in (arn, fresh):
            self.ecs.call("StopTask", task=task)
        for task in containers(f"task-arn={arn}") + containers(f"task-arn={fresh}"):
            docker("kill", task)
        self.wait_for_task(arn, "STOPPED")


class Archive(ControlPlaneCase):
    def test_what_is_not_encrypted_is_a_tar_archive_and_says_so(self):
        folder = tempfile.mkdtemp(prefix="berth-e2e-backup-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        file = os.path.join(folder, "berth.tar")
        self.assertIn("not encrypted", berth(self.plane, "backup", file))
        with tarfile.open(file) as tar:
            self.assertEqual(sorted(tar.getnames()), ["berth.db", "ca-key.pem", "ca.pem", "credentials", "manifest.json",
                                                      "server-key.pem", "server.pem"])
            with open(os.path.join(self.plane.data_dir, "credentials"), "rb") as mine:
                self.assertEqual(tar.extractfile("credentials").read(), mine.read())
        self.assertIn("exists already", berth(self.plane, "backup", file, code=1))
        # berthd runs on its folder: nothing is replaced under it.
        self.assertIn("uses this store", berth(self.plane, "restore", file, code=1))
        self.assertIn("there is no terminal", berth(self.plane, "backup", f"{file}2", "--encrypt", code=1))
        self.assertFalse(os.path.exists(f"{file}2"))


if __name__ == "__main__":
    unittest.main()
