"""Services over three container instances in three zones, with real engines, links that break and hosts that die.

Method: `berth up --instances 3`; the API says what should be, `docker ps` on each engine what is. Bounds are checked at
every state that DescribeServices shows while a change is under way: it reads one durable state, so none is half of two.
"""

import threading
import time
import unittest

from harness import wait_until
from multi import SLEEPER, InstancesCase

GRACE_SECONDS = 5
# What the control plane promises after the grace, and how long it may take to miss an agent whose link just went dead.
REPLACED_SECONDS = 10
NOTICED_SECONDS = 90


class Watcher:
    """Reads a service again and again and keeps the extremes of its counts."""

    def __init__(self, case, name):
        self.case, self.name = case, name
        self.running_min, self.started_max, self.states = 10**6, 0, 0
        self.stopped = threading.Event()
        self.error = None
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        client = self.case.berth.client()
        try:
            while not self.stopped.is_set():
                service = client.call("DescribeServices", services=[self.name])["services"][0]
                self.states += 1
                self.running_min = min(self.running_min, service["runningCount"])
                self.started_max = max(self.started_max, service["runningCount"] + service["pendingCount"])
        except Exception as error:  # Shown by __exit__: an exception of a thread is seen by nobody.
            self.error = error
        finally:
            client.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join(30)
        if self.error:
            raise self.error


