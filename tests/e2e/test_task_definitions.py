"""Task definitions over the wire: the whole echo with normalised defaults, revisions, and every refusal.

Method: the small SigV4 client against one berthd. A refused definition must leave no revision behind.
"""

import copy
import unittest

from harness import SLEEP360, ControlPlaneCase

DEFINITION_BYTES_MAX = 64 * 1024


def container(name="main", **members):
    return {"name": name, "image": "busybox", "memory": 16, **members}


class TaskDefinitions(ControlPlaneCase):
    def register(self, family, *containers, **members):
        return self.ecs.call("RegisterTaskDefinition", family=family, containerDefinitions=list(containers),
                             **members)["taskDefinition"]

    def bad(self, mention, *containers, code="ClientException", family="bad", **members):
        """Registration must be refused with a message that names `mention`, and change nothing."""
        document = self.refused(code, "RegisterTaskDefinition", mention, family=family,
                                containerDefinitions=list(containers), **members)
        listed = self.ecs.call("ListTaskDefinitions", familyPrefix=family or "bad", status="ACTIVE")
        self.assertEqual(listed["taskDefinitionArns"], [])
        return document

    def test_defaults_are_normalised(self):
        definition = self.register("plain", container())
        self.assertEqual((definition["revision"], definition["status"]), (1, "ACTIVE"))
        for member in ("volumes", "placementConstraints"):
            self.assertEqual(definition[member], [])
        self.assertIn("EC2", definition["compatibilities"])
        wanted = {"name": "main", "image": "busybox", "cpu": 0, "memory": 16, "portMappings": [], "essential": True,
                  "environment": [], "mountPoints": [], "volumesFrom": []}
        found = definition["containerDefinitions"][0]
        self.assertEqual({name: found.get(name) for name in wanted}, wanted)
        self.assertNotIn("networkMode", {k for k, v in definition.items() if v == {}})

    def test_everything_comes_back_in_order(self):
        main = container(
            cpu=10, command=["httpd", "-f"], entryPoint=["/bin/busybox"],
            environment=[{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
            portMappings=[{"containerPort": 80, "hostPort": 8080, "protocol": "tcp"}, {"containerPort": 53, "protocol": "udp"}],
            mountPoints=[{"sourceVolume": "data", "containerPath": "/data", "readOnly": True}],
            links=["side:db"], hostname="h", user="nobody", workingDirectory="/tmp", privileged=False,
            readonlyRootFilesystem=True, dnsServers=["10.0.0.2"], extraHosts=[{"hostname": "x", "ipAddress": "10.0.0.3"}],
            dockerLabels={"a": "b"}, ulimits=[{"name": "nofile", "softLimit": 10, "hardLimit": 20}],
            logConfiguration={"logDriver": "json-file", "options": {"max-size": "1m"}})
        side = container("side", essential=False, volumesFrom=[{"sourceContainer": "third", "readOnly": False}])
        volumes = [{"name": "data", "host": {"sourcePath": "/srv"}}]
        definition = self.register("echo", main, side, container("third", essential=False), volumes=volumes,
                                   networkMode="bridge", taskRoleArn="arn:aws:iam::123456789012:role/r")
        described = self.ecs.call("DescribeTaskDefinition", taskDefinition="echo")["taskDefinition"]
        self.assertEqual(described, definition)
        found = described["containerDefinitions"][0]
        for name, value in main.items():
            if name != "portMappings":
                self.assertEqual(found[name], value, name)
        self.assertEqual([(p["containerPort"], p["hostPort"], p["protocol"]) for p in found["portMappings"]],
                         [(80, 8080, "tcp"), (53, 0, "udp")])
        self.assertEqual([c["name"] for c in described["containerDefinitions"]], ["main", "side", "third"])

    def test_revisions_never_come_again(self):
        for revision in (1, 2, 3):
            self.assertEqual(self.register("count", container())["revision"], revision)
        self.ecs.call("DeregisterTaskDefinition", taskDefinition="count:3")
        self.assertEqual(self.register("count", container())["revision"], 4)
        latest = self.ecs.call("DescribeTaskDefinition", taskDefinition="count")["taskDefinition"]
        self.assertEqual(latest["revision"], 4)
        inactive = self.ecs.call("DescribeTaskDefinition", taskDefinition="count:3")["taskDefinition"]
        self.assertEqual(inactive["status"], "INACTIVE")

    def test_unknown_definitions(self):
        for name in ("unknown", "unknown:1", f"arn:aws:ecs:us-east-1:{self.plane.account}:task-definition/unknown:7"):
            self.refused("ClientException", "DescribeTaskDefinition", "Unable to describe task definition.",
                         taskDefinition=name)
        for operation in ("DeregisterTaskDefinition",):
            self.refused("ClientException", operation, taskDefinition="unknown:1")

    def test_number_of_containers(self):
        self.register("ten", *[container(f"c{n}") for n in range(10)])
        self.bad("10", *[container(f"c{n}") for n in range(11)], family="eleven")
        self.bad("ontainer", family="none")

    def test_essential_container(self):
        self.bad("essential", container(essential=False), container("b", essential=False), family="idle")

    def test_duplicate_names(self):
        self.bad("main", container(), container(), family="double")

    def test_names_beyond_the_rules(self):
        for name in ("", "has space", "a" * 256, "dot.ted"):
            with self.subTest(name):
                self.bad(None, container(name), family="names")
        for family in ("", "has space", "a" * 256, "semi;colon"):
            with self.subTest(family):
                self.refused("ClientException", "RegisterTaskDefinition", family=family,
                             containerDefinitions=[container()])

    def test_missing_members_are_named(self):
        self.refused_with_name("family", containerDefinitions=[container()])
        self.refused_with_name("containerDefinitions", family="bad")
        self.bad("image", {"name": "main", "memory": 16}, family="no-image")
        self.bad("emory", {"name": "main", "image": "busybox"}, family="no-memory")

    def refused_with_name(self, member, **parameters):
        answer = self.ecs.send("RegisterTaskDefinition", parameters)
        self.assertEqual(answer.status, 400)
        self.assertIn(member.lower(), answer.json()["message"].lower())

    def test_wrong_types_are_named(self):
        for member, value in (("memory", "lots"), ("command", "sleep"), ("essential", "yes"), ("environment", {})):
            with self.subTest(member):
                answer = self.ecs.send("RegisterTaskDefinition",
                                       {"family": "types", "containerDefinitions": [container(**{member: value})]})
                self.assertEqual(answer.status, 400)
                self.assertIn(member, answer.json()["message"])

    def test_references_to_nowhere(self):
        self.bad("nowhere", container(links=["nowhere:alias"]), family="links")
        self.bad("nowhere", container(volumesFrom=[{"sourceContainer": "nowhere"}]), family="volumes-from")
        self.bad("nowhere", container(mountPoints=[{"sourceVolume": "nowhere", "containerPath": "/x"}]), family="mounts")

    def test_numbers_beyond_the_rules(self):
        self.bad("emory", container(memory=0), family="zero-memory")
        self.bad("cpu", container(cpu=-1), family="negative-cpu")
        for port in (-1, 65536):
            self.bad("ort", container(portMappings=[{"containerPort": port}]), family="port")

    def test_network_mode(self):
        for mode in ("bridge", "host", "none"):
            self.assertEqual(self.register(f"mode-{mode}", container(), networkMode=mode)["networkMode"], mode)
        self.bad("etworkMode", container(), family="mode", networkMode="carrier-pigeon")

    def test_size_limit(self):
        big = container(environment=[{"name": f"V{n}", "value": "x" * 1000} for n in range(DEFINITION_BYTES_MAX // 1000 + 2)])
        self.bad(None, big, family="big")

    def test_delete_after_deregister(self):
        self.register("delete", container())
        answer = self.ecs.call("DeleteTaskDefinitions", taskDefinitions=["delete:1"])
        self.assertEqual(len(answer["failures"]), 1)
        self.ecs.call("DeregisterTaskDefinition", taskDefinition="delete:1")
        answer = self.ecs.call("DeleteTaskDefinitions", taskDefinitions=["delete:1"])
        self.assertEqual(answer["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS")

    def test_families(self):
        for family in ("fam-a", "fam-b"):
            self.register(family, container())
        self.ecs.call("DeregisterTaskDefinition", taskDefinition="fam-b:1")
        for status, wanted in (("ACTIVE", ["fam-a"]), ("INACTIVE", ["fam-b"]), ("ALL", ["fam-a", "fam-b"])):
            found = self.ecs.call("ListTaskDefinitionFamilies", familyPrefix="fam-", status=status)["families"]
            self.assertEqual(found, wanted)

    def test_sort(self):
        for _ in range(3):
            self.register("sorted", container())
        found = self.ecs.call("ListTaskDefinitions", familyPrefix="sorted", sort="DESC")["taskDefinitionArns"]
        self.assertEqual([arn.rsplit(":", 1)[1] for arn in found], ["3", "2", "1"])

    def test_run_task_counts(self):
        self.ecs.call("CreateCluster")
        self.ecs.call("RegisterTaskDefinition", **copy.deepcopy(SLEEP360))
        for count in (0, 11):
            self.refused("InvalidParameterException", "RunTask", "ount", taskDefinition="sleep360", count=count)


if __name__ == "__main__":
    unittest.main()
