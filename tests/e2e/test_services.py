"""Services with real containers: the desired count is kept, updates roll, deletion drains.

Method: one berthd and one agent; the AWS CLI's own waiter says when a service is stable.
"""

import unittest

from harness import AgentCase, containers, docker, wait_until

SLEEPER = {
    "name": "main", "image": "busybox", "cpu": 10, "memory": 16, "essential": True,
    "command": ["sh", "-c", "trap 'exit 0' TERM; sleep 3600 & wait"],
}


class Services(AgentCase):
    cluster = "services"

    def setUp(self):
        super().setUp()
        self.ecs.call("RegisterTaskDefinition", family="sleeper", containerDefinitions=[SLEEPER])

    def service(self, name):
        return self.ecs.call("DescribeServices", cluster=self.cluster, services=[name])["services"][0]

    def stable(self, name, count):
        def reached():
            service = self.service(name)
            return service["runningCount"] == count and len(service["deployments"]) == 1
        wait_until(reached, what=f"{count} running tasks of {name}")

    def remove(self, name):
        self.ecs.call("UpdateService", cluster=self.cluster, service=name, desiredCount=0)
        self.stable(name, 0)
        self.ecs.call("DeleteService", cluster=self.cluster, service=name)
        wait_until(lambda: self.service(name)["status"] == "INACTIVE", what=f"{name} INACTIVE")

    def test_keeps_its_count(self):
        self.ecs.call("CreateService", cluster=self.cluster, serviceName="keeper", taskDefinition="sleeper", desiredCount=2)
        self.stable("keeper", 2)
        tasks = self.ecs.call("ListTasks", cluster=self.cluster, serviceName="keeper")["taskArns"]
        docker("kill", containers(f"task-arn={tasks[0]}", "running")[0])
        wait_until(lambda: tasks[0] not in self.ecs.call("ListTasks", cluster=self.cluster, serviceName="keeper")["taskArns"],
                   what="the killed task to be counted out")
        self.stable("keeper", 2)
        def told(text):
            return any(text in event["message"] for event in self.service("keeper")["events"])
        self.assertTrue(told("has started 2 tasks"))
        wait_until(lambda: told("has reached a steady state."), what="the event of a steady state")
        self.remove("keeper")

    def test_rolls_to_a_new_revision(self):
        self.ecs.call("CreateService", cluster=self.cluster, serviceName="roller", taskDefinition="sleeper", desiredCount=2)
        self.stable("roller", 2)
        self.ecs.call("RegisterTaskDefinition", family="sleeper", containerDefinitions=[dict(SLEEPER, cpu=11)])
        answer = self.ecs.call("UpdateService", cluster=self.cluster, service="roller", taskDefinition="sleeper")["service"]
        primary = [d for d in answer["deployments"] if d["status"] == "PRIMARY"]
        self.assertEqual(len(primary), 1)
        self.assertEqual(primary[0]["taskDefinition"], answer["taskDefinition"])
        self.stable("roller", 2)
        arns = self.ecs.call("ListTasks", cluster=self.cluster, serviceName="roller")["taskArns"]
        tasks = self.ecs.call("DescribeTasks", cluster=self.cluster, tasks=arns)["tasks"]
        self.assertEqual({task["taskDefinitionArn"] for task in tasks}, {answer["taskDefinition"]})
        self.remove("roller")

    def test_says_what_is_wrong(self):
        def refused(code, operation, **parameters):
            self.refused(code, operation, cluster=self.cluster, **parameters)
        refused("ServiceNotFoundException", "UpdateService", service="nobody", desiredCount=1)
        refused("InvalidParameterException", "CreateService", serviceName="x", taskDefinition="sleeper", desiredCount=-1)
        refused("ClientException", "CreateService", serviceName="x", taskDefinition="no-such-family", desiredCount=1)
        self.ecs.call("CreateService", cluster=self.cluster, serviceName="busy", taskDefinition="sleeper", desiredCount=1)
        refused("InvalidParameterException", "DeleteService", service="busy")
        self.refused("ClusterContainsServicesException", "DeleteCluster", cluster=self.cluster)
        self.remove("busy")


if __name__ == "__main__":
    unittest.main()
