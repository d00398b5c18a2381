"""The two generations of the Amazon ECS agent as they behave on the wire, replayed without Docker.

`Agent2015` is version 1.4.0, `Agent2024` version 1.83.0: what they send, sign and insist on, as agent-protocol
sections 1 to 5 and 16 describe it. Neither runs a container; tests say what Docker would have done.
"""

import datetime
import json
import urllib.parse
import uuid

from sigv4 import ECS_TARGET, Client, sign
from websocket import WebSocket, trusting

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
PORTS_2015 = ["22", "2375", "2376", "51678"]
CAPABILITIES_2024 = [
    "ecs.capability.private-registry-authentication.secretsmanager", "ecs.capability.secrets.ssm.environment-variables",
    "ecs.capability.container-ordering", "ecs.capability.full-sync", "ecs.capability.env-files.s3",
    "ecs.capability.network.container-port-range", "com.amazonaws.ecs.capability.privileged-container",
    *(f"com.amazonaws.ecs.capability.docker-remote-api.1.{minor}" for minor in range(17, 42)),
    "com.amazonaws.ecs.capability.logging-driver.json-file", "com.amazonaws.ecs.capability.logging-driver.none",
    "com.amazonaws.ecs.capability.ecr-auth", "ecs.capability.execution-role-ecr-pull",
    "ecs.capability.container-health-check", "ecs.capability.docker-plugin.local", "ecs.capability.external"]


class AmazonAgent:
    """What both generations share. `signed` are the headers of an API call that they sign."""

    version = signed = agent_hash = None

    def __init__(self, plane, cluster=None, region="us-east-1"):
        self.plane, self.cluster, self.region = plane, cluster, region
        self.arn, self.sequence = None, 1
        self.api = Client("127.0.0.1", plane.port, plane.key_id, plane.secret, region)
        self.acs = self.tcs = None

    # The API.

    def call(self, operation, parameters):
        """As the agent signs it. Returns (HTTP status, document)."""
        body = json.dumps(parameters).encode()
        headers = self.api.headers(body, f"{ECS_TARGET}.{operation}", signed=self.signed)
        headers["user-agent"] = f"Amazon ECS Agent - v{self.version} ({self.agent_hash}) (linux) (+http://aws.amazon.com/ecs/)"
        answer = self.api.raw("POST", "/", headers, body)
        return answer.status, answer.json()

    def must(self, operation, parameters):
        status, document = self.call(operation, parameters)
        if status != 200:
            raise AssertionError(f"{operation}: {status} {document}")
        return document

    def resources(self):
        return [{"name": "CPU", "type": "INTEGER", "integerValue": 2048},
                {"name": "MEMORY", "type": "INTEGER", "integerValue": 4096},
                {"name": "PORTS", "type": "STRINGSET", "stringSetValue": list(self.reserved_ports)},
                {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}]

    def register(self):
        """Registers as at a start: under the saved ARN when there is one, else making the default cluster if need be."""
        request = self.registration()
        request["cluster"] = self.cluster or "default"
        if self.arn:
            request["containerInstanceArn"] = self.arn
        status, document = self.call("RegisterContainerInstance", request)
        if status != 200 and not self.cluster and self.may_create(document):
            made = self.must("CreateCluster", {"clusterName": "default"})
            request["cluster"] = made["cluster"]["clusterName"]
            status, document = self.call("RegisterContainerInstance", request)
        if status != 200:
            raise AssertionError(f"RegisterContainerInstance: {status} {document}")
        self.cluster = request["cluster"]
        self.arn = document["containerInstance"]["containerInstanceArn"]
        self.check_registration(request, document["containerInstance"])
        return document["containerInstance"]

    def check_registration(self, request, instance):
        pass

    def endpoints(self):
        found = self.must("DiscoverPollEndpoint", {"cluster": self.cluster, "containerInstance": self.arn})
        return found["endpoint"], found["telemetryEndpoint"]

    # The websockets.

    def open(self, endpoint, query):
        """A signed websocket to `endpoint` + ws?query. The URL has + for a blank, the signature %20, as with Go."""
        url = urllib.parse.urlsplit(endpoint if endpoint.endswith("/") else endpoint + "/")
        path = url.path + "ws"
        now = datetime.datetime.now(datetime.timezone.utc)
        host = url.netloc
        headers = {"host": host, "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ")}
        canonical = urllib.parse.urlencode(sorted(query.items()), quote_via=urllib.parse.quote, safe="-_.~")
        authorization = sign("GET", path, headers, b"", self.plane.key_id, self.plane.secret, self.region, "ecs", now,
                             query=canonical)
        sent = {"Host": host, "X-Amz-Date": headers["x-amz-date"], "Authorization": authorization, **self.socket_headers}
        target = path + "?" + urllib.parse.urlencode(sorted(query.items()))
        tls = trusting(self.plane.data_dir + "/ca.pem") if self.uses_tls(url.scheme) else None
        name = host if tls and self.names_the_port else None
        return WebSocket(url.hostname, url.port, target, sent, tls, name)

    def connect(self):
        """Both sockets, and the first telemetry message, as at a start. Each replaces the one before."""
        endpoint, telemetry = self.endpoints()
        self.acs = self.open(endpoint, self.control_query())
        self.tcs = self.open(telemetry, self.telemetry_query())
        self.publish_idle()
        return self

    def publish_idle(self):
        """One PublishMetricsRequest, whose frame begins with a block of headers; returns when it is acknowledged."""
        text = json.dumps({"type": "PublishMetricsRequest", "message": {
            "metadata": {"cluster": self.cluster, "containerInstance": self.arn, "idle": True, "fin": True,
                         "messageId": str(uuid.uuid4())}, "timestamp": 1795217697}})
        block = "Authorization: AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host;x-amz-date, Signature=0\r\nHost: h\r\n\r\n"
        self.tcs.send_text(block + text)
        self.tcs.receive_of("AckPublishMetric")

    def payload(self):
        """The next payload, with the sequence number and id that an agent insists on."""
        message = self.acs.receive_of("PayloadMessage")
        if not message.get("messageId") or message["seqNum"] < 1:
            raise AssertionError(f"a payload that agents drop: {message}")
        return message

    def acknowledge(self, message):
        self.sequence = max(self.sequence, message["seqNum"])
        self.acs.send("AckRequest", {"cluster": self.cluster, "containerInstance": self.arn,
                                     "messageId": message["messageId"]})

    def crash(self):
        """The process is gone; the sockets with it."""
        for each in (self.acs, self.tcs):
            if each:
                each.close()
        self.acs = self.tcs = None

    def task_state(self, task, status, **more):
        return self.must("SubmitTaskStateChange", {"cluster": self.cluster, "task": task, "status": status, "reason": "",
                                                   **more})


