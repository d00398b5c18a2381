"""Why a task stopped, as DescribeTasks tells it (guide: checking stopped tasks for errors), with real containers.

Method: one task for each way to fail; its stopCode, stoppedReason, and its container's reason and exit code.
"""

import unittest

from harness import AgentCase, containers, docker, free_port, wait_until


class Reasons(AgentCase):
    cluster = "reasons"

    def tearDown(self):
        self.stop_tasks()

    def run_one(self, family, beside=(), **container):
        """Registers and runs a task of one busybox container, and of those that are `beside` it; its ARN."""
        common = {"image": "busybox", "cpu": 10, "memory": 16, "essential": True}
        all_of_it = [{"name": "main", **common, **container}, *({**common, **one} for one in beside)]
        self.ecs.call("RegisterTaskDefinition", family=family, containerDefinitions=all_of_it)
        return self.run_task(family)[0]

    def stopped(self, arn):
        task = self.wait_for_task(arn, "STOPPED")
        return task, next(one for one in task["containers"] if one["name"] == "main")

    def test_essential_container_exited(self):
        task, container = self.stopped(self.run_one("exits", command=["sh", "-c", "exit 3"]))
        self.assertEqual((task["stopCode"], task["stoppedReason"]),
                         ("EssentialContainerExited", "Essential container in task exited"))
        self.assertEqual(container["exitCode"], 3)
        self.assertNotIn("reason", container)

    def test_missing_image(self):
        task, container = self.stopped(self.run_one("no-image", image="127.0.0.1:1/bogus-1"))
        self.assertEqual((task["stopCode"], task["stoppedReason"]), ("TaskFailedToStart", "Task failed to start"))
        self.assertRegex(container["reason"], r"^CannotPullContainerError: .")
        self.assertNotIn("exitCode", container)

    def test_missing_command(self):
        # It waits for a sidecar that runs, and is stopped for it.
        task, container = self.stopped(self.run_one(
            "no-command", [{"name": "sidecar", "command": ["sleep", "300"], "stopTimeout": 2}], command=["/nonexistent"],
            dependsOn=[{"containerName": "sidecar", "condition": "START"}]))
        self.assertEqual((task["stopCode"], task["stoppedReason"]), ("TaskFailedToStart", "Task failed to start"))
        self.assertEqual([one["exitCode"] for one in task["containers"] if one["name"] == "sidecar"], [137])
        self.assertRegex(container["reason"], r"^CannotStartContainerError: .*/nonexistent")
        self.assertNotIn("exitCode", container)

    def test_docker_refuses_the_container(self):
        # Known to Docker only.
        task, container = self.stopped(self.run_one("lost", workingDirectory="nowhere"))
        self.assertEqual(task["stopCode"], "TaskFailedToStart")
        self.assertRegex(container["reason"], r"^CannotCreateContainerError: .*working directory")

    def test_a_port_that_something_else_has(self):
        # Known to neither the agent nor the control plane: Docker says so when the container starts.
        port = free_port()
        foreign = docker("run", "-d", "-p", f"{port}:80", "busybox", "sleep", "300")
        self.addCleanup(docker, "rm", "-f", foreign)
        task, container = self.stopped(self.run_one(
            "taken", command=["sleep", "300"], portMappings=[{"containerPort": 80, "hostPort": port}]))
        self.assertEqual(task["stopCode"], "TaskFailedToStart")
        self.assertRegex(container["reason"], rf"^CannotStartContainerError: .*{port}")

    def test_a_failed_dependency_of_what_is_not_essential(self):
        # Only the one that waits in vain is not started, and says why.
        arn = self.run_one("optional", [
            {"name": "init", "command": ["sh", "-c", "exit 2"], "essential": False},
            {"name": "extra", "command": ["sleep", "300"], "essential": False,
             "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]}], command=["sleep", "300"])
        extra = {one["name"]: one for one in self.wait_for_task(arn, "RUNNING")["containers"]}["extra"]
        self.assertEqual((extra["lastStatus"], extra["exitCode"]), ("STOPPED", 143))
        self.assertRegex(extra["reason"], r"^CannotStartContainerError: dependency graph: failed to resolve container ordering "
                                          r"dependency \[init\(.*Exit: 2\] for target \[extra\(.* did not exit successfully\.$")
        self.assertEqual(len(containers(f"task-arn={arn}")), 2, "the container that waited has been made")

    def test_out_of_memory(self):
        # A text that doubles until the kernel says stop.
        arn = self.run_one("hungry", memory=8, command=["sh", "-c", "x=a; while :; do x=$x$x; done"])
        task, container = self.stopped(arn)
        self.assertEqual(task["stopCode"], "EssentialContainerExited")
        self.assertEqual(container["exitCode"], 137)
        self.assertEqual(container["reason"], "OutOfMemoryError: Container killed due to memory usage")

    def test_stopped_by_a_user(self):
        arn = self.run_one("nap", command=["sh", "-c", "trap 'exit 5' TERM; while :; do sleep 0.1; done"])
        self.wait_for_task(arn, "RUNNING")
        self.ecs.call("StopTask", cluster=self.cluster, task=arn, reason="lunch")
        task, container = self.stopped(arn)
        self.assertEqual((task["stopCode"], task["stoppedReason"]), ("UserInitiated", "lunch"))
        self.assertEqual(container["exitCode"], 5)

    def test_killed_behind_the_agents_back(self):
        arn = self.run_one("killed", command=["sleep", "300"])
        self.wait_for_task(arn, "RUNNING")
        docker("kill", containers(f"task-arn={arn}", "running")[0])
        task, container = self.stopped(arn)
        self.assertEqual((task["stopCode"], container["exitCode"]), ("EssentialContainerExited", 137))

    def test_a_container_that_vanished_while_the_agent_was_away(self):
        arn = self.run_one("vanished", command=["sleep", "300"])
        self.wait_for_task(arn, "RUNNING")
        self.agent.kill()
        docker("rm", "-f", containers(f"task-arn={arn}")[0])
        self.agent.start()
        self.wait_for_agent()
        _, container = self.stopped(arn)
        self.assertRegex(container["reason"], r"^ContainerVanishedError: ")

    def test_nobody_can_run_it(self):
        # Not a stopped task: the answer of RunTask says why there is none.
        self.ecs.call("RegisterTaskDefinition", family="huge", containerDefinitions=[
            {"name": "main", "image": "busybox", "cpu": 10, "memory": 10_000_000, "essential": True}])
        answer = self.ecs.call("RunTask", cluster=self.cluster, taskDefinition="huge")
        self.assertEqual(answer["tasks"], [])
        self.assertEqual([f["reason"] for f in answer["failures"]], ["RESOURCE:MEMORY"])


class ConfigurationEffects(AgentCase):
    """Variables whose effect shows outside: reserved ports and memory, attributes, metrics, the log."""

    cluster = "configured"
    agent_environment = {
        "ECS_RESERVED_PORTS": "[22, 80]", "ECS_RESERVED_PORTS_UDP": "[53, 123]", "ECS_RESERVED_MEMORY": "512",
        "ECS_INSTANCE_ATTRIBUTES": '{"stack": "prod"}', "ECS_DISABLE_PRIVILEGED": "true",
        "ECS_DISABLE_METRICS": "true", "ECS_LOGLEVEL": "error", "ECS_DYNAMIC_HOST_PORT_RANGE": "28000-28003"}

    def instance(self):
        return self.wait_for_agent()

    def test_reserved_ports_are_registered_and_refused(self):
        resources = {r["name"]: r for r in self.instance()["registeredResources"]}
        self.assertEqual(sorted(resources["PORTS"]["stringSetValue"]), ["22", "80"])
        self.assertEqual(sorted(resources["PORTS_UDP"]["stringSetValue"]), ["123", "53"])
        for protocol, port in (("tcp", 80), ("udp", 53)):
            self.ecs.call("RegisterTaskDefinition", family="wants-a-port", containerDefinitions=[
                {"name": "main", "image": "busybox", "cpu": 10, "memory": 10, "essential": True,
                 "portMappings": [{"containerPort": port, "hostPort": port, "protocol": protocol}]}])
            answer = self.ecs.call("RunTask", cluster=self.cluster, taskDefinition="wants-a-port")
            self.assertEqual(answer["tasks"], [])
            self.assertIn("RESOURCE:PORTS", answer["failures"][0]["reason"])

    def test_reserved_memory_is_not_registered(self):
        with open("/proc/meminfo", encoding="utf-8") as file:
            total_kib = next(int(line.split()[1]) for line in file if line.startswith("MemTotal:"))
        memory = next(r for r in self.instance()["registeredResources"] if r["name"] == "MEMORY")
        self.assertEqual(memory["integerValue"], total_kib // 1024 - 512)

    def test_every_dynamic_port_is_of_the_range(self):
        # Four ports, of which somebody else has one: enough for the first task only.
        foreign = docker("run", "-d", "-p", "28001:80", "busybox", "sleep", "300")
        self.addCleanup(docker, "rm", "-f", foreign)
        self.addCleanup(self.stop_tasks)
        self.ecs.call("RegisterTaskDefinition", family="ports", containerDefinitions=[
            {"name": "main", "image": "busybox", "memory": 10, "command": ["sh", "-c", "trap exit TERM; while :; do sleep 0.1; done"],
             "portMappings": [{"containerPort": 80}, {"containerPortRange": "90-91"}]}])
        [main] = self.wait_for_task(self.run_task("ports")[0], "RUNNING")["containers"]
        bindings = {b.get("containerPort") or b["containerPortRange"]: b for b in main["networkBindings"]}
        self.assertEqual((bindings[80]["hostPort"], bindings["90-91"]["hostPortRange"]), (28000, "28002-28003"))
        task = self.wait_for_task(self.run_task("ports")[0], "STOPPED")
        self.assertEqual(task["stopCode"], "TaskFailedToStart")
        self.assertEqual(task["containers"][0]["reason"],
                         "HostConfigError: error retrieving docker port map: a host port is unavailable: "
                         "no free port in ECS_DYNAMIC_HOST_PORT_RANGE 28000-28003")

    def test_attributes(self):
        attributes = {a["name"]: a.get("value") for a in self.instance()["attributes"]}
        self.assertEqual(attributes["stack"], "prod")
        self.assertNotIn("com.amazonaws.ecs.capability.privileged-container", attributes)

    def test_the_log_is_as_loud_as_it_was_told(self):
        wait_until(lambda: self.instance()["agentConnected"])
        self.assertEqual([line for line in self.agent.process.lines if "level=info" in line or "level=debug" in line], [])


if __name__ == "__main__":
    unittest.main()
