"""kill -9 of the agent: its containers run on, the next agent keeps the ARN and adopts them.

Method: one berthd, one agent that is killed and started again on the same data directory.
"""

import unittest

from harness import SLEEP360, AgentCase, containers, docker, wait_until


class AgentRestart(AgentCase):
    cluster = "restarts"

    def instance_arns(self):
        return self.ecs.call("ListContainerInstances", cluster=self.cluster)["containerInstanceArns"]

    def agent_connected(self):
        arns = self.instance_arns()
        found = self.ecs.call("DescribeContainerInstances", cluster=self.cluster, containerInstances=arns)
        return found["containerInstances"][0]["agentConnected"]

    def restart_agent(self, while_down=lambda: None):
        self.agent.kill()
        wait_until(lambda: not self.agent_connected(), what="the loss of the agent's connection")
        while_down()
        self.agent.start()
        self.wait_for_agent()

    def running_task(self, definition="sleep360"):
        self.ecs.call("RegisterTaskDefinition", **SLEEP360)
        task = self.run_task(definition)[0]
        self.wait_for_task(task, "RUNNING")
        return task, containers(f"task-arn={task}", "running")[0]

    def tearDown(self):
        self.stop_tasks()

    def test_containers_are_adopted(self):
        before = self.instance_arns()
        task, container = self.running_task()
        started = docker("inspect", "--format", "{{.State.StartedAt}}", container)
        self.restart_agent()
        self.assertEqual(self.instance_arns(), before)
        self.assertEqual(docker("inspect", "--format", "{{.State.Running}} {{.State.StartedAt}}", container),
                         f"true {started}")
        self.assertEqual(containers(f"task-arn={task}"), [container], "a container was made twice")
        self.assertEqual(self.describe_task(task)["lastStatus"], "RUNNING")
        # Adopted means managed: the new agent can stop it.
        self.ecs.call("StopTask", cluster=self.cluster, task=task)
        self.wait_for_task(task, "STOPPED")
        self.assertEqual(containers(f"task-arn={task}", "running"), [])

    def test_an_end_while_the_agent_was_away_is_reported(self):
        task, container = self.running_task()
        self.restart_agent(lambda: docker("kill", container))
        stopped = self.wait_for_task(task, "STOPPED")
        self.assertEqual(stopped["containers"][0]["exitCode"], 137)

    def test_a_task_stopped_while_the_agent_was_away(self):
        task, container = self.running_task()
        self.restart_agent(lambda: self.ecs.call("StopTask", cluster=self.cluster, task=task))
        self.wait_for_task(task, "STOPPED")
        self.assertNotIn(container, containers(f"task-arn={task}", "running"))

    def test_orderly_stop_leaves_containers_alone(self):
        task, container = self.running_task()
        self.assertEqual(self.agent.stop(), 0)
        self.assertEqual(containers(f"task-arn={task}", "running"), [container])
        self.agent.start()
        self.wait_for_agent()
        self.assertEqual(self.describe_task(task)["lastStatus"], "RUNNING")


if __name__ == "__main__":
    unittest.main()
