"""The API as an SDK sees it: boto3 against one berthd, an operation after the other, with shapes, defaults and errors.

Method: boto3's own parsing, paginators and waiters; instances are registered and tasks reported as an agent would,
without Docker. Skipped where boto3 is not installed.
"""

import json
import unittest

from harness import ControlPlaneCase, wait_until

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
except ImportError:
    boto3 = None

RESOURCES = [{"name": "CPU", "type": "INTEGER", "integerValue": 2048},
             {"name": "MEMORY", "type": "INTEGER", "integerValue": 4096},
             {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
             {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}]
GROUP = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/asg"
MAIN = {"name": "main", "image": "busybox", "cpu": 10, "memory": 16}


@unittest.skipUnless(boto3, "boto3 is not installed")
class Boto3Case(ControlPlaneCase):
    flags = ("--test-reset",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        session = boto3.Session(aws_access_key_id=cls.plane.key_id, aws_secret_access_key=cls.plane.secret,
                                region_name="us-east-1")
        config = Config(retries={"max_attempts": 0})
        cls.client = session.client("ecs", endpoint_url=cls.plane.url, config=config)
        cls.sts = session.client("sts", endpoint_url=cls.plane.url, config=config)

    def setUp(self):
        super().setUp()
        self.ecs.raw("POST", "/_berth/reset", {}, b"")

    def arn(self, resource):
        return f"arn:aws:ecs:us-east-1:{self.plane.account}:{resource}"

    def fails(self, code, message, operation, **parameters):
        """The call fails with exactly this code, and a message that is, or contains, `message`."""
        with self.assertRaises(ClientError) as caught:
            operation(**parameters)
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code, error)
        self.assertIn(message, error["Message"])
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)

    def needs(self, operation, member=None):
        """Skips a test of what the installed boto3 does not know yet."""
        model = self.client.meta.service_model
        if operation not in model.operation_names or (
                member and member not in model.operation_model(operation).input_shape.members):
            self.skipTest(f"boto3 {boto3.__version__} does not know {operation} {member or ''}")

    def cluster(self, name="c", **parameters):
        return self.client.create_cluster(clusterName=name, **parameters)["cluster"]

    def instance(self, cluster="c", host="i-0123456789abcdef0"):
        document = json.dumps({"instanceId": host, "instanceType": "t3.micro", "availabilityZone": "us-east-1b"})
        return self.client.register_container_instance(
            cluster=cluster, instanceIdentityDocument=document, instanceIdentityDocumentSignature="s",
            totalResources=RESOURCES)["containerInstance"]

    def define(self, family="web", **parameters):
        return self.client.register_task_definition(
            family=family, containerDefinitions=[MAIN], **parameters)["taskDefinition"]

    def report(self, task, status):
        self.client.submit_task_state_change(cluster="c", task=task, status=status)


