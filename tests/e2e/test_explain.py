"""berth explain and berth simulate against a running control plane.

Method: container instances are registered over the API and their agents played by the test, so no Docker is needed:
SubmitTaskStateChange moves tasks on. A drain is predicted first and then done, and must end as predicted.
"""

import json
import os
import subprocess
import unittest

from harness import BIN, ControlPlaneCase, wait_until
from sigv4 import ApiError


class Explain(ControlPlaneCase):
    def berth(self, *arguments, code=0):
        """Runs `berth`; its output, or what it says of an error."""
        run = subprocess.run([os.path.join(BIN, "berth"), "--data-dir", self.plane.data_dir, "--port", str(self.plane.port),
                              *arguments], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return run.stderr if code else run.stdout

    def document(self, *arguments):
        return json.loads(self.berth(*arguments, "--output", "json"))

    def enrol(self, cluster, host, zone, memory=1024):
        answer = self.ecs.call(
            "RegisterContainerInstance", cluster=cluster,
            instanceIdentityDocument=json.dumps({"BERTH_INSTANCE_ID": host}), instanceIdentityDocumentSignature="",
            totalResources=[{"name": "CPU", "type": "INTEGER", "integerValue": 2048},
                            {"name": "MEMORY", "type": "INTEGER", "integerValue": memory},
                            {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22", "51678"]},
                            {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}],
            attributes=[{"name": "ecs.availability-zone", "value": zone}])
        return answer["containerInstance"]["containerInstanceArn"]

    def define(self, family, memory, **more):
        container = {"name": "main", "image": "busybox", "cpu": 10, "memory": memory, "essential": True, **more}
        return self.ecs.call("RegisterTaskDefinition", family=family, containerDefinitions=[container])

    def play(self, cluster):
        """What agents would report: new tasks run, unwanted ones stop. Returns the tasks that are left."""
        arns = [arn for status in ("RUNNING", "STOPPED")
                for arn in self.ecs.call("ListTasks", cluster=cluster, desiredStatus=status)["taskArns"]]
        if not arns:
            return []
        tasks = self.ecs.call("DescribeTasks", cluster=cluster, tasks=arns)["tasks"]
        for task in tasks:
            wanted = task["desiredStatus"]
            if task["lastStatus"] in (wanted, "STOPPED"):
                continue
            try:
                self.ecs.call("SubmitTaskStateChange", cluster=cluster, task=task["taskArn"], status=wanted)
            except ApiError as error:
                self.assertNotIn("Invalid", error.code)
        return [task for task in tasks if task["lastStatus"] != "STOPPED"]

    def play_until(self, cluster, done, what):
        wait_until(lambda: done(self.play(cluster)), what=what)

    def three_zones(self, cluster):
        self.ecs.call("CreateCluster", clusterName=cluster)
        return {zone: self.enrol(cluster, f"i-{cluster}-{zone}", zone) for zone in "abc"}

    def test_placement(self):
        hosts = self.three_zones("placed")
        self.define("http", 100, portMappings=[{"containerPort": 80, "hostPort": 80}])
        task = self.ecs.call("RunTask", cluster="placed", taskDefinition="http")["tasks"][0]
        document = self.document("explain", "placement", "--task-definition", "http", "--count", "3", "--cluster", "placed")
        self.assertEqual((len(document["placed"]), document["unplaced"]), (2, 1))
        by_arn = {one["containerInstanceArn"]: one for one in document["decision"]["instances"]}
        self.assertEqual(set(by_arn), set(hosts.values()))
        taken = by_arn[task["containerInstanceArn"]]
        self.assertEqual(taken["reasons"][0]["reason"], "RESOURCE:PORTS")
        self.assertEqual(taken["reasons"][0]["heldBy"][0]["taskArn"], task["taskArn"])
        # The same words as RunTask's.
        failures = self.ecs.call("RunTask", cluster="placed", taskDefinition="http", count=3)["failures"]
        self.assertEqual({failure["reason"] for failure in failures}, {"RESOURCE:PORTS"})
        text = self.berth("explain", "placement", "--task-definition", "http", "--cluster", "placed",
                          "--constraint", "attribute:disk == ssd", "--strategy", "spread:instanceId")
        for words in ("attribute:disk == ssd", "host port 80/tcp is taken by task", "to fit: ", "spread(instanceId)"):
            self.assertIn(words, text)

    def test_task_and_service(self):
        self.three_zones("told")
        self.define("small", 300)
        self.ecs.call("CreateService", cluster="told", serviceName="web", taskDefinition="small", desiredCount=2)
        self.play_until("told", lambda tasks: len(tasks) == 2 and all(t["lastStatus"] == "RUNNING" for t in tasks),
                        "two running tasks")
        wait_until(lambda: self.document("explain", "service", "web", "--cluster", "told")["waits"] == [],
                   what="a service that waits for nothing")
        task = self.ecs.call("ListTasks", cluster="told")["taskArns"][0]
        document = self.document("explain", "task", task, "--cluster", "told")
        self.assertEqual(document["waits"], [])
        self.assertFalse(document["why"]["recorded"])
        self.assertIn("not recorded", self.berth("explain", "task", task.split("/")[-1], "--cluster", "told"))
        # More than there is room for: three of 300 MiB go on each instance.
        self.ecs.call("UpdateService", cluster="told", service="web", desiredCount=10)
        wait_until(lambda: len(self.play("told")) == 9, what="nine tasks")
        document = self.document("explain", "service", "web", "--cluster", "told")
        self.assertIn("placement", [wait["code"] for wait in document["waits"]])
        self.assertEqual({reason["code"] for one in document["decision"]["instances"] for reason in one["reasons"]}, {"memory"})
        text = self.berth("explain", "service", "web", "--cluster", "told")
        self.assertIn("needs 300 MiB of memory, 124 free", text)
        self.assertIn("freed when task", text)

    def test_simulate_predicts_the_real_drain(self):
        hosts = self.three_zones("drained")
        self.define("small", 200)
        self.ecs.call("CreateService", cluster="drained", serviceName="web", taskDefinition="small", desiredCount=6)
        self.play_until("drained", lambda tasks: len(tasks) == 6 and all(t["lastStatus"] == "RUNNING" for t in tasks),
                        "six running tasks")
        wait_until(lambda: self.document("explain", "service", "web", "--cluster", "drained")["waits"] == [],
                   what="a service at rest")
        victim = "i-drained-a"
        prediction = self.document("simulate", "drain", victim, "--cluster", "drained")
        predicted = {one["containerInstance"]: one["tasksAfter"] for one in prediction["instances"]}
        self.assertTrue(prediction["settled"])
        self.assertEqual(len(prediction["moves"]), 2)
        self.assertEqual(prediction["services"][0]["lowestServing"]["least"], 6)
        self.assertEqual(self.ecs.call("DescribeContainerInstances", cluster="drained", containerInstances=[hosts["a"]])
                         ["containerInstances"][0]["status"], "ACTIVE", "nothing was changed")

        self.ecs.call("UpdateContainerInstancesState", cluster="drained", containerInstances=[hosts["a"]], status="DRAINING")

        def moved(tasks):
            return (len(tasks) == 6 and all(t["lastStatus"] == "RUNNING" for t in tasks)
                    and all(t["containerInstanceArn"] != hosts["a"] for t in tasks))

        self.play_until("drained", moved, "an empty instance")
        really = {arn.split("/")[-1]: 0 for arn in hosts.values()}
        for task in self.play("drained"):
            really[task["containerInstanceArn"].split("/")[-1]] += 1
        self.assertEqual({host: {"least": count, "most": count} for host, count in really.items()}, predicted)

    def test_simulate_other_actions(self):
        self.three_zones("tried")
        self.define("small", 300)
        self.ecs.call("CreateService", cluster="tried", serviceName="web", taskDefinition="small", desiredCount=3)
        self.play_until("tried", lambda tasks: len(tasks) == 3 and all(t["lastStatus"] == "RUNNING" for t in tasks),
                        "three running tasks")
        scaled = self.document("simulate", "scale", "web", "10", "--cluster", "tried")
        self.assertEqual(scaled["unplaced"][0]["missing"], 1)
        grown = self.document("simulate", "add", "1", "instances", "of", "2048x1024", "--cluster", "tried")
        self.assertEqual(len(grown["instances"]), 4)
        lost = self.document("simulate", "lose", "a", "--cluster", "tried", "--instance-grace", "60s")
        self.assertEqual(lost["services"][0]["lowestServing"]["least"], 2)
        self.assertGreater(lost["tookMs"]["least"], 60_000)
        self.define("small", 301)
        text = self.berth("simulate", "deploy", "web", "small:2", "--cluster", "tried")
        self.assertIn("COMPLETED", text)
        self.assertIn("every service has its tasks", text)

    def test_errors(self):
        self.ecs.call("CreateCluster", clusterName="empty")
        self.define("small", 300)
        for words, mention in (
                (("explain", "task", "nothing", "--cluster", "empty"), "no task nothing in cluster empty"),
                (("explain", "service", "nothing", "--cluster", "empty"), "ServiceNotFoundException"),
                (("explain", "task", "nothing", "--cluster", "nowhere"), "ClusterNotFoundException"),
                (("explain", "placement", "--task-definition", "nothing", "--cluster", "empty"), "TaskDefinition not found"),
                (("explain", "placement", "--task-definition", "small", "--cluster", "empty", "--constraint", "attribute:("),
                 "InvalidParameterException"),
                (("simulate", "drain", "i-nothing", "--cluster", "empty"), "no container instance i-nothing"),
                (("simulate", "scale", "nothing", "3", "--cluster", "empty"), "ServiceNotFoundException"),
                (("simulate", "drain", "i-nothing", "--cluster", "nowhere"), "no cluster nowhere")):
            self.assertIn(mention, self.berth(*words, code=1), words)
        for words in (("explain",), ("explain", "horse", "x"), ("explain", "placement"), ("simulate", "explode"),
                      ("simulate", "scale", "web", "many"), ("explain", "task", "x", "--output", "xml"),
                      ("explain", "task", "x", "--colour", "red")):
            self.assertIn("berth", self.berth(*words, code=2), words)


if __name__ == "__main__":
    unittest.main()