class ThreeZones(InstancesCase):
    environment = {"BERTH_INSTANCE_GRACE": f"{GRACE_SECONDS}s"}

    def setUp(self):
        self.berth.up()  # Whatever the test before broke.

    def wait_stable(self, name):
        """The AWS CLI's own idea of a stable service."""
        self.berth.aws("ecs", "wait", "services-stable", "--services", name)

    def task_arns(self, name):
        return sorted(self.call("ListTasks", serviceName=name, desiredStatus="RUNNING")["taskArns"])

    def nothing_runs_twice(self, name, count):
        """The containers that run are those of the service's tasks, one each."""
        wait_until(lambda: sorted(self.running_tasks()) == self.task_arns(name), 40, "containers and tasks to agree")
        self.assertEqual(len(self.task_arns(name)), count)

    def test_nine_spread_and_survive_the_loss_of_a_host(self):
        self.create("nine", 9)
        self.addCleanup(self.remove, "nine")
        self.wait_stable("nine")
        self.assertEqual(self.spread("nine"), {"us-east-1a": 3, "us-east-1b": 3, "us-east-1c": 3})
        lost = self.instances[1]
        was = self.task_arns("nine")
        lost.kill("berth-agent", "dockerd")
        self.wait_replaced("nine", was, GRACE_SECONDS)
        self.berth.up()
        wait_until(lambda: self.container_instance(lost)["agentConnected"], 30, "the agent of the host that came back")
        self.nothing_runs_twice("nine", 9)

    def wait_replaced(self, name, was, notice_seconds):
        """Nine tasks run again, none of them on the lost host, in time."""
        began = time.monotonic()

        def replaced():
            service, now = self.service(name), self.task_arns(name)
            return service["runningCount"] == 9 and len(set(now) - set(was)) == 3
        wait_until(replaced, notice_seconds + REPLACED_SECONDS, f"{name} running elsewhere")
        self.assertGreater(time.monotonic() - began, GRACE_SECONDS - 1, "replaced before the grace was over")

    def test_a_cut_link_runs_nothing_twice(self):
        self.create("cut", 9)
        self.addCleanup(self.remove, "cut")
        self.wait_stable("cut")
        lost, was = self.instances[2], self.task_arns("cut")
        lost.set_link("down")
        self.addCleanup(lost.set_link, "up")
        wait_until(lambda: not self.container_instance(lost)["agentConnected"], NOTICED_SECONDS, "the loss to be noticed")
        self.wait_replaced("cut", was, GRACE_SECONDS)
        stale = lost.tasks()
        self.assertEqual(len(stale), 3, "the containers behind the cut link run on")
        lost.set_link("up")
        wait_until(lambda: not lost.tasks(), 90, "the stale containers to be stopped")
        self.nothing_runs_twice("cut", 9)

    def test_draining_empties_without_a_dip(self):
        self.create("drained", 6)
        self.addCleanup(self.remove, "drained")
        self.wait_stable("drained")
        leaving = self.instances[0]
        arn = self.container_instance(leaving)["containerInstanceArn"]
        self.assertEqual(len(leaving.tasks()), 2)
        with Watcher(self, "drained") as watched:
            self.call("UpdateContainerInstancesState", containerInstances=[arn], status="DRAINING")
            self.addCleanup(self.call, "UpdateContainerInstancesState", containerInstances=[arn], status="ACTIVE")
            wait_until(lambda: not leaving.tasks(), 90, "the draining instance to be empty")
            self.stable("drained", 6)
        self.assertGreaterEqual(watched.running_min, 6, f"of {watched.states} states")
        self.assertLessEqual(watched.started_max, 12)
        self.assertEqual(self.spread("drained"), {"us-east-1b": 3, "us-east-1c": 3})
        self.nothing_runs_twice("drained", 6)

    def test_the_fourth_of_a_fixed_port_is_explained(self):
        port = dict(SLEEPER, portMappings=[{"containerPort": 80, "hostPort": 80}])
        self.create("fixed", 4, port)
        self.addCleanup(self.remove, "fixed")
        wait_until(lambda: self.service("fixed")["runningCount"] == 3, 60, "three of four")

        def explained():
            return [text for text in self.events("fixed") if "was unable to place a task" in text]
        text = wait_until(explained, 30, "the event about the fourth")[0]
        self.assertRegex(text, "(?i)port")
        self.assertEqual(self.spread("fixed"), {"us-east-1a": 1, "us-east-1b": 1, "us-east-1c": 1})
        self.assertEqual(self.service("fixed")["runningCount"], 3)
        # Told once, not at every turn.
        self.assertLessEqual(len(explained()), 2)
        self.call("UpdateService", service="fixed", desiredCount=3)
        self.wait_stable("fixed")

    def test_a_rolling_update_keeps_its_bounds(self):
        self.create("roller", 10, deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 150})
        self.addCleanup(self.remove, "roller")
        self.wait_stable("roller")
        new = self.call("RegisterTaskDefinition", family="roller", containerDefinitions=[dict(SLEEPER, cpu=11)])
        revision = new["taskDefinition"]["taskDefinitionArn"]
        with Watcher(self, "roller") as watched:
            self.call("UpdateService", service="roller", taskDefinition=revision)
            self.wait_stable("roller")
        self.assertGreater(watched.states, 50)
        self.assertGreaterEqual(watched.running_min, 5, f"of {watched.states} states")
        self.assertLessEqual(watched.started_max, 15, f"of {watched.states} states")
        tasks = self.call("DescribeTasks", tasks=self.task_arns("roller"))["tasks"]
        self.assertEqual({task["taskDefinitionArn"] for task in tasks}, {revision})
        self.nothing_runs_twice("roller", 10)

    def test_a_broken_image_rolls_back(self):
        circuit_breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
        good = self.create("broken", 3, deploymentConfiguration=circuit_breaker)
        self.addCleanup(self.remove, "broken")
        # A rollback goes to what was completed; a deployment is, a second after it is stable.
        wait_until(lambda: self.service("broken")["deployments"][0]["rolloutState"] == "COMPLETED", 30, "completion")
        bad = self.call("RegisterTaskDefinition", family="broken",
                        containerDefinitions=[dict(SLEEPER, image="127.0.0.1:9/no-such-image:1")])
        with Watcher(self, "broken") as watched:
            self.call("UpdateService", service="broken", taskDefinition=bad["taskDefinition"]["taskDefinitionArn"])

            def rolled_back():
                service = self.service("broken")
                return service["taskDefinition"] == good and len(service["deployments"]) == 1
            wait_until(rolled_back, 180, "the rollback")
            self.wait_stable("broken")
        self.assertEqual(watched.running_min, 3, "the good tasks run through it all")
        self.assertTrue(any("rolling back" in text for text in self.events("broken")), self.events("broken"))
        deployments = self.call("ListServiceDeployments", service="broken")["serviceDeployments"]
        self.assertIn("ROLLBACK_SUCCESSFUL", [d["status"] for d in deployments])
        self.nothing_runs_twice("broken", 3)

    def test_the_waiter_gives_up_on_what_is_not_there(self):
        run = self.berth.run("aws", "ecs", "wait", "services-stable", "--services", "nobody", timeout=60)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("MISSING", run.stderr)


if __name__ == "__main__":
    unittest.main()