class Clusters(Boto3Case):
    def test_shape_of_a_new_cluster(self):
        cluster = self.cluster(tags=[{"key": "k", "value": "v"}],
                               settings=[{"name": "containerInsights", "value": "enabled"}],
                               capacityProviders=["FARGATE"],
                               defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE"}])
        self.assertEqual(cluster["clusterArn"], self.arn("cluster/c"))
        self.assertEqual(cluster["status"], "ACTIVE")
        self.assertEqual(cluster["statistics"], [])
        self.assertEqual(cluster["settings"], [{"name": "containerInsights", "value": "enabled"}])
        self.assertEqual(cluster["defaultCapacityProviderStrategy"],
                         [{"capacityProvider": "FARGATE", "weight": 0, "base": 0}])
        plain = self.client.describe_clusters(clusters=["c"])["clusters"][0]
        self.assertEqual((plain["tags"], plain["settings"]), ([], []))
        full = self.client.describe_clusters(clusters=["c"], include=["TAGS", "STATISTICS"])["clusters"][0]
        self.assertEqual(full["tags"], [{"key": "k", "value": "v"}])
        self.assertIn({"name": "runningEC2TasksCount", "value": "0"}, full["statistics"])

    def test_missing_ones(self):
        self.assertEqual(self.client.describe_clusters(clusters=["no"])["failures"],
                         [{"arn": self.arn("cluster/no"), "reason": "MISSING"}])
        for call in (self.client.delete_cluster, self.client.list_tasks, self.client.list_services,
                     self.client.list_container_instances):
            self.fails("ClusterNotFoundException", "Cluster not found.", call, cluster="no")
        self.fails("ClusterNotFoundException", "Cluster not found.", self.client.update_cluster_settings,
                   cluster="no", settings=[{"name": "containerInsights", "value": "enabled"}])

    def test_deleted_ones_stay_describable(self):
        self.cluster()
        self.assertEqual(self.client.delete_cluster(cluster="c")["cluster"]["status"], "INACTIVE")
        self.assertEqual(self.client.describe_clusters(clusters=["c"])["clusters"][0]["status"], "INACTIVE")
        self.assertEqual(self.client.list_clusters()["clusterArns"], [])

    def test_what_keeps_one_from_being_deleted(self):
        self.cluster()
        self.instance()
        self.fails("ClusterContainsContainerInstancesException", "", self.client.delete_cluster, cluster="c")
        self.cluster("d")
        self.define()
        self.client.create_service(cluster="d", serviceName="s", taskDefinition="web", desiredCount=0)
        self.fails("ClusterContainsServicesException", "", self.client.delete_cluster, cluster="d")

    def test_paginator(self):
        names = {f"c{i}" for i in range(7)}
        for name in names:
            self.cluster(name)
        pages = list(self.client.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 3}))
        self.assertEqual(len(pages), 3)
        self.assertEqual({arn.split("/")[1] for page in pages for arn in page["clusterArns"]}, names)


class CapacityProviders(Boto3Case):
    def test_life(self):
        provider = self.client.create_capacity_provider(
            name="p", autoScalingGroupProvider={"autoScalingGroupArn": GROUP})["capacityProvider"]
        self.assertEqual(provider["capacityProviderArn"], self.arn("capacity-provider/p"))
        self.assertEqual((provider["status"], provider["updateStatus"]), ("ACTIVE", "CREATE_COMPLETE"))
        provider["autoScalingGroupProvider"].pop("managedDraining", None)  # Newer than some boto3.
        self.assertEqual(provider["autoScalingGroupProvider"], {
            "autoScalingGroupArn": GROUP, "managedTerminationProtection": "DISABLED",
            "managedScaling": {"status": "DISABLED", "targetCapacity": 100, "minimumScalingStepSize": 1,
                               "maximumScalingStepSize": 10000, "instanceWarmupPeriod": 300}})
        self.assertEqual([p["name"] for p in self.client.describe_capacity_providers()["capacityProviders"]],
                         ["FARGATE", "FARGATE_SPOT", "p"])
        self.cluster(capacityProviders=["p"])
        self.fails("ClientException", "associated with cluster: c", self.client.delete_capacity_provider,
                   capacityProvider="p")
        self.client.put_cluster_capacity_providers(cluster="c", capacityProviders=[],
                                                   defaultCapacityProviderStrategy=[])
        self.client.delete_capacity_provider(capacityProvider="p")
        missing = self.client.describe_capacity_providers(capacityProviders=["p"])
        self.assertEqual((missing["capacityProviders"], missing["failures"]),
                         ([], [{"arn": self.arn("capacity-provider/p"), "reason": "MISSING"}]))


