"""HashiCorp's AWS provider against one berthd: apply, an empty second plan, an update, destroy.

Method: the real terraform with a provider from a local folder ($BERTH_TF_PLUGINS, default /opt/tf-plugins), in a
folder of its own, as docs/terraform.md says. Skipped where either is missing. Instances are registered as an agent
would, and a thread reports what it is told to run as RUNNING or STOPPED, without Docker.
"""

import glob
import json
import os
import shutil
import subprocess
import tempfile
import threading
import unittest

from harness import ControlPlaneCase

PLUGINS = os.environ.get("BERTH_TF_PLUGINS", "/opt/tf-plugins")
PROVIDERS = glob.glob(os.path.join(PLUGINS, "registry.terraform.io/hashicorp/aws/*"))
TERRAFORM_SECONDS = 300
REPORT_SECONDS = 0.3

CONFIGURATION = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
variable "desired" { default = 1 }
variable "seconds" { default = "3600" }
variable "team" { default = "a" }

provider "aws" {
  region                  = "us-east-1"
  skip_metadata_api_check = true
  skip_region_validation  = true
  endpoints {
    ecs = "%(url)s"
    sts = "%(url)s"
  }
}

data "aws_caller_identity" "me" {}

resource "aws_ecs_account_setting_default" "long" {
  name  = "taskLongArnFormat"
  value = "enabled"
}

resource "aws_ecs_capacity_provider" "ec2" {
  name = "tf-provider"
  auto_scaling_group_provider {
    auto_scaling_group_arn         = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/g"
    managed_termination_protection = "DISABLED"
    managed_scaling {
      maximum_scaling_step_size = 10
      minimum_scaling_step_size = 1
      status                    = "DISABLED"
      target_capacity           = var.desired == 1 ? 80 : 90
    }
  }
  tags = { team = var.team }
}

resource "aws_ecs_cluster" "one" {
  name = "tf-one"
  setting {
    name  = "containerInsights"
    value = "disabled"
  }
  configuration {
    execute_command_configuration { logging = "DEFAULT" }
  }
  tags = { team = var.team }
}

resource "aws_ecs_cluster_capacity_providers" "one" {
  cluster_name       = aws_ecs_cluster.one.name
  capacity_providers = ["FARGATE", aws_ecs_capacity_provider.ec2.name]
  default_capacity_provider_strategy {
    base              = 1
    weight            = 100
    capacity_provider = "FARGATE"
  }
}

resource "aws_ecs_task_definition" "web" {
  family = "tf-web"
  container_definitions = jsonencode([{
    name         = "web"
    image        = "busybox"
    cpu          = 10
    memory       = 32
    essential    = true
    command      = ["sleep", var.seconds]
    portMappings = [{ containerPort = 80, hostPort = 0 }]
    environment  = [{ name = "B", value = "2" }, { name = "A", value = "1" }]
    logConfiguration = { logDriver = "json-file", options = { "max-size" = "1m" } }
  }])
  volume {
    name      = "data"
    host_path = "/tmp/data"
  }
  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.os-type == linux"
  }
  tags = { team = var.team }
}

