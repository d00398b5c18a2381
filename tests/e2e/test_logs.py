"""Logs end to end: what a container writes is in CloudWatch Logs of Berth and in `berth logs`.

Method: real containers with awslogs and without any logConfiguration; the AWS CLI of Debian and `berth` read. The control
plane and the agent are killed while a container writes: no line may be missing, none may be there twice.
"""

import json
import os
import subprocess
import unittest

from harness import BIN, AgentCase, wait_until


def awslogs(group, **more):
    return {"logDriver": "awslogs", "options": {"awslogs-group": group, "awslogs-region": "us-east-1",
                                                "awslogs-stream-prefix": "app", "awslogs-create-group": "true",
                                                **{f"awslogs-{key.replace('_', '-')}": value for key, value in more.items()}}}


class Logs(AgentCase):
    def berth(self, *arguments):
        run = subprocess.run([os.path.join(BIN, "berth"), "--data-dir", self.plane.data_dir, "--port", str(self.plane.port),
                              *arguments], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    def start(self, family, script, **container):
        self.plane.aws("ecs", "register-task-definition", "--family", family, "--container-definitions", json.dumps(
            [{"name": "main", "image": "busybox", "memory": 32, "command": ["sh", "-c", script], **container}]))
        return self.run_task(family)[0]

    def lines(self, group, stream):
        try:
            return [event["message"] for event in self.plane.aws("logs", "filter-log-events", "--log-group-name", group,
                                                                 "--log-stream-name-prefix", stream)["events"]]
        except AssertionError as error:  # The group is made by the first line.
            self.assertIn("ResourceNotFoundException", str(error))
            return []

    def test_a_task_that_prints_and_dies(self):
        arn = self.start("dies", "echo one; echo ERROR two >&2; echo three; exit 3",
                         logConfiguration=awslogs("/e2e/dies"))
        task_id = arn.rsplit("/", 1)[-1]
        self.wait_for_task(arn, "STOPPED")
        stream = f"app/main/{task_id}"
        wait_until(lambda: len(self.lines("/e2e/dies", stream)) == 3, what="the three lines")
        groups = self.plane.aws("logs", "describe-log-groups", "--log-group-name-prefix", "/e2e/")["logGroups"]
        self.assertEqual([group["logGroupName"] for group in groups], ["/e2e/dies"])
        events = self.plane.aws("logs", "get-log-events", "--log-group-name", "/e2e/dies", "--log-stream-name", stream)
        self.assertEqual(sorted(event["message"] for event in events["events"]), ["ERROR two", "one", "three"])
        found = self.plane.aws("logs", "filter-log-events", "--log-group-name", "/e2e/dies", "--filter-pattern", "ERROR")
        self.assertEqual([event["message"] for event in found["events"]], ["ERROR two"])
        self.assertEqual(sorted(self.berth("logs", task_id[:12]).splitlines()), ["ERROR two", "one", "three"])
        self.assertEqual(len(self.berth("logs", arn, "--since", "10m", "-f").splitlines()), 3, "it ends with the task")
        tail = self.plane.aws_run("logs", "tail", "/e2e/dies")
        if tail.returncode == 0:  # Version 1 of the AWS CLI has no such command.
            self.assertIn("ERROR two", tail.stdout)

    def test_without_log_configuration_and_of_a_service(self):
        self.plane.aws("ecs", "register-task-definition", "--family", "plain", "--container-definitions",
                       '[{"name":"main","image":"busybox","memory":32,"command":["sh","-c","echo plain words; sleep 360"]}]')
        self.ecs.call("CreateService", serviceName="plain", taskDefinition="plain", desiredCount=1)
        wait_until(lambda: "plain words" in self.berth("logs", "plain"), what="the service's line")
        self.ecs.call("DeleteService", service="plain", force=True)

    def test_several_lines_are_one_event(self):
        arn = self.start("multi", "printf 'INFO a\\n  at b\\nINFO c\\n'",
                         logConfiguration=awslogs("/e2e/multi", multiline_pattern="^INFO"))
        stream = f"app/main/{arn.rsplit('/', 1)[-1]}"
        wait_until(lambda: self.lines("/e2e/multi", stream) == ["INFO a\n  at b", "INFO c"], what="two events")

    def test_nothing_is_lost_or_doubled_when_both_sides_are_killed(self):
        arn = self.start("steady", "i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); sleep 0.03; done",
                         logConfiguration=awslogs("/e2e/steady"))
        stream = f"app/main/{arn.rsplit('/', 1)[-1]}"
        wait_until(lambda: len(self.lines("/e2e/steady", stream)) > 20, what="some lines")
        self.plane.kill()
        self.plane.start()
        wait_until(lambda: len(self.lines("/e2e/steady", stream)) > 100, what="more lines after the control plane's death")
        self.agent.kill()
        self.agent.start()
        wait_until(lambda: len(self.lines("/e2e/steady", stream)) >= 400, what="all lines")
        self.assertEqual(self.lines("/e2e/steady", stream), [f"line {i}" for i in range(400)])


if __name__ == "__main__":
    unittest.main()
