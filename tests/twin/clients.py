"""Clients of the twin: each owns a service and some tasks, repeats what was not answered, and checks what it is told."""

import http.client
import random
import threading
import time

from sigv4 import ApiError

CLUSTER = "default"
RETRY_SECONDS = 0.2
OWN_TASKS_MAX = 6
STOPS = "trap 'exit 143' TERM; while :; do sleep 1 & wait $!; done"
PROGRAMS = {"app": STOPS, "job": "sleep 3", "fail": "sleep 1; exit 1", "deaf": "trap '' TERM; while :; do sleep 1; done"}


def definition(family):
    return {"family": family, "containerDefinitions": [{
        "name": "main", "image": "busybox", "cpu": 10, "memory": 8, "essential": True, "stopTimeout": 3,
        "command": ["sh", "-c", PROGRAMS[family]]}]}


class Client(threading.Thread):
    def __init__(self, plane, number, seed, broken):
        super().__init__(daemon=True)
        self.api, self.number, self.broken = plane.client(), number, broken
        self.random = random.Random(f"{seed}/client/{number}")
        self.service, self.has_service = f"svc-{number}", False
        self.tasks, self.requests, self.asked = [], 0, 0
        self.ending = threading.Event()

    def insist(self, operation, **parameters):
        """Repeats until there is an answer that is none of "try again"; raises what the API refuses."""
        deadline = time.monotonic() + 120
        while True:
            self.asked += 1
            try:
                return self.api.call(operation, cluster=CLUSTER, **parameters)
            except (OSError, http.client.HTTPException):
                self.api.close()
            except ApiError as error:
                if error.status < 500:
                    raise
            if time.monotonic() > deadline:
                raise AssertionError(f"{operation} was not answered for two minutes")
            time.sleep(RETRY_SECONDS)

    def run(self):
        try:
            while not self.ending.wait(self.random.uniform(0, 1.5)):
                getattr(self, self.random.choice(
                    ["run_task"] * 3 + ["stop_task"] * 2 + ["scale"] * 2 + ["deploy", "describe"]))()
            self.finish()
        except (AssertionError, ApiError) as error:
            self.broken.add("answers", f"client {self.number}: {error}")

    def run_task(self):
        if len(self.tasks) >= OWN_TASKS_MAX:
            return self.stop_task()
        self.requests += 1
        count = self.random.randint(1, 2)
        request = {"taskDefinition": self.random.choice(["app", "app", "job", "fail", "deaf"]), "count": count,
                   "startedBy": f"twin-{self.number}-{self.requests}:{count}",
                   "clientToken": f"token-{self.number}-{self.requests}"}
        first = sorted(t["taskArn"] for t in self.insist("RunTask", **request)["tasks"])
        self.tasks += first
        if self.random.random() < 0.3 and first:
            again = sorted(t["taskArn"] for t in self.insist("RunTask", **request)["tasks"])
            if again != first:
                self.broken.add("token-once", f"a repeated RunTask answered {again}, not {first}")

    def stop_task(self):
        if not self.tasks:
            return
        arn = self.tasks.pop(self.random.randrange(len(self.tasks)))
        self.insist("StopTask", task=arn)
        found = self.insist("DescribeTasks", tasks=[arn])["tasks"]
        if not found or found[0]["desiredStatus"] != "STOPPED":
            self.broken.add("acknowledged", f"StopTask of {arn} was answered and it is still wanted")

    def describe(self):
        if not self.tasks:
            return
        arn = self.random.choice(self.tasks)
        if not self.insist("DescribeTasks", tasks=[arn])["tasks"]:
            self.broken.add("lost", f"{arn} was run and is not found")

    def ensure_service(self):
        if self.has_service:
            return
        try:
            self.insist("CreateService", serviceName=self.service, taskDefinition="app", desiredCount=1,
                        deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 200})
        except ApiError as error:
            if error.code != "InvalidParameterException":  # An earlier try whose answer was lost has made it.
                raise
        self.has_service = True

    def scale(self):
        self.ensure_service()
        count = self.random.randint(1, 4)
        self.insist("UpdateService", service=self.service, desiredCount=count)
        shown = self.insist("DescribeServices", services=[self.service])["services"][0]["desiredCount"]
        if shown != count:
            self.broken.add("acknowledged", f"{self.service} was set to {count} and shows {shown}")

    def deploy(self):
        self.ensure_service()
        self.insist("UpdateService", service=self.service, taskDefinition=self.random.choice(["app", "deaf", "job"]))

    def finish(self):
        self.ensure_service()
        self.insist("UpdateService", service=self.service, taskDefinition="app", desiredCount=2)