resource "aws_ecs_service" "web" {
  name                  = "tf-web"
  cluster               = aws_ecs_cluster.one.id
  task_definition       = aws_ecs_task_definition.web.arn
  desired_count         = var.desired
  launch_type           = "EC2"
  wait_for_steady_state = %(wait)s
  force_delete          = true
  ordered_placement_strategy {
    type  = "spread"
    field = "instanceId"
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  tags = { team = var.team }
}

resource "aws_ecs_service" "external" {
  name          = "tf-external"
  cluster       = aws_ecs_cluster.one.id
  desired_count = 1
  force_delete  = true
  deployment_controller { type = "EXTERNAL" }
  # aws_ecs_tag below sets one that this resource does not know.
  lifecycle { ignore_changes = [tags, tags_all] }
}

resource "aws_ecs_task_set" "blue" {
  service         = aws_ecs_service.external.id
  cluster         = aws_ecs_cluster.one.id
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "EC2"
  force_delete    = true
  scale {
    unit  = "PERCENT"
    value = 100
  }
}

resource "aws_ecs_tag" "extra" {
  resource_arn = aws_ecs_service.external.id
  key          = "extra"
  value        = var.team
}

data "aws_ecs_cluster" "one" { cluster_name = aws_ecs_cluster.one.name }
data "aws_ecs_clusters" "all" { depends_on = [aws_ecs_cluster.one] }
data "aws_ecs_service" "web" {
  service_name = aws_ecs_service.web.name
  cluster_arn  = aws_ecs_cluster.one.arn
}
data "aws_ecs_task_definition" "web" { task_definition = aws_ecs_task_definition.web.family }
data "aws_ecs_container_definition" "web" {
  task_definition = aws_ecs_task_definition.web.id
  container_name  = "web"
}

output "account" { value = data.aws_caller_identity.me.account_id }
output "image" { value = data.aws_ecs_container_definition.web.image }
output "desired" { value = data.aws_ecs_service.web.desired_count }
"""


class PretendedInstance(threading.Thread):
    """One container instance of a cluster whose tasks do at once what they are told. stop() ends it."""

    def __init__(self, client, cluster):
        super().__init__(daemon=True)
        self.client, self.cluster, self.over = client, cluster, threading.Event()
        self.problem = None

    def run(self):
        try:
            self.client.call("RegisterContainerInstance", cluster=self.cluster, totalResources=[
                {"name": "CPU", "type": "INTEGER", "integerValue": 2048},
                {"name": "MEMORY", "type": "INTEGER", "integerValue": 4096},
                {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
                {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}])
            while not self.over.wait(REPORT_SECONDS):
                self.report()
        except Exception as problem:  # The test's own thread tells of it.
            self.problem = problem

    def report(self):
        for desired in ("RUNNING", "STOPPED"):
            arns = self.client.call("ListTasks", cluster=self.cluster, desiredStatus=desired)["taskArns"]
            tasks = self.client.call("DescribeTasks", cluster=self.cluster, tasks=arns)["tasks"] if arns else []
            for task in tasks:
                if task["lastStatus"] != desired:
                    self.client.call("SubmitTaskStateChange", cluster=self.cluster, task=task["taskArn"],
                                     status=desired)

    def stop(self):
        self.over.set()
        self.join(10)


@unittest.skipUnless(shutil.which("terraform") and PROVIDERS, "terraform or its AWS provider is not installed")
class Terraform(ControlPlaneCase):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.mkdtemp(prefix="berth-e2e-terraform-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        with open(os.path.join(self.folder, "terraformrc"), "w", encoding="utf-8") as file:
            file.write('provider_installation {\n  filesystem_mirror { path = "%s" }\n}\n' % PLUGINS)

    def write(self, wait):
        with open(os.path.join(self.folder, "main.tf"), "w", encoding="utf-8") as file:
            file.write(CONFIGURATION % {"url": self.plane.url, "wait": wait})

    def terraform(self, *arguments, expect=0):
        environment = {**self.plane.environment(), "TF_CLI_CONFIG_FILE": os.path.join(self.folder, "terraformrc"),
                       "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        run = subprocess.run(["terraform", arguments[0], "-no-color", *arguments[1:]], cwd=self.folder, text=True,
                             capture_output=True, timeout=TERRAFORM_SECONDS, env=environment)
        self.assertEqual(run.returncode, expect, f"terraform {' '.join(arguments)}:\n{run.stdout[-4000:]}\n{run.stderr}")
        return run.stdout

    def test_apply_plan_update_destroy(self):
        self.write(wait="false")
        self.terraform("init")
        self.terraform("apply", "-auto-approve")
        self.terraform("plan", "-detailed-exitcode")  # 2 would mean that something is to change.
        outputs = json.loads(self.terraform("output", "-json"))
        self.assertEqual((outputs["account"]["value"], outputs["image"]["value"]), (self.plane.account, "busybox"))

        instance = PretendedInstance(self.plane.client(), "tf-one")
        instance.start()
        self.addCleanup(instance.stop)
        self.write(wait="true")
        changed = ("-var", "desired=2", "-var", "seconds=1800", "-var", "team=b")
        self.terraform("apply", "-auto-approve", *changed)
        service = self.ecs.call("DescribeServices", cluster="tf-one", services=["tf-web"])["services"][0]
        self.assertEqual((service["runningCount"], len(service["deployments"])), (2, 1))
        self.assertTrue(service["taskDefinition"].endswith("tf-web:2"))
        sets = self.ecs.call("DescribeTaskSets", cluster="tf-one", service="tf-external")["taskSets"]
        self.assertEqual([s["computedDesiredCount"] for s in sets], [1])
        self.terraform("plan", "-detailed-exitcode", *changed)
        self.assertIsNone(instance.problem)

        for one in self.ecs.call("ListContainerInstances", cluster="tf-one")["containerInstanceArns"]:
            instance.stop()
            self.ecs.call("DeregisterContainerInstance", cluster="tf-one", containerInstance=one, force=True)
        self.terraform("destroy", "-auto-approve", *changed)
        self.assertEqual(self.ecs.call("ListClusters")["clusterArns"], [])
        self.assertEqual(self.ecs.call("ListTaskDefinitions")["taskDefinitionArns"], [])


if __name__ == "__main__":
    unittest.main()