class Agent2015(AmazonAgent):
    """1.4.0: signs three headers, registers without attributes, and dials TLS whatever the endpoint's scheme is."""

    version, agent_hash = "1.4.0", "*UNKNOWN"
    signed = ["host", "x-amz-date", "x-amz-target"]
    reserved_ports = PORTS_2015
    socket_headers = {"X-Amz-Content-Sha256": EMPTY_SHA256}
    names_the_port = False

    def registration(self):
        return {"instanceIdentityDocument": "", "instanceIdentityDocumentSignature": "", "totalResources": self.resources()}

    def may_create(self, error):
        return True

    def uses_tls(self, scheme):
        return True

    def control_query(self):
        return {"agentHash": self.agent_hash, "agentVersion": self.version, "clusterArn": self.cluster,
                "containerInstanceArn": self.arn, "dockerVersion": "DockerVersion: 20.10.24+dfsg1",
                "seqNum": str(self.sequence)}

    def telemetry_query(self):
        return {"cluster": self.cluster, "containerInstance": self.arn}

    def container_state(self, task, name, status, **more):
        return self.must("SubmitContainerStateChange", {"cluster": self.cluster, "task": task, "containerName": name,
                                                        "status": status, "networkBindings": [], **more})


class Agent2024(AmazonAgent):
    """1.83.0 in external mode: signs five headers, insists on its attributes, follows the endpoint's scheme."""

    version, agent_hash = "1.83.0", "c763e4dc"
    signed = ["content-length", "content-type", "host", "x-amz-date", "x-amz-target"]
    reserved_ports = PORTS_2015 + ["51679"]
    socket_headers = {"User-Agent": "Go-http-client/1.1"}
    names_the_port = True
    connected_before = False

    def registration(self):
        attributes = [{"name": name} for name in CAPABILITIES_2024]
        attributes += [{"name": "ecs.os-type", "value": "linux"}, {"name": "ecs.os-family", "value": "LINUX"},
                       {"name": "ecs.cpu-architecture", "value": "x86_64"}]
        return {"instanceIdentityDocument": "", "instanceIdentityDocumentSignature": "", "totalResources": self.resources(),
                "attributes": attributes, "clientToken": str(uuid.uuid4())}

    def may_create(self, error):
        return "Cluster not found." in error.get("message", "")

    def check_registration(self, request, instance):
        """An attribute that is not echoed with its value ends this agent with exit code 5."""
        echoed = {each["name"]: each.get("value", "") for each in instance["attributes"]}
        for each in request["attributes"]:
            if echoed.get(each["name"]) != each.get("value", ""):
                raise AssertionError(f"attribute {each} is not echoed: {echoed.get(each['name'])!r}")

    def uses_tls(self, scheme):
        return scheme == "https"

    def call(self, operation, parameters):
        body = json.dumps(parameters).encode()
        headers = self.api.headers(body, f"{ECS_TARGET}.{operation}", signed=self.signed,
                                   extra={"content-length": str(len(body))})
        answer = self.api.raw("POST", "/", headers, body)
        return answer.status, answer.json()

    def control_query(self):
        first, self.connected_before = not self.connected_before, True
        return {"agentHash": self.agent_hash, "agentVersion": self.version, "clusterArn": self.cluster,
                "containerInstanceArn": self.arn, "dockerVersion": "DockerVersion: 20.10.24+dfsg1", "seqNum": "1",
                "protocolVersion": "2", "sendCredentials": "true" if first else "false"}

    def telemetry_query(self):
        return {"agentHash": self.agent_hash, "agentVersion": self.version, "cluster": self.cluster,
                "containerInstance": self.arn, "dockerVersion": "20.10.24+dfsg1"}
