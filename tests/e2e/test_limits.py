"""Limits are settings: --limit moves one, --compat takes the guide's, --throttles makes the guide's rates hold.

Method: berthd with flags, calls without retries; what --print-limits says.
"""

import os
import subprocess
import unittest

from harness import BIN, ControlPlane, wait_until
from sigv4 import ApiError

CONTAINER = {"name": "main", "image": "busybox", "memory": 8}


class Limits(unittest.TestCase):
    def plane(self, *flags):
        plane = ControlPlane(*flags).start()
        self.addCleanup(plane.destroy)
        return plane.client()

    def test_a_limit_moves(self):
        ecs = self.plane("--limit", "clusters_per_region=2")
        for name in ("a", "b"):
            ecs.call("CreateCluster", clusterName=name)
        with self.assertRaises(ApiError):
            ecs.call("CreateCluster", clusterName="c")

    def test_events_of_a_service_are_the_newest_so_many(self):
        ecs = self.plane("--limit", "events_per_service=2")
        ecs.call("CreateCluster", clusterName="c")
        ecs.call("RegisterTaskDefinition", family="f", containerDefinitions=[CONTAINER])
        ecs.call("CreateService", cluster="c", serviceName="s", taskDefinition="f", desiredCount=0)
        seen = set()

        def told():
            events = ecs.call("DescribeServices", cluster="c", services=["s"])["services"][0]["events"]
            self.assertLessEqual(len(events), 2)
            fresh = [event for event in events if event["id"] not in seen]
            seen.update(event["id"] for event in events)
            self.assertEqual(events[:len(fresh)], fresh, "the newest first")
            return fresh

        # Steady, cannot be placed, steady, …: each change of the count brings one.
        for count in (0, 1, 0, 1):
            wait_until(told, what="an event")
            ecs.call("UpdateService", cluster="c", service="s", desiredCount=1 - count)
        self.assertGreater(len(seen), 2)

    def test_the_guides_rate_of_registrations(self):
        ecs = self.plane("--throttles", "on", "--limit", "register_task_definition_burst=5")
        with self.assertRaises(ApiError) as caught:
            for _ in range(30):
                ecs.call("RegisterTaskDefinition", family="f", containerDefinitions=[CONTAINER])
        self.assertEqual((caught.exception.code, caught.exception.status), ("ThrottlingException", 400))
        self.assertGreaterEqual(len(ecs.call("ListTaskDefinitions")["taskDefinitionArns"]), 5)

    def test_nobody_is_throttled_unless_asked(self):
        ecs = self.plane()
        for _ in range(80):
            ecs.call("RegisterTaskDefinition", family="f", containerDefinitions=[CONTAINER])

    def test_print_limits(self):
        def printed(*flags):
            run = subprocess.run([os.path.join(BIN, "berthd"), "--print-limits", *flags], capture_output=True, text=True)
            lines = [line.split("=") for line in run.stdout.splitlines() if "=" in line and not line.startswith("#")]
            return run.returncode, {name.strip(): rest.split()[0] for name, rest in lines}
        code, limits = printed("--compat", "guide-2015", "--limit", "tasks_per_run_task=7")
        self.assertEqual(code, 0)
        self.assertEqual(limits["tasks_per_service"], "1000")
        self.assertEqual(limits["tasks_per_run_task"], "7")
        self.assertEqual(limits["stopped_tasks"], "1h")
        self.assertEqual(printed()[1]["tasks_per_service"], "5000")
        self.assertEqual(printed("--limit", "no_such_limit=1")[0], 2)


if __name__ == "__main__":
    unittest.main()
