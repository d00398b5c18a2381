"""Clusters over the wire: names, life, what keeps one from being deleted, and each error with its code.

Method: the small SigV4 client against one berthd; instances are registered as an agent would, without Docker.
"""

import unittest

from harness import SLEEP360, ControlPlaneCase

RESOURCES = [{"name": "CPU", "type": "INTEGER", "integerValue": 1024},
             {"name": "MEMORY", "type": "INTEGER", "integerValue": 1024},
             {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
             {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}]


class Clusters(ControlPlaneCase):
    def describe(self, *names, **parameters):
        return self.ecs.call("DescribeClusters", clusters=list(names), **parameters)

    def test_created_twice_is_one_cluster(self):
        first = self.ecs.call("CreateCluster", clusterName="twice")["cluster"]
        second = self.ecs.call("CreateCluster", clusterName="twice")["cluster"]
        self.assertEqual(first["clusterArn"], second["clusterArn"])
        self.assertEqual([first[k] for k in ("registeredContainerInstancesCount", "runningTasksCount",
                                             "pendingTasksCount", "activeServicesCount")], [0, 0, 0, 0])

    def test_without_a_name_it_is_default(self):
        self.assertEqual(self.ecs.call("CreateCluster")["cluster"]["clusterName"], "default")
        self.assertEqual(self.ecs.call("DescribeClusters")["clusters"][0]["clusterName"], "default")

    def test_names_beyond_the_rules(self):
        self.ecs.call("CreateCluster", clusterName="a" * 255)
        for name in ("", "a" * 256, "has space", "slash/ed", "dot.ted", "ümlaut"):
            self.refused("InvalidParameterException", "CreateCluster", clusterName=name)

    def test_wrong_types_name_the_field(self):
        answer = self.ecs.send("CreateCluster", {"clusterName": 7})
        self.assertEqual(answer.status, 400)
        self.assertIn("clusterName", answer.json()["message"])

    def test_malformed_json(self):
        for body in (b"{", b"[]", b'{"clusterName":}', b"\xff\xfe", b"nonsense"):
            answer = self.ecs.send("CreateCluster", body=body)
            self.assertEqual(answer.status, 400, body)
            self.assertEqual(answer.json()["__type"].split("#")[-1], "SerializationException", body)

    def test_unknown_members_are_ignored(self):
        self.ecs.call("CreateCluster", clusterName="lenient", somethingOfTomorrow={"a": [1]})

    def test_missing_ones_are_failures(self):
        answer = self.describe("nowhere", f"arn:aws:ecs:us-east-1:{self.plane.account}:cluster/nor-here")
        self.assertEqual(answer["clusters"], [])
        self.assertEqual([f["reason"] for f in answer["failures"]], ["MISSING", "MISSING"])
        self.assertTrue(answer["failures"][0]["arn"].endswith(":cluster/nowhere"))

    def test_operations_on_a_missing_cluster(self):
        for operation, parameters in (
                ("DeleteCluster", {"cluster": "nowhere"}), ("ListContainerInstances", {"cluster": "nowhere"}),
                ("ListTasks", {"cluster": "nowhere"}), ("DescribeTasks", {"cluster": "nowhere", "tasks": ["a" * 32]}),
                ("UpdateClusterSettings", {"cluster": "nowhere", "settings": [
                    {"name": "containerInsights", "value": "enabled"}]})):
            with self.subTest(operation):
                self.refused("ClusterNotFoundException", operation, **parameters)

    def test_deleted_is_describable_but_not_listed(self):
        arn = self.ecs.call("CreateCluster", clusterName="gone")["cluster"]["clusterArn"]
        self.assertEqual(self.ecs.call("DeleteCluster", cluster="gone")["cluster"]["status"], "INACTIVE")
        self.assertEqual(self.describe("gone")["clusters"][0]["status"], "INACTIVE")
        self.assertNotIn(arn, self.all_pages("ListClusters", "clusterArns"))
        self.assertEqual(self.ecs.call("CreateCluster", clusterName="gone")["cluster"]["status"], "ACTIVE")

    def test_a_cluster_in_use_is_not_deleted(self):
        self.ecs.call("CreateCluster", clusterName="busy")
        instance = self.ecs.call("RegisterContainerInstance", cluster="busy", instanceIdentityDocument="",
                                 instanceIdentityDocumentSignature="", totalResources=RESOURCES)["containerInstance"]
        self.refused("ClusterContainsContainerInstancesException", "DeleteCluster", cluster="busy")
        self.assertEqual(self.describe("busy")["clusters"][0]["registeredContainerInstancesCount"], 1)
        self.ecs.call("DeregisterContainerInstance", cluster="busy", force=True,
                      containerInstance=instance["containerInstanceArn"])
        self.ecs.call("DeleteCluster", cluster="busy")

    def test_run_task_without_instances(self):
        self.ecs.call("CreateCluster", clusterName="empty")
        self.ecs.call("RegisterTaskDefinition", **SLEEP360)
        self.refused("InvalidParameterException", "RunTask", "No Container Instances were found in your cluster.",
                     cluster="empty", taskDefinition="sleep360")

    def all_pages(self, operation, member, **parameters):
        found, token = [], None
        while True:
            page = self.ecs.call(operation, **parameters, **({"nextToken": token} if token else {}))
            found += page[member]
            token = page.get("nextToken")
            if not token:
                self.assertNotIn("nextToken", page)
                return found

    def test_pages(self):
        wanted = {self.ecs.call("CreateCluster", clusterName=f"page-{n:02}")["cluster"]["clusterArn"] for n in range(25)}
        found = self.all_pages("ListClusters", "clusterArns", maxResults=10)
        self.assertEqual(len(found), len(set(found)))
        self.assertLessEqual(wanted, set(found))
        for size in (0, 101, -1):
            self.refused("InvalidParameterException", "ListClusters", "maxResults", maxResults=size)

    def test_foreign_and_broken_page_tokens(self):
        for n in range(3):
            self.ecs.call("CreateCluster", clusterName=f"token-{n}")
        token = self.ecs.call("ListClusters", maxResults=1)["nextToken"]
        self.refused("InvalidParameterException", "ListTaskDefinitions", nextToken=token)
        for broken in ("nonsense", token[:-3], "!!!!"):
            with self.subTest(broken):
                self.refused("InvalidParameterException", "ListClusters", maxResults=1, nextToken=broken)

    def test_tags_and_settings(self):
        arn = self.ecs.call("CreateCluster", clusterName="tagged", tags=[{"key": "team", "value": "blue"}],
                            settings=[{"name": "containerInsights", "value": "enabled"}])["cluster"]["clusterArn"]
        self.assertNotIn("team", str(self.describe("tagged")["clusters"][0].get("tags", [])))
        described = self.describe("tagged", include=["TAGS", "SETTINGS"])["clusters"][0]
        self.assertEqual(described["tags"], [{"key": "team", "value": "blue"}])
        self.assertEqual(described["settings"], [{"name": "containerInsights", "value": "enabled"}])
        self.ecs.call("UntagResource", resourceArn=arn, tagKeys=["team"])
        self.assertEqual(self.ecs.call("ListTagsForResource", resourceArn=arn)["tags"], [])

    def test_regions_are_apart(self):
        west = self.plane.client("us-west-2")
        self.addCleanup(west.close)
        arn = west.call("CreateCluster", clusterName="westerly")["cluster"]["clusterArn"]
        self.assertTrue(arn.startswith("arn:aws:ecs:us-west-2:"), arn)
        self.assertEqual(self.describe("westerly")["failures"][0]["reason"], "MISSING")


if __name__ == "__main__":
    unittest.main()
