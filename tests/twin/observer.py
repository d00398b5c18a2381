"""Follows the twin's cluster from outside: every task over the API, every container in Docker."""

import http.client
import threading

from harness import docker
from sigv4 import ApiError

CLUSTER = "default"
LOOK_SECONDS = 0.3
STAGES = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"]
FIXED = ["taskDefinitionArn", "containerInstanceArn", "group", "startedBy", "createdAt", "cpu", "memory"]


def chunks(items, size):
    return [items[i:i + size] for i in range(0, len(items), size)]


def all_tasks(api):
    arns = []
    for desired in ("RUNNING", "STOPPED"):
        token = {}
        while True:
            page = api.call("ListTasks", cluster=CLUSTER, desiredStatus=desired, **token)
            arns += page["taskArns"]
            if not page.get("nextToken"):
                break
            token = {"nextToken": page["nextToken"]}
    tasks = []
    for some in chunks(arns, 100):
        tasks += api.call("DescribeTasks", cluster=CLUSTER, tasks=some)["tasks"]
    return {task["taskArn"]: task for task in tasks}


def our_containers(account):
    """Containers of this account's tasks: id -> (task ARN, container name, state)."""
    shape = "\t".join(['{{.ID}}', '{{.Label "com.amazonaws.ecs.task-arn"}}',
                       '{{.Label "com.amazonaws.ecs.container-name"}}', '{{.State}}'])
    lines = docker("ps", "-a", "--no-trunc", "--filter", "label=com.amazonaws.ecs.task-arn", "--format", shape)
    found = {}
    for line in lines.splitlines():
        identity, arn, name, state = line.split("\t")
        if f":{account}:" in arn:
            found[identity] = (arn, name, state)
    return found


class Observer(threading.Thread):
    def __init__(self, plane, broken):
        super().__init__(daemon=True)
        self.plane, self.api, self.broken = plane, plane.client(), broken
        self.known, self.first_container, self.started_by = {}, {}, {}
        self.looks = 0
        self.ending = threading.Event()

    def run(self):
        while not self.ending.wait(LOOK_SECONDS):
            self.look_at_docker()
            try:
                self.look_at_tasks(all_tasks(self.api))
                self.look_at_instances()
            except (OSError, http.client.HTTPException):
                self.api.close()
            except ApiError as error:
                if error.status < 500:
                    self.broken.add("answers", f"the observer was refused: {error}")

    def look_at_docker(self):
        try:
            found = our_containers(self.plane.account)
        except AssertionError:  # A container vanished while docker looked at it.
            return
        for identity, (arn, name, _) in found.items():
            first = self.first_container.setdefault((arn, name), identity)
            if first != identity:
                self.broken.add("one-container", f"{arn} {name} has a second container, {identity[:12]}")

    def look_at_tasks(self, tasks):
        self.looks += 1
        for arn, task in tasks.items():
            before = self.known.get(arn)
            if before:
                self.compare(arn, before, task)
            else:
                self.count(arn, task)
            if task["lastStatus"] == "STOPPED":
                if not task.get("stoppedReason") or not task.get("stoppedAt") or task["desiredStatus"] != "STOPPED":
                    self.broken.add("stopped-reason", f"{arn} does not say why or when it stopped, or is wanted")
            if task["lastStatus"] == "RUNNING" and not task.get("startedAt"):
                self.broken.add("times", f"{arn} is RUNNING and does not say since when")
            self.known[arn] = task

    def compare(self, arn, before, task):
        if STAGES.index(task["lastStatus"]) < STAGES.index(before["lastStatus"]):
            self.broken.add("status-forward", f"{arn} went from {before['lastStatus']} to {task['lastStatus']}")
        if before["desiredStatus"] == "STOPPED" and task["desiredStatus"] != "STOPPED":
            self.broken.add("desired-forward", f"{arn} is wanted again after a stop")
        if any(before.get(member) != task.get(member) for member in FIXED):
            self.broken.add("immutable", f"{arn} is not the task that it was")

    def count(self, arn, task):
        starter = task.get("startedBy", "")
        if not starter.startswith("twin-"):
            return
        arns = self.started_by.setdefault(starter, set())
        arns.add(arn)
        if len(arns) > int(starter.rsplit(":", 1)[1]):
            self.broken.add("count-once", f"more tasks than asked for were started for {starter}")

    def look_at_instances(self):
        arns = self.api.call("ListContainerInstances", cluster=CLUSTER)["containerInstanceArns"]
        if not arns:
            return
        for instance in self.api.call("DescribeContainerInstances", cluster=CLUSTER,
                                      containerInstances=arns)["containerInstances"]:
            for resource in instance["remainingResources"]:
                if resource["name"] in ("CPU", "MEMORY") and resource["integerValue"] < 0:
                    self.broken.add("over-commit", f"{instance['containerInstanceArn']} has {resource}")

    def unsettled(self):
        """What is not as it should be when nothing fails and nobody asks for anything; one line each."""
        try:
            return self._unsettled()
        except (OSError, http.client.HTTPException, ApiError, AssertionError) as error:
            self.api.close()
            return [f"no answer: {error}"]

    def _unsettled(self):
        tasks, waits = all_tasks(self.api), []
        self.look_at_tasks(tasks)
        live = {arn for arn, task in tasks.items() if task["lastStatus"] != "STOPPED"}
        running = {arn for arn in live if tasks[arn]["lastStatus"] == "RUNNING"
                   and tasks[arn]["desiredStatus"] == "RUNNING"}
        waits += [f"{arn} is {tasks[arn]['lastStatus']}, wanted {tasks[arn]['desiredStatus']}" for arn in live - running]
        there = {arn for arn, _, state in our_containers(self.plane.account).values() if state == "running"}
        waits += [f"{arn} is RUNNING and has no container" for arn in running - there]
        waits += [f"a container of {arn} runs, the task does not" for arn in there - live]
        names = self.api.call("ListServices", cluster=CLUSTER)["serviceArns"]
        services = self.api.call("DescribeServices", cluster=CLUSTER, services=names)["services"] if names else []
        for service in services:
            if service["runningCount"] != service["desiredCount"] or len(service["deployments"]) != 1:
                waits.append(f"{service['serviceName']} runs {service['runningCount']} of {service['desiredCount']}")
        return waits + self.instance_waits(tasks, live)

    def instance_waits(self, tasks, live):
        arns, waits = self.api.call("ListContainerInstances", cluster=CLUSTER)["containerInstanceArns"], []
        for instance in self.api.call("DescribeContainerInstances", cluster=CLUSTER,
                                      containerInstances=arns)["containerInstances"]:
            arn = instance["containerInstanceArn"]
            if not instance["agentConnected"]:
                waits.append(f"{arn} is not connected")
            here = [tasks[t] for t in live if tasks[t].get("containerInstanceArn") == arn]
            used = sum(int(c["memory"]) for t in here for c in t["containers"])
            registered = {r["name"]: r.get("integerValue") for r in instance["registeredResources"]}
            remaining = {r["name"]: r.get("integerValue") for r in instance["remainingResources"]}
            if registered["MEMORY"] - remaining["MEMORY"] != used:
                waits.append(f"{arn} has given out {registered['MEMORY'] - remaining['MEMORY']} MiB, tasks hold {used}")
        return waits