class TaskDefinitions(Boto3Case):
    def test_normalised_echo(self):
        answer = self.client.register_task_definition(
            family="web", containerDefinitions=[dict(MAIN, portMappings=[{"containerPort": 80}])],
            tags=[{"key": "k", "value": "v"}])
        definition = answer["taskDefinition"]
        self.assertEqual(definition["taskDefinitionArn"], self.arn("task-definition/web:1"))
        self.assertEqual((definition["status"], definition["revision"]), ("ACTIVE", 1))
        self.assertEqual((definition["volumes"], definition["placementConstraints"]), ([], []))
        self.assertIn("EC2", definition["compatibilities"])
        self.assertIn("registeredAt", definition)
        self.assertEqual(definition["registeredBy"], f"arn:aws:iam::{self.plane.account}:root")
        self.assertEqual(answer["tags"], [{"key": "k", "value": "v"}])
        container = definition["containerDefinitions"][0]
        self.assertEqual(container["portMappings"], [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}])
        self.assertEqual((container["essential"], container["environment"], container["mountPoints"],
                          container["volumesFrom"], container["systemControls"]), (True, [], [], [], []))
        self.assertEqual(self.client.describe_task_definition(taskDefinition="web", include=["TAGS"])["tags"],
                         [{"key": "k", "value": "v"}])

    def test_errors(self):
        register = self.client.register_task_definition
        self.fails("ClientException", "Unable to describe task definition.", self.client.describe_task_definition,
                   taskDefinition="no")
        self.fails("ClientException", "Container list cannot be empty.", register, family="f",
                   containerDefinitions=[])
        self.fails("ClientException",
                   "Invalid setting for container 'm'. At least one of 'memory' or 'memoryReservation' must be "
                   "specified.", register, family="f", containerDefinitions=[{"name": "m", "image": "i"}])
        self.fails("ClientException", "essential", register, family="f",
                   containerDefinitions=[dict(MAIN, essential=False)])
        self.fails("ClientException", "does not exist", self.client.deregister_task_definition,
                   taskDefinition="no:1")

    def test_life_and_lists(self):
        for _ in range(3):
            self.define()
        self.define("other")
        self.assertEqual(self.client.list_task_definition_families()["families"], ["other", "web"])
        listed = self.client.list_task_definitions(familyPrefix="web", sort="DESC")["taskDefinitionArns"]
        self.assertEqual([arn.split(":")[-1] for arn in listed], ["3", "2", "1"])
        gone = self.client.deregister_task_definition(taskDefinition="web:3")["taskDefinition"]
        self.assertEqual(gone["status"], "INACTIVE")
        self.assertIn("deregisteredAt", gone)
        self.assertEqual(self.client.describe_task_definition(taskDefinition="web")["taskDefinition"]["revision"], 2)
        self.assertEqual(self.client.list_task_definitions(status="INACTIVE")["taskDefinitionArns"],
                         [self.arn("task-definition/web:3")])
        self.needs("DeleteTaskDefinitions")
        answer = self.client.delete_task_definitions(taskDefinitions=["web:3", "web:1"])
        self.assertEqual(answer["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS")
        self.assertEqual(answer["failures"][0]["arn"], self.arn("task-definition/web:1"))


class Instances(Boto3Case):
    def test_shape_state_and_attributes(self):
        self.cluster()
        instance = self.instance()
        arn = instance["containerInstanceArn"]
        self.assertTrue(arn.startswith(self.arn("container-instance/c/")))
        self.assertEqual((instance["status"], instance["ec2InstanceId"]), ("ACTIVE", "i-0123456789abcdef0"))
        remaining = {r["name"]: r for r in instance["remainingResources"]}
        self.assertEqual(remaining["CPU"]["integerValue"], 2048)
        self.assertEqual(remaining["PORTS"]["stringSetValue"], ["22"])
        attributes = {a["name"]: a.get("value") for a in instance["attributes"]}
        self.assertEqual(attributes["ecs.instance-type"], "t3.micro")
        drained = self.client.update_container_instances_state(cluster="c", containerInstances=[arn],
                                                               status="DRAINING")
        self.assertEqual(drained["containerInstances"][0]["status"], "DRAINING")
        self.assertEqual(self.client.list_container_instances(cluster="c", status="DRAINING")
                         ["containerInstanceArns"], [arn])
        self.client.put_attributes(cluster="c", attributes=[{"name": "stack", "value": "x", "targetId": arn}])
        self.assertEqual(self.client.list_attributes(cluster="c", targetType="container-instance",
                                                     attributeName="stack")["attributes"],
                         [{"name": "stack", "value": "x", "targetId": arn}])
        self.client.delete_attributes(cluster="c", attributes=[{"name": "stack", "targetId": arn}])
        self.fails("TargetNotFoundException", "", self.client.put_attributes, cluster="c",
                   attributes=[{"name": "a", "value": "b", "targetId": arn + "0"}])
        missing = self.client.describe_container_instances(cluster="c", containerInstances=["no"])
        self.assertEqual(missing["failures"], [{"arn": self.arn("container-instance/c/no"), "reason": "MISSING"}])
        self.assertEqual(self.client.deregister_container_instance(cluster="c", containerInstance=arn)
                         ["containerInstance"]["status"], "INACTIVE")


class Tasks(Boto3Case):
    def setUp(self):
        super().setUp()
        self.cluster()
        self.define()

    def run_one(self, **parameters):
        return self.client.run_task(cluster="c", taskDefinition="web", **parameters)["tasks"][0]

    def test_shape_of_a_task(self):
        instance = self.instance()
        task = self.run_one(startedBy="me", group="g", tags=[{"key": "k", "value": "v"}], overrides={
            "containerOverrides": [{"name": "main", "command": ["true"]}]})
        self.assertEqual((task["lastStatus"], task["desiredStatus"]), ("PENDING", "RUNNING"))
        self.assertEqual((task["startedBy"], task["group"], task["launchType"], task["version"]),
                         ("me", "g", "EC2", 1))
        self.assertEqual(task["containerInstanceArn"], instance["containerInstanceArn"])
        self.assertEqual(task["overrides"], {"containerOverrides": [{"name": "main", "command": ["true"]}],
                                             "inferenceAcceleratorOverrides": []})
        self.assertEqual((task["attachments"], task["cpu"], task["memory"]), ([], "10", "16"))
        self.assertEqual((task["tags"], task["enableExecuteCommand"]), ([{"key": "k", "value": "v"}], False))
        container = task["containers"][0]
        self.assertEqual((container["name"], container["lastStatus"], container["image"]),
                         ("main", "PENDING", "busybox"))
        self.assertEqual(container["taskArn"], task["taskArn"])

    def test_without_and_beyond_capacity(self):
        run = self.client.run_task
        self.fails("InvalidParameterException", "No Container Instances were found in your cluster.", run,
                   cluster="c", taskDefinition="web")
        instance = self.instance()
        self.client.register_task_definition(family="big", containerDefinitions=[dict(MAIN, memory=5000)])
        answer = run(cluster="c", taskDefinition="big")
        self.assertEqual(answer["tasks"], [])
        self.assertEqual((answer["failures"][0]["arn"], answer["failures"][0]["reason"]),
                         (instance["containerInstanceArn"], "RESOURCE:MEMORY"))
        for count in (0, 11):
            self.fails("InvalidParameterException", "count", run, cluster="c", taskDefinition="web", count=count)
        self.fails("ClientException", "TaskDefinition not found.", run, cluster="c", taskDefinition="no")
        self.fails("InvalidParameterException",
                   "Override for container named no is not a container in the TaskDefinition.", run, cluster="c",
                   taskDefinition="web", overrides={"containerOverrides": [{"name": "no"}]})

    def test_waiters_and_life(self):
        self.instance()
        arn = self.run_one()["taskArn"]
        self.report(arn, "RUNNING")
        self.client.get_waiter("tasks_running").wait(cluster="c", tasks=[arn],
                                                     WaiterConfig={"Delay": 1, "MaxAttempts": 5})
        stopped = self.client.stop_task(cluster="c", task=arn, reason="enough")["task"]
        self.assertEqual((stopped["desiredStatus"], stopped["stopCode"], stopped["stoppedReason"]),
                         ("STOPPED", "UserInitiated", "enough"))
        self.report(arn, "STOPPED")
        self.client.get_waiter("tasks_stopped").wait(cluster="c", tasks=[arn],
                                                     WaiterConfig={"Delay": 1, "MaxAttempts": 5})
        self.assertEqual(self.client.list_tasks(cluster="c", desiredStatus="STOPPED")["taskArns"], [arn])
        self.fails("InvalidParameterException", "The referenced task was not found.", self.client.stop_task,
                   cluster="c", task="no")
        self.assertEqual(self.client.describe_tasks(cluster="c", tasks=["no"])["failures"],
                         [{"arn": self.arn("task/c/no"), "reason": "MISSING"}])
        self.fails("InvalidParameterException", "Tasks cannot be empty.", self.client.describe_tasks, cluster="c",
                   tasks=[])

    def test_client_token(self):
        self.needs("RunTask", "clientToken")
        self.instance()
        first = self.run_one(clientToken="t")
        self.assertEqual(self.run_one(clientToken="t")["taskArn"], first["taskArn"])
        self.fails("ConflictException", "", self.client.run_task, cluster="c", taskDefinition="web", count=2,
                   clientToken="t")

    def test_what_has_no_other_half_here(self):
        self.instance()
        arn = self.run_one(enableExecuteCommand=True)["taskArn"]
        self.report(arn, "RUNNING")
        self.fails("TargetNotConnectedException", "Session Manager", self.client.execute_command, cluster="c",
                   task=arn, command="sh", interactive=True)
        self.fails("NamespaceNotFoundException", "", self.client.list_services_by_namespace, namespace="n")
        answer = self.client.update_task_protection(cluster="c", tasks=[arn], protectionEnabled=True)
        self.assertEqual(answer["failures"][0]["reason"], "TASK_NOT_VALID")


class Services(Boto3Case):
    def setUp(self):
        super().setUp()
        self.cluster()
        self.define()

    def create(self, name="s", **parameters):
        defaults = {"taskDefinition": "web", "desiredCount": 0}
        return self.client.create_service(cluster="c", serviceName=name, **{**defaults, **parameters})["service"]

    def test_shape_of_a_service(self):
        service = self.create(desiredCount=2, tags=[{"key": "k", "value": "v"}])
        self.assertEqual(service["serviceArn"], self.arn("service/c/s"))
        self.assertEqual((service["status"], service["desiredCount"], service["runningCount"]), ("ACTIVE", 2, 0))
        self.assertEqual((service["launchType"], service["schedulingStrategy"]), ("EC2", "REPLICA"))
        self.assertEqual(service["deploymentController"], {"type": "ECS"})
        self.assertEqual((service["loadBalancers"], service["serviceRegistries"], service["events"],
                          service["placementConstraints"], service["placementStrategy"]), ([], [], [], [], []))
        self.assertNotIn("networkConfiguration", service)
        self.assertEqual(service["deploymentConfiguration"]["maximumPercent"], 200)
        deployment = service["deployments"][0]
        self.assertEqual((deployment["status"], deployment["desiredCount"], deployment["rolloutState"]),
                         ("PRIMARY", 2, "IN_PROGRESS"))
        self.assertEqual((service["createdBy"], service["propagateTags"], service["enableECSManagedTags"]),
                         (f"arn:aws:iam::{self.plane.account}:root", "NONE", False))

    def test_stable_and_inactive(self):
        self.instance()
        self.create(desiredCount=2)
        tasks = wait_until(lambda: self.two_tasks(), what="two tasks of the service")
        for arn in tasks:
            self.report(arn, "RUNNING")
        self.client.get_waiter("services_stable").wait(cluster="c", services=["s"],
                                                       WaiterConfig={"Delay": 1, "MaxAttempts": 10})
        protected = self.client.update_task_protection(cluster="c", tasks=tasks[:1], protectionEnabled=True,
                                                       expiresInMinutes=10)["protectedTasks"][0]
        self.assertEqual((protected["taskArn"], protected["protectionEnabled"]), (tasks[0], True))
        self.assertEqual(self.client.get_task_protection(cluster="c", tasks=tasks[:1])["protectedTasks"][0],
                         protected)
        self.fails("InvalidParameterException", "scaled above 0", self.client.delete_service, cluster="c",
                   service="s")
        self.assertEqual(self.client.delete_service(cluster="c", service="s", force=True)["service"]["status"],
                         "DRAINING")
        wait_until(lambda: not self.client.list_tasks(cluster="c", desiredStatus="RUNNING")["taskArns"],
                   what="the tasks to be stopped")
        for arn in tasks:
            self.report(arn, "STOPPED")
        self.client.get_waiter("services_inactive").wait(cluster="c", services=["s"],
                                                         WaiterConfig={"Delay": 1, "MaxAttempts": 10})

    def two_tasks(self):
        tasks = self.client.list_tasks(cluster="c", serviceName="s")["taskArns"]
        return tasks if len(tasks) == 2 else None

    def test_errors(self):
        self.create()
        self.fails("InvalidParameterException", "Creation of service was not idempotent.",
                   self.client.create_service, cluster="c", serviceName="s", taskDefinition="web", desiredCount=1)
        self.fails("ServiceNotFoundException", "Service not found.", self.client.update_service, cluster="c",
                   service="no", desiredCount=1)
        self.fails("ServiceNotFoundException", "Service not found.", self.client.delete_service, cluster="c",
                   service="no")
        self.fails("ClientException", "TaskDefinition not found.", self.client.update_service, cluster="c",
                   service="s", taskDefinition="no")
        self.assertEqual(self.client.describe_services(cluster="c", services=["no"])["failures"],
                         [{"arn": self.arn("service/c/no"), "reason": "MISSING"}])

    def test_task_sets(self):
        self.client.create_service(cluster="c", serviceName="x", desiredCount=2,
                                   deploymentController={"type": "EXTERNAL"})
        task_set = self.client.create_task_set(cluster="c", service="x", taskDefinition="web",
                                               scale={"value": 50, "unit": "PERCENT"})["taskSet"]
        self.assertEqual(task_set["taskSetArn"], self.arn("task-set/c/x/") + task_set["id"])
        self.assertEqual((task_set["status"], task_set["computedDesiredCount"]), ("ACTIVE", 1))
        primary = self.client.update_service_primary_task_set(cluster="c", service="x",
                                                              primaryTaskSet=task_set["taskSetArn"])["taskSet"]
        self.assertEqual(primary["status"], "PRIMARY")
        service = self.client.describe_services(cluster="c", services=["x"])["services"][0]
        self.assertEqual((service["deployments"], len(service["taskSets"])), ([], 1))
        self.client.update_task_set(cluster="c", service="x", taskSet=task_set["id"], scale={"value": 0})
        self.client.delete_task_set(cluster="c", service="x", taskSet=task_set["id"])
        wait_until(lambda: not self.client.describe_task_sets(cluster="c", service="x")["taskSets"],
                   what="the task set to go")
        self.fails("TaskSetNotFoundException", "could not be found", self.client.delete_task_set, cluster="c",
                   service="x", taskSet=task_set["id"])


class TagsAndSettings(Boto3Case):
    def test_tags(self):
        arn = self.cluster(tags=[{"key": "a", "value": "1"}])["clusterArn"]
        self.client.tag_resource(resourceArn=arn, tags=[{"key": "b", "value": "2"}])
        self.client.untag_resource(resourceArn=arn, tagKeys=["a"])
        self.assertEqual(self.client.list_tags_for_resource(resourceArn=arn)["tags"], [{"key": "b", "value": "2"}])
        self.fails("InvalidParameterException", "", self.client.list_tags_for_resource, resourceArn="no")

    def test_account_settings(self):
        name = "taskLongArnFormat"
        effective = self.client.list_account_settings(name=name, effectiveSettings=True)["settings"]
        self.assertEqual([(s["name"], s["value"]) for s in effective], [(name, "enabled")])
        self.assertEqual(self.client.put_account_setting(name=name, value="disabled")["setting"]["value"],
                         "disabled")
        self.define()
        self.cluster()
        self.instance()
        arn = self.client.run_task(cluster="c", taskDefinition="web")["tasks"][0]["taskArn"]
        self.assertRegex(arn, r":task/[0-9a-f-]{36}$")
        self.client.delete_account_setting(name=name)
        self.assertEqual(self.client.list_account_settings(name=name)["settings"], [])
        self.fails("InvalidParameterException", "", self.client.put_account_setting, name=name, value="maybe")

    def test_who_am_i(self):
        identity = self.sts.get_caller_identity()
        self.assertEqual((identity["Account"], identity["Arn"]),
                         (self.plane.account, f"arn:aws:iam::{self.plane.account}:root"))


if __name__ == "__main__":
    unittest.main()
