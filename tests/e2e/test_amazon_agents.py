"""The Amazon ECS agents of 2015 (1.4.0) and 2024 (1.83.0) at Berth's gateway, replayed on the wire.

Method: tests/e2e/amazon_agents.py sends what those agents send, over real sockets with TLS where they insist on it, and the
tests look at what arrives there and at what the API then shows. No Docker.
"""

import json
import unittest

from amazon_agents import Agent2015, Agent2024
from harness import ControlPlaneCase, wait_until
from websocket import Closed, Refused

WEB = {"name": "web_1", "image": "busybox", "cpu": 10, "memory": 64, "essential": True, "command": ["sleep", "30"],
       "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
       "portMappings": [{"containerPort": 80, "hostPort": 0}],
       "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch"}]}
BINDINGS = [{"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 32768, "protocol": "tcp"}]


class Replay:
    """The tests that hold for both generations. `agent_type` says which."""

    flags = ("--test-reset",)

    def setUp(self):
        super().setUp()
        self.ecs.raw("POST", "/_berth/reset", {}, b"")
        self.agent = self.agent_type(self.plane)
        self.addCleanup(self.agent.api.close)
        self.addCleanup(self.agent.crash)

    def define(self, **more):
        self.succeeds("RegisterTaskDefinition", family="fam", volumes=[{"name": "scratch"}],
                      containerDefinitions=[{**WEB, **more}])

    def join(self):
        self.agent.register()
        self.agent.connect()
        self.define()

    def run_one(self, **more):
        answer = self.succeeds("RunTask", taskDefinition="fam", **more)
        self.assertEqual(answer["failures"], [])
        return answer["tasks"][0]["taskArn"]

    def task(self, arn):
        return self.succeeds("DescribeTasks", tasks=[arn])["tasks"][0]

    def delivered(self, arn):
        """The next payload, acknowledged, and its only task, which must be `arn`."""
        payload = self.agent.payload()
        self.assertEqual([task["arn"] for task in payload["tasks"]], [arn])
        self.agent.acknowledge(payload)
        return payload["tasks"][0]

    def report_running(self, arn):
        raise NotImplementedError

    def report_stopped(self, arn, exit_code):
        raise NotImplementedError

    # Joining.

    def test_an_agent_without_a_cluster_makes_the_default_one(self):
        instance = self.agent.register()
        self.assertEqual(instance["status"], "ACTIVE")
        self.assertEqual(self.succeeds("ListClusters")["clusterArns"],
                         [f"arn:aws:ecs:us-east-1:{self.plane.account}:cluster/default"])
        remaining = {each["name"]: each for each in instance["remainingResources"]}
        self.assertEqual(remaining["PORTS"]["stringSetValue"], self.agent.reserved_ports)

    def test_versions_show_and_connection_counts(self):
        self.join()
        found = self.succeeds("DescribeContainerInstances", containerInstances=[self.agent.arn])["containerInstances"][0]
        self.assertTrue(found["agentConnected"])
        self.assertEqual(found["versionInfo"], {"agentVersion": self.agent.version, "agentHash": self.agent.agent_hash,
                                                "dockerVersion": "DockerVersion: 20.10.24+dfsg1"})

    # A task.

    def test_a_task_arrives_as_this_generation_reads_it(self):
        self.join()
        arn = self.run_one(overrides={"containerOverrides": [{"name": "web_1", "command": ["sleep", "5"], "environment": [
            {"name": "B", "value": "over"}, {"name": "C", "value": "3"}]}]})
        task = self.delivered(arn)
        self.assertEqual((task["family"], task["version"], task["desiredStatus"], task["overrides"]),
                         ("fam", "1", "RUNNING", "{}"))
        self.assertEqual(task["volumes"][0]["name"], "scratch")
        self.assertEqual(task["volumes"][0]["host"], {})  # Agents of 2015 refuse a volume without it.
        container = task["containers"][0]
        self.assertEqual((container["name"], container["image"], container["cpu"], container["memory"],
                          container["essential"]), ("web_1", "busybox", 10, 64, True))
        self.assertEqual(container["environment"], {"A": "1", "B": "over", "C": "3"})
        self.assertEqual(container["portMappings"], [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}])
        self.assertEqual(container["mountPoints"],
                         [{"sourceVolume": "scratch", "containerPath": "/scratch", "readOnly": False}])
        self.assertEqual((container["entryPoint"], container["links"], container["volumesFrom"]), ([], [], []))
        self.assertEqual(json.loads(container["overrides"]), {"command": ["sleep", "5"]})
        self.assertIsInstance(container["dockerConfig"]["config"], str)
        self.assertIsInstance(container["dockerConfig"]["hostConfig"], str)

    def test_running_and_stopped(self):
        self.join()
        arn = self.run_one()
        self.delivered(arn)
        self.report_running(arn)
        task = self.task(arn)
        self.assertEqual((task["lastStatus"], task["containers"][0]["lastStatus"]), ("RUNNING", "RUNNING"))
        self.assertEqual(task["containers"][0]["networkBindings"], BINDINGS)
        self.report_stopped(arn, 3)
        task = self.task(arn)
        self.assertEqual((task["lastStatus"], task["containers"][0]["exitCode"], task["stopCode"], task["stoppedReason"]),
                         ("STOPPED", 3, "EssentialContainerExited", "Essential container in task exited"))

    def test_reports_may_come_twice(self):
        self.join()
        arn = self.run_one()
        self.delivered(arn)
        self.report_running(arn)
        self.report_running(arn)
        self.report_stopped(arn, 0)
        self.report_stopped(arn, 0)
        self.report_running(arn)  # Late, and out of order.
        self.assertEqual(self.task(arn)["lastStatus"], "STOPPED")

    def test_a_stop_arrives_with_a_later_number(self):
        self.join()
        arn = self.run_one()
        first = self.agent.payload()
        self.agent.acknowledge(first)
        self.report_running(arn)
        self.succeeds("StopTask", task=arn, reason="enough")
        second = self.agent.payload()
        self.assertEqual([(task["arn"], task["desiredStatus"]) for task in second["tasks"]], [(arn, "STOPPED")])
        self.assertGreater(second["seqNum"], first["seqNum"])
        self.agent.acknowledge(second)
        self.report_stopped(arn, 0)
        self.assertEqual((self.task(arn)["lastStatus"], self.task(arn)["stoppedReason"]), ("STOPPED", "enough"))

    def test_an_invalid_task_is_reported_and_not_sent_again(self):
        self.join()
        arn = self.run_one()
        self.agent.payload()  # Not acknowledged: that is what agents do with a payload that they cannot read.
        self.agent.task_state(arn, "STOPPED", reason="UnrecogniedTaskError: Error loading task - no")
        task = self.task(arn)
        self.assertEqual(task["lastStatus"], "STOPPED")
        self.assertIn("UnrecogniedTaskError", task["stoppedReason"])
        other = self.run_one()
        payload = self.agent.payload()
        while [task["arn"] for task in payload["tasks"]] != [other]:
            self.assertNotIn("RUNNING", [task["desiredStatus"] for task in payload["tasks"] if task["arn"] == arn])
            payload = self.agent.payload()

    # Coming back.

    def test_a_restart_keeps_the_arn_and_the_tasks(self):
        self.join()
        arn, before = self.run_one(), self.agent.arn
        self.delivered(arn)
        self.report_running(arn)
        self.agent.crash()
        self.agent.register()
        self.assertEqual(self.agent.arn, before)
        self.agent.connect()
        second = self.run_one()
        payload = self.agent.payload()
        self.assertEqual([task["arn"] for task in payload["tasks"] if task["arn"] != arn], [second])
        self.assertEqual(self.task(arn)["lastStatus"], "RUNNING")

    def test_what_was_not_acknowledged_comes_again_with_a_higher_number(self):
        self.join()
        arn = self.run_one()
        first = self.agent.payload()
        self.agent.crash()
        self.agent.register()
        self.agent.connect()
        again = self.agent.payload()
        self.assertEqual([task["arn"] for task in again["tasks"]], [arn])
        self.assertGreater(again["seqNum"], first["seqNum"])

    def test_a_second_socket_replaces_the_first(self):
        self.join()
        old = self.agent.acs
        self.agent.connect()
        with self.assertRaises((Closed, ConnectionError)):
            while True:
                old.receive()
        arn = self.run_one()
        self.delivered(arn)

    def test_after_a_deregistration_the_socket_is_closed_and_refused(self):
        self.join()
        self.succeeds("DeregisterContainerInstance", containerInstance=self.agent.arn, force=True)
        with self.assertRaises((Closed, ConnectionError)):
            while True:
                self.agent.acs.receive()
        endpoint = f"http://127.0.0.1:{self.plane.port}/acs/"
        with self.assertRaises(Refused) as refused:
            self.agent.open(endpoint, self.agent.control_query())
        self.assertEqual(refused.exception.status, 400)
        self.assertIn("InactiveInstanceException", json.loads(refused.exception.body))

    def test_a_restarted_control_plane_is_found_again(self):
        self.join()
        arn = self.run_one()
        payload = self.agent.payload()
        self.agent.acknowledge(payload)
        self.report_running(arn)
        self.plane.kill()
        self.plane.start()
        self.addCleanup(self.ecs.close)
        self.ecs.close()
        self.agent.api.close()
        self.agent.connect()
        other = wait_until(lambda: self.succeeds("RunTask", taskDefinition="fam")["tasks"], what="a task")[0]["taskArn"]
        again = self.agent.payload()
        self.assertGreater(again["seqNum"], payload["seqNum"])
        self.assertEqual([task["arn"] for task in again["tasks"]], [other])
        self.assertEqual(self.task(arn)["lastStatus"], "RUNNING")


class AgentOf2015(Replay, ControlPlaneCase):
    agent_type = Agent2015

    def report_running(self, arn):
        # With a stale exit code, and with the error of a pull that was not needed.
        self.agent.container_state(arn, "web_1", "RUNNING", exitCode=0, networkBindings=BINDINGS,
                                   reason="CannotPullContainerError: API error (500): no\n")
        self.agent.task_state(arn, "RUNNING")

    def report_stopped(self, arn, exit_code):
        self.agent.container_state(arn, "web_1", "STOPPED", exitCode=exit_code, networkBindings=BINDINGS)
        self.agent.task_state(arn, "STOPPED")

    def test_it_finds_room_although_it_tells_of_no_capability(self):
        self.agent.register()
        self.agent.connect()
        self.define(privileged=True, logConfiguration={"logDriver": "json-file"})
        self.delivered(self.run_one())


class AgentOf2024(Replay, ControlPlaneCase):
    agent_type = Agent2024

    def report_running(self, arn):
        self.agent.task_state(arn, "RUNNING", pullStartedAt=1795218147.269, pullStoppedAt=1795218161.13, containers=[
            {"containerName": "web_1", "runtimeId": "e" * 64, "status": "RUNNING", "networkBindings": BINDINGS,
             "imageDigest": "sha256:" + "a" * 64}])

    def report_stopped(self, arn, exit_code):
        self.agent.task_state(arn, "STOPPED", executionStoppedAt=1795218036.142, containers=[
            {"containerName": "web_1", "runtimeId": "e" * 64, "status": "STOPPED", "exitCode": exit_code}])

    def test_over_tls_the_certificate_names_address_and_port(self):
        """At a port other than 443 this generation takes "127.0.0.1:PORT" for the server's name."""
        self.agent.register()
        self.agent.acs = self.agent.open(f"https://127.0.0.1:{self.plane.port}/acs/", self.agent.control_query())
        self.define()
        self.delivered(self.run_one())

    def test_pending_tells_of_the_image_and_moves_nothing_back(self):
        self.join()
        arn = self.run_one()
        self.delivered(arn)
        pending = {"containers": [{"containerName": "web_1", "status": "PENDING", "imageDigest": "sha256:" + "a" * 64}]}
        self.agent.task_state(arn, "PENDING", **pending)
        self.assertEqual(self.task(arn)["containers"][0]["imageDigest"], "sha256:" + "a" * 64)
        self.report_running(arn)
        self.agent.task_state(arn, "PENDING", **pending)
        task = self.task(arn)
        self.assertEqual((task["lastStatus"], task["containers"][0]["runtimeId"]), ("RUNNING", "e" * 64))
        self.assertIn("pullStartedAt", task)

    def test_health_comes_by_telemetry(self):
        self.agent.register()
        self.agent.connect()
        self.define(healthCheck={"command": ["CMD-SHELL", "true"]})
        arn = self.run_one()
        container = self.delivered(arn)["containers"][0]
        self.assertEqual(container["healthCheckType"], "docker")
        self.assertIn("Healthcheck", json.loads(container["dockerConfig"]["config"]))
        self.report_running(arn)
        self.agent.tcs.send_text("Host: h\r\n\r\n" + json.dumps({"type": "PublishHealthRequest", "message": {
            "metadata": {"cluster": "default", "containerInstance": self.agent.arn, "fin": True, "messageId": "m"},
            "timestamp": 1795218346.498, "tasks": [
                {"taskArn": arn, "taskDefinitionFamily": "fam", "taskDefinitionVersion": "1", "containers": [
                    {"containerName": "web_1", "healthStatus": "HEALTHY", "statusSince": 1795218328.17}]}]}}))
        self.agent.tcs.receive_of("AckPublishHealth")
        wait_until(lambda: self.task(arn)["healthStatus"] == "HEALTHY", what="a healthy task")

    def test_instance_status_with_the_zero_time_is_acknowledged(self):
        self.join()
        self.agent.tcs.send_text("Host: h\r\n\r\n" + json.dumps({"type": "PublishInstanceStatusRequest", "message": {
            "metadata": {"cluster": "default", "containerInstance": self.agent.arn, "requestId": "r"}, "timestamp": 1795218346,
            "statuses": [{"type": "ContainerRuntime", "status": "INITIALIZING", "lastUpdated": -6795364578.871,
                          "lastStatusChange": -6795364578.871}]}}))
        self.agent.tcs.receive_of("AckPublishInstanceStatus")

    def test_it_registers_again_with_fewer_attributes(self):
        """On a re-registration the agent leaves the operator's own attributes out; they stay."""
        self.join()
        self.succeeds("PutAttributes", attributes=[{"name": "stack", "value": "x", "targetId": self.agent.arn}])
        self.agent.crash()
        instance = self.agent.register()
        self.assertIn({"name": "stack", "value": "x"}, instance["attributes"])

    def test_a_spot_notice_drains_by_the_agents_own_call(self):
        self.join()
        self.agent.must("UpdateContainerInstancesState", {"cluster": "default", "containerInstances": [self.agent.arn],
                                                          "status": "DRAINING"})
        found = self.succeeds("DescribeContainerInstances", containerInstances=[self.agent.arn])["containerInstances"][0]
        self.assertEqual(found["status"], "DRAINING")


if __name__ == "__main__":
    unittest.main()
