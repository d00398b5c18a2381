#!/usr/bin/env python3
"""A scheduler of your own: keeps COUNT tasks running, each on the cheapest container instance that has room.

The price of an instance is its attribute `price` (no attribute: 0). Berth, like Amazon ECS, lets you decide: it tells
what there is (List*, Describe*) and starts a task exactly where you say (StartTask). Two schedulers may place at the
same time: what no longer fits comes back in `failures`, and the next round decides anew.

    custom_scheduler.py --cluster default --task-definition web --count 3 [--endpoint-url http://127.0.0.1:5167]
"""

import argparse
import time

import boto3

STARTED_BY = "custom-scheduler"  # Our tasks are those with this mark.


def pages(ecs, operation, result, **parameters):
    for page in ecs.get_paginator(operation).paginate(**parameters):
        yield from page[result]


def instances(ecs, cluster):
    """The instances that can take tasks, the cheapest first."""
    arns = list(pages(ecs, "list_container_instances", "containerInstanceArns", cluster=cluster, status="ACTIVE"))
    found = []
    for at in range(0, len(arns), 100):
        found += ecs.describe_container_instances(cluster=cluster, containerInstances=arns[at:at + 100])["containerInstances"]

    def price(instance):
        return float(next((a["value"] for a in instance["attributes"] if a["name"] == "price"), 0))
    return sorted((i for i in found if i["agentConnected"]), key=price)


def needs(ecs, task_definition):
    """CPU units, MiB and host ports that one task holds."""
    containers = ecs.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]["containerDefinitions"]
    ports = {str(m["hostPort"]) for c in containers for m in c.get("portMappings", []) if m.get("hostPort")}
    memory = sum(c.get("memoryReservation") or c.get("memory", 0) for c in containers)
    return sum(c.get("cpu", 0) for c in containers), memory, ports


def fits(instance, cpu, memory, ports):
    left = {r["name"]: r["stringSetValue"] if r["type"] == "STRINGSET" else r["integerValue"]
            for r in instance["remainingResources"]}
    return left["CPU"] >= cpu and left["MEMORY"] >= memory and not ports & set(left["PORTS"])


def step(ecs, cluster, task_definition, count):
    """One round: starts what is missing, stops what is too much. Returns what it did, in words."""
    ours = list(pages(ecs, "list_tasks", "taskArns", cluster=cluster, startedBy=STARTED_BY, desiredStatus="RUNNING"))
    for arn in ours[count:]:
        ecs.stop_task(cluster=cluster, task=arn, reason="Scaled in by custom-scheduler")
    done = [f"stopped {arn}" for arn in ours[count:]]
    wanted = needs(ecs, task_definition)
    for _ in range(count - len(ours)):
        candidates = [i for i in instances(ecs, cluster) if fits(i, *wanted)]
        if not candidates:
            return done + ["no container instance has room"]
        answer = ecs.start_task(cluster=cluster, taskDefinition=task_definition, startedBy=STARTED_BY,
                                containerInstances=[candidates[0]["containerInstanceArn"]])
        done += [f"started {t['taskArn']} on {candidates[0]['ec2InstanceId']}" for t in answer["tasks"]]
        done += [f"{f['arn']}: {f['reason']}" for f in answer["failures"]]
    return done


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cluster", default="default")
    parser.add_argument("--task-definition", required=True)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--endpoint-url", help="default: AWS_ENDPOINT_URL")
    parser.add_argument("--once", action="store_true", help="one round only")
    options = parser.parse_args()
    ecs = boto3.client("ecs", endpoint_url=options.endpoint_url)
    while True:
        for line in step(ecs, options.cluster, options.task_definition, options.count):
            print(line, flush=True)
        if options.once:
            return
        time.sleep(5)


if __name__ == "__main__":
    main()
