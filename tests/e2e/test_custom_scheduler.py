"""docs/examples/custom_scheduler.py works as its text says: StartTask plus List and Describe make a scheduler.

Method: one berthd, container instances registered by calls (no agents are needed to place tasks), the example run
with the AWS SDK; skipped where boto3 is missing.
"""

import json
import os
import subprocess
import sys
import unittest

from harness import ROOT, ControlPlane

EXAMPLE = os.path.join(ROOT, "docs", "examples", "custom_scheduler.py")


def sdk_python():
    """The Python that has the AWS SDK; None when none has."""
    for program in (sys.executable, "python3", "/usr/bin/python3"):
        probe = subprocess.run([program, "-c", "import boto3"], capture_output=True)
        if probe.returncode == 0:
            return program
    return None


@unittest.skipIf(sdk_python() is None, "boto3 is not installed")
class CustomScheduler(unittest.TestCase):
    def setUp(self):
        self.plane = ControlPlane().start()
        self.addCleanup(self.plane.destroy)
        self.ecs = self.plane.client()
        self.ecs.call("CreateCluster", clusterName="default")
        self.ecs.call("RegisterTaskDefinition", family="web", containerDefinitions=[
            {"name": "main", "image": "busybox", "cpu": 400, "memory": 100, "essential": True}])

    def enrol(self, name, price):
        document = json.dumps({"BERTH_INSTANCE_ID": name})
        resources = [{"name": "CPU", "type": "INTEGER", "integerValue": 1024},
                     {"name": "MEMORY", "type": "INTEGER", "integerValue": 1024},
                     {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
                     {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}]
        return self.ecs.call("RegisterContainerInstance", cluster="default", instanceIdentityDocument=document,
                             instanceIdentityDocumentSignature="", totalResources=resources,
                             attributes=[{"name": "price", "value": price}])["containerInstance"]["containerInstanceArn"]

    def round(self, count):
        run = subprocess.run([sdk_python(), EXAMPLE, "--task-definition", "web", "--count", str(count), "--once",
                              "--endpoint-url", self.plane.url], capture_output=True, text=True, timeout=120,
                             env=self.plane.environment())
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def tasks_on(self, instance):
        return len(self.ecs.call("ListTasks", cluster="default", containerInstance=instance)["taskArns"])

    def test_cheapest_first_and_nothing_beyond_its_room(self):
        dear, cheap = self.enrol("i-dear", "3.5"), self.enrol("i-cheap", "0.2")
        self.round(2)
        self.assertEqual((self.tasks_on(cheap), self.tasks_on(dear)), (2, 0), "two of 400 CPU units fit on the cheap one")
        self.assertIn("no container instance has room", self.round(5))
        self.assertEqual((self.tasks_on(cheap), self.tasks_on(dear)), (2, 2))
        self.assertEqual(self.round(4), "", "nothing is left to do")
        self.assertEqual(self.round(1).count("stopped"), 3)


if __name__ == "__main__":
    unittest.main()
