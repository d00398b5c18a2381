"""The guide's chapter "Using the AWS CLI with Amazon ECS", steps 1 to 9, word for word with real containers.

Goal: a reader's commands succeed in the guide's order, and the answers hold every member that the guide prints.
Method: the real AWS CLI against a fresh berthd; the numbered methods run in order and share one control plane. Once with
Debian's CLI and once with another version where the machine has one.
"""

import json
import os
import re
import unittest

from harness import (AGENT_SECONDS, AWS, SLEEP360, Agent, ControlPlaneCase, another_cli, containers, docker,
                     remove_containers, wait_until)

ANOTHER_CLI = another_cli()

STRING_FORM = '[{"name":"sleep","image":"busybox","cpu":10,"command":["sleep","360"],"memory":10,"essential":true}]'


class GuideSteps(ControlPlaneCase):
    cli = AWS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plane.cli = cls.cli
        cls.addClassCleanup(remove_containers, cls.plane)
        cls.facts = {}

    def has(self, value, *members):
        for member in members:
            self.assertIn(member, value)

    def test_1_create_a_cluster(self):
        self.assertEqual(self.plane.aws("ecs", "list-clusters"), {"clusterArns": []})
        cluster = self.plane.aws("ecs", "create-cluster", "--cluster-name", "MyCluster")["cluster"]
        self.assertEqual(cluster["clusterName"], "MyCluster")
        self.assertEqual(cluster["status"], "ACTIVE")
        self.assertEqual(cluster["clusterArn"], f"arn:aws:ecs:us-east-1:{self.plane.account}:cluster/MyCluster")
        again = self.plane.aws("ecs", "create-cluster", "--cluster-name", "MyCluster")["cluster"]
        self.assertEqual(again["clusterArn"], cluster["clusterArn"])

    def test_2_launch_an_instance(self):
        # The guide: "your account receives a default cluster when you launch your first container instance".
        agent = Agent(self.plane)
        self.addClassCleanup(agent.destroy)
        agent.start()
        wait_until(lambda: [a for a in self.ecs.call("ListClusters")["clusterArns"] if a.endswith("cluster/default")],
                   AGENT_SECONDS, "the default cluster")

    def test_3_list_container_instances(self):
        wait_until(lambda: self.ecs.call("ListContainerInstances", cluster="default")["containerInstanceArns"],
                   AGENT_SECONDS, "a registered container instance")
        arns = self.plane.aws("ecs", "list-container-instances", "--cluster", "default")["containerInstanceArns"]
        self.assertEqual(len(arns), 1)
        self.assertRegex(arns[0], f"^arn:aws:ecs:us-east-1:{self.plane.account}:container-instance/")
        self.facts["instance"] = arns[0].rsplit("/", 1)[1]

    def test_4_describe_the_container_instance(self):
        answer = self.plane.aws("ecs", "describe-container-instances", "--cluster", "default",
                                "--container-instances", self.facts["instance"])
        self.assertEqual(answer["failures"], [])
        instance = answer["containerInstances"][0]
        self.assertEqual(instance["status"], "ACTIVE")
        self.has(instance, "ec2InstanceId", "agentConnected", "containerInstanceArn")
        for list_name in ("registeredResources", "remainingResources"):
            resources = {r["name"]: r for r in instance[list_name]}
            self.assertGreaterEqual(set(resources), {"CPU", "MEMORY", "PORTS"})
            for resource in resources.values():
                self.has(resource, "type", "doubleValue", "longValue", "integerValue")
            self.assertGreater(resources["CPU"]["integerValue"], 0)
            self.assertGreater(resources["MEMORY"]["integerValue"], 0)
            self.assertGreaterEqual(set(resources["PORTS"]["stringSetValue"]), {"22", "2375", "2376", "51678"})

    def test_5_register_a_task_definition(self):
        path = os.path.join(self.plane.data_dir, "sleep360.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(SLEEP360, file)
        from_file = self.plane.aws("ecs", "register-task-definition", "--cli-input-json", f"file://{path}")
        from_text = self.plane.aws("ecs", "register-task-definition", "--family", "sleep360",
                                   "--container-definitions", STRING_FORM)
        for revision, answer in ((1, from_file), (2, from_text)):
            definition = answer["taskDefinition"]
            self.assertEqual((definition["family"], definition["revision"]), ("sleep360", revision))
            self.assertEqual(definition["taskDefinitionArn"],
                             f"arn:aws:ecs:us-east-1:{self.plane.account}:task-definition/sleep360:{revision}")
            self.assertEqual(definition["volumes"], [])
            container = definition["containerDefinitions"][0]
            wanted = dict(SLEEP360["containerDefinitions"][0], environment=[], mountPoints=[], portMappings=[],
                          volumesFrom=[])
            self.assertEqual({name: container.get(name) for name in wanted}, wanted)
            for unset in ("links", "entryPoint"):
                self.assertNotIn(unset, container)

    def test_6_list_task_definitions(self):
        for family, revisions in (("sleep300", 2), ("wordpress", 11)):
            for _ in range(revisions):
                self.ecs.call("RegisterTaskDefinition", **dict(SLEEP360, family=family))
        self.ecs.call("DeregisterTaskDefinition", taskDefinition="wordpress:1")
        arns = self.plane.aws("ecs", "list-task-definitions")["taskDefinitionArns"]
        names = [arn.split("task-definition/")[1] for arn in arns]
        self.assertEqual(names, ["sleep300:1", "sleep300:2", "sleep360:1", "sleep360:2"] +
                         [f"wordpress:{n}" for n in range(2, 12)])

    def test_7_run_a_task(self):
        def connected():
            described = self.ecs.call("DescribeContainerInstances", cluster="default",
                                      containerInstances=[self.facts["instance"]])
            return described["containerInstances"][0]["agentConnected"]

        wait_until(connected, AGENT_SECONDS, "the agent's connection")
        answer = self.plane.aws("ecs", "run-task", "--cluster", "default", "--task-definition", "sleep360:1",
                                "--count", "1")
        self.assertEqual(answer["failures"], [])
        task = answer["tasks"][0]
        self.assertEqual(len(answer["tasks"]), 1)
        self.assertEqual([o["name"] for o in task["overrides"]["containerOverrides"]], ["sleep"])
        self.assertEqual((task["lastStatus"], task["desiredStatus"]), ("PENDING", "RUNNING"))
        self.assertTrue(task["containerInstanceArn"].endswith(self.facts["instance"]))
        self.assertTrue(task["clusterArn"].endswith(":cluster/default"))
        self.assertTrue(task["taskDefinitionArn"].endswith(":task-definition/sleep360:1"))
        container = task["containers"][0]
        self.has(container, "containerArn")
        self.assertEqual((container["taskArn"], container["lastStatus"], container["name"]),
                         (task["taskArn"], "PENDING", "sleep"))
        self.facts["task"] = task["taskArn"]

    def test_8_list_tasks(self):
        arns = self.plane.aws("ecs", "list-tasks", "--cluster", "default")["taskArns"]
        self.assertEqual(arns, [self.facts["task"]])

    def test_9_describe_the_running_task(self):
        self.plane.aws("ecs", "wait", "tasks-running", "--cluster", "default", "--tasks", self.facts["task"])
        uuid = self.facts["task"].rsplit("/", 1)[1]
        for spelling in (uuid, self.facts["task"]):
            answer = self.plane.aws("ecs", "describe-tasks", "--cluster", "default", "--task", spelling)
            self.assertEqual(answer["failures"], [])
            task = answer["tasks"][0]
            self.assertEqual((task["lastStatus"], task["desiredStatus"]), ("RUNNING", "RUNNING"))
            self.assertEqual([(c["name"], c["lastStatus"], c["networkBindings"]) for c in task["containers"]],
                             [("sleep", "RUNNING", [])])
        ids = containers(f"task-arn={self.facts['task']}", "running")
        self.assertEqual(len(ids), 1)
        name, command, shares = docker("inspect", "--format", "{{.Name}} {{json .Config.Cmd}} {{.HostConfig.CpuShares}}",
                                       ids[0]).split(" ")
        self.assertTrue(re.match(r"^/ecs-sleep360-1-sleep-[0-9a-f]+$", name), name)
        self.assertEqual((json.loads(command), shares), (["sleep", "360"], "10"))

    def test_a_stop_the_task(self):
        self.plane.aws("ecs", "stop-task", "--cluster", "default", "--task", self.facts["task"])
        self.plane.aws("ecs", "wait", "tasks-stopped", "--cluster", "default", "--tasks", self.facts["task"])
        self.assertEqual(containers(f"task-arn={self.facts['task']}", "running"), [])
        stopped = self.plane.aws("ecs", "list-tasks", "--desired-status", "STOPPED")["taskArns"]
        self.assertEqual(stopped, [self.facts["task"]])

    def test_b_a_task_that_ends_by_itself(self):
        short = dict(SLEEP360, family="short")
        short["containerDefinitions"] = [dict(SLEEP360["containerDefinitions"][0], command=["sh", "-c", "exit 7"])]
        self.ecs.call("RegisterTaskDefinition", **short)
        arn = self.ecs.call("RunTask", taskDefinition="short")["tasks"][0]["taskArn"]

        def stopped():
            task = self.ecs.call("DescribeTasks", tasks=[arn])["tasks"][0]
            return task if task["lastStatus"] == "STOPPED" else None

        task = wait_until(stopped, what="the end of the task")
        self.assertEqual(task["stoppedReason"], "Essential container in task exited")
        self.assertEqual(task["containers"][0]["exitCode"], 7)

    def test_c_a_missing_image_is_named(self):
        bogus = dict(SLEEP360, family="bogus")
        bogus["containerDefinitions"] = [dict(SLEEP360["containerDefinitions"][0], image="berth-e2e/no-such-image")]
        self.ecs.call("RegisterTaskDefinition", **bogus)
        arn = self.ecs.call("RunTask", taskDefinition="bogus")["tasks"][0]["taskArn"]

        def stopped():
            task = self.ecs.call("DescribeTasks", tasks=[arn])["tasks"][0]
            return task if task["lastStatus"] == "STOPPED" else None

        container = wait_until(stopped, what="the end of the task")["containers"][0]
        self.assertTrue(container.get("reason", "").startswith("CannotPullContainerError"), container)


@unittest.skipUnless(ANOTHER_CLI, "there is no second AWS CLI")
class GuideStepsWithAnotherCli(GuideSteps):
    cli = ANOTHER_CLI
