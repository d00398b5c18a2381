"""Containers through Berth against containers through Docker's own API, in turn on one machine.

One pair: COUNT containers created and started through the API with as many connections as an agent uses, then COUNT
tasks by RunTask until all are RUNNING. The figure is the median of the pairs' ratios.
"""

import concurrent.futures
import http.client
import json
import os
import socket
import statistics
import subprocess
import tempfile
import time

import system

SOCKET = "/var/run/docker.sock"
WORKERS = 8
IMAGE = "busybox:latest"


class DockerConnection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("localhost")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(SOCKET)


def docker(method, path, body=None):
    connection = DockerConnection()
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text else {}
    finally:
        connection.close()


def raw(count, network):
    def one(_):
        made = docker("POST", "/v1.41/containers/create",
                      {"Image": IMAGE, "Cmd": ["sleep", "3600"], "HostConfig": {"NetworkMode": network}})
        docker("POST", f"/v1.41/containers/{made['Id']}/start")
        return made["Id"]

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        ids = list(pool.map(one, range(count)))
    took = time.monotonic() - began
    remove(ids)
    return count / took


def remove(ids):
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda i: docker("DELETE", f"/v1.41/containers/{i}?force=1"), ids))


def through_berth(client, count, family):
    began = time.monotonic()
    arns = []
    for _ in range(0, count, 10):
        answer = client.call("RunTask", taskDefinition=family, count=10)
        if answer["failures"]:
            raise RuntimeError(f"RunTask: {answer['failures'][0]}")
        arns += [task["taskArn"] for task in answer["tasks"]]

    def all_running():
        found = client.call("DescribeTasks", tasks=arns[:100])["tasks"]
        return all(task["lastStatus"] == "RUNNING" for task in found)

    if not system.wait_for(all_running, 120):
        raise RuntimeError("the tasks are not RUNNING after 120 s")
    took = time.monotonic() - began
    # Their containers go at once: what is measured is the launch. The agent reports what it then sees.
    label = '{"label":["com.amazonaws.ecs.task-definition-family=' + family + '"]}'
    import urllib.parse
    found = docker("GET", "/v1.41/containers/json?all=1&filters=" + urllib.parse.quote(label))
    remove([c["Id"] for c in found])
    system.wait_for(lambda: not client.call("ListTasks")["taskArns"], 120)
    return count / took


def measure(pairs=7, count=100, networks=("bridge", "host")):
    figures = {}
    with system.Server() as server:
        client = server.client()
        data = tempfile.mkdtemp(prefix="berth-bench-agent-")
        environment = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": server.key_id,
                       "AWS_SECRET_ACCESS_KEY": server.secret, "AWS_DEFAULT_REGION": "us-east-1",
                       "ECS_BACKEND_HOST": server.url, "ECS_DATADIR": data, "ECS_LOGLEVEL": "warn",
                       "ECS_IMAGE_PULL_BEHAVIOR": "prefer-cached"}
        with open(os.path.join(data, "log"), "wb") as log:
            agent = subprocess.Popen([os.path.join(system.BIN, "berth-agent")], env=environment, stdout=log, stderr=log)
        try:
            def connected():
                try:
                    return client.call("ListContainerInstances")["containerInstanceArns"]
                except Exception:  # The agent makes the cluster.
                    return []
            if not system.wait_for(connected, 60):
                raise RuntimeError("the agent did not register")
            for network in networks:
                family = f"launch-{network}"
                client.call("RegisterTaskDefinition", family=family, networkMode=network, containerDefinitions=[
                    {"name": "main", "image": IMAGE, "cpu": 1, "memory": 8, "essential": True, "command": ["sleep", "3600"]}])
                rates = [(raw(count, network), through_berth(client, count, family)) for _ in range(pairs)]
                figures[network] = {"raw_per_second": statistics.median(r for r, _ in rates),
                                    "berth_per_second": statistics.median(b for _, b in rates),
                                    "ratio": statistics.median(b / r for r, b in rates)}
        finally:
            agent.terminate()
            agent.wait(30)
    return figures
