"""kill -9 of berthd: nothing acknowledged is missing, containers never notice, agents come back by themselves.

Method: several writers record what was acknowledged while berthd is killed and started again a few times; afterwards
every acknowledged name must be there. One agent with a running task lives through all of it.
"""

import http.client
import threading
import unittest

from harness import SLEEP360, AgentCase, containers, docker, wait_until
from sigv4 import ApiError

WRITERS = 4
KILLS = 3
WRITES_BETWEEN_KILLS = 40


class Writer(threading.Thread):
    """Creates clusters and task definitions until told to stop; remembers what was acknowledged."""

    def __init__(self, plane, number):
        super().__init__(daemon=True)
        self.client, self.number = plane.client(), number
        self.clusters, self.revisions, self.unexpected = [], [], []
        self.ending = threading.Event()

    def run(self):
        attempt = 0
        while not self.ending.is_set():
            attempt += 1
            name = f"w{self.number}-{attempt}"
            try:
                self.client.call("CreateCluster", clusterName=name)
                self.clusters.append(name)
                answer = self.client.call("RegisterTaskDefinition", **dict(SLEEP360, family=f"w{self.number}"))
                self.revisions.append(answer["taskDefinition"]["revision"])
            except (OSError, http.client.HTTPException):
                self.ending.wait(0.05)  # berthd is down; the outcome of this attempt is unknown.
            except ApiError as error:
                self.unexpected.append(str(error))
                return


class Restart(AgentCase):
    def acknowledged(self):
        return sum(len(writer.clusters) for writer in self.writers)

    def kill_under_load(self):
        for _ in range(KILLS):
            goal = self.acknowledged() + WRITES_BETWEEN_KILLS
            wait_until(lambda: self.acknowledged() >= goal or any(w.unexpected for w in self.writers), 60, "progress")
            self.plane.kill()
            self.plane.start()
        goal = self.acknowledged() + WRITERS
        wait_until(lambda: self.acknowledged() >= goal or any(w.unexpected for w in self.writers), 60, "progress")

    def test_nothing_acknowledged_is_lost(self):
        self.ecs.call("RegisterTaskDefinition", **SLEEP360)
        task = self.run_task("sleep360:1")[0]
        self.wait_for_task(task, "RUNNING")
        container = containers(f"task-arn={task}", "running")[0]
        started = docker("inspect", "--format", "{{.State.StartedAt}}", container)

        self.writers = [Writer(self.plane, number) for number in range(WRITERS)]
        for writer in self.writers:
            writer.start()
        try:
            self.kill_under_load()
        finally:
            for writer in self.writers:
                writer.ending.set()
            for writer in self.writers:
                writer.join(60)
        self.assertEqual([e for writer in self.writers for e in writer.unexpected], [])
        self.ecs.close()
        for writer in self.writers:
            self.check_writer(writer)

        self.assertEqual(docker("inspect", "--format", "{{.State.Running}} {{.State.StartedAt}}", container),
                         f"true {started}")
        self.wait_for_agent()
        self.assertEqual(self.describe_task(task)["lastStatus"], "RUNNING")
        again = self.run_task("sleep360:1")[0]
        self.wait_for_task(again, "RUNNING")
        self.stop_tasks()

    def check_writer(self, writer):
        for start in range(0, len(writer.clusters), 100):
            names = writer.clusters[start:start + 100]
            answer = self.ecs.call("DescribeClusters", clusters=names)
            self.assertEqual(answer["failures"], [])
            self.assertEqual({c["clusterName"] for c in answer["clusters"]}, set(names))
        self.assertEqual(writer.revisions, sorted(set(writer.revisions)), "a revision was given twice")
        for revision in writer.revisions[-20:]:
            self.ecs.call("DescribeTaskDefinition", taskDefinition=f"w{writer.number}:{revision}")

    def test_orderly_stop(self):
        self.assertEqual(self.plane.stop(), 0)
        self.plane.start()
        self.wait_for_agent()


if __name__ == "__main__":
    unittest.main()
