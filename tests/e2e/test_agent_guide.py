"""What the guide says of the agent and what only a running one shows: introspection, who is let in, proxies, user data.

Method: real programs; the guide's own commands (curl, jq, awk, the AWS CLI) where it has some.
"""

import json
import os
import socket
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

from harness import (BIN, Agent, AgentCase, ControlPlane, bridge_address, connected_instances, containers, docker, free_port,
                     wait_until)

LOCAL = "http://127.0.0.1:51678"
# Guide p.27: Starting a Task at Container Instance Launch Time, from where the agent answers.
USER_DATA = r"""
until $(curl -s http://localhost:51678/v1/metadata >/dev/null); do sleep 0.1; done
instance_arn=$(curl -s http://localhost:51678/v1/metadata | jq -r '. | .ContainerInstanceArn' | awk -F/ '{print $NF}' )
cluster=$(curl -s http://localhost:51678/v1/metadata | jq -r '. | .Cluster' | awk -F/ '{print $NF}' )
region=$(curl -s http://localhost:51678/v1/metadata | jq -r '. | .ContainerInstanceArn' | awk -F: '{print $4}')
aws --endpoint-url $ENDPOINT ecs start-task --cluster $cluster --task-definition my_task_def --container-instances \
  $instance_arn --started-by $instance_arn --region $region
"""


def get(path, base=LOCAL):
    """Status and JSON of an answer of the introspection endpoint."""
    try:
        with urllib.request.urlopen(base + path, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        return error.code, json.loads(text) if text.startswith("{") else text


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Introspection(AgentCase):
    cluster = "introspected"
    agent_environment = {"ECS_LOG_OUTPUT_FORMAT": "guide-2015"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plane.client().call("RegisterTaskDefinition", family="nap", containerDefinitions=[
            {"name": "nap", "image": "busybox", "memory": 16, "command": ["sleep", "300"], "portMappings": [{"containerPort": 80}]}])

    def tearDown(self):
        self.stop_tasks()

    def test_commands_and_metadata(self):
        self.assertIn("/v1/tasks", get("/")[1]["AvailableCommands"])
        status, metadata = get("/v1/metadata")
        self.assertEqual((status, sorted(metadata)), (200, ["Cluster", "ContainerInstanceArn", "Version"]))
        self.assertEqual(metadata["Cluster"], "introspected")
        # Nobody asks with a body, so none is taken in.
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(LOCAL + "/v1/metadata", data=b"x" * 1000, timeout=10)
        self.assertEqual(refused.exception.code, 413)
        self.assertRegex(metadata["Version"], r"^Amazon ECS Agent - v\d+\.\d+\.\d+ \([0-9a-f*]{7,}\)$")

    def test_tasks_of_one_and_all(self):
        arns = [self.run_task("nap")[0] for _ in range(2)]
        for arn in arns:
            self.wait_for_task(arn, "RUNNING")
        found = {task["Arn"]: task for task in get("/v1/tasks")[1]["Tasks"]}
        self.assertLessEqual(set(arns), set(found))
        task = found[arns[0]]
        self.assertEqual((task["DesiredStatus"], task["KnownStatus"], task["Family"], task["Version"]),
                         ("RUNNING", "RUNNING", "nap", "1"))
        [container] = task["Containers"]
        self.assertEqual(container["Name"], "nap")
        self.assertRegex(container["DockerName"], r"^ecs-nap-1-nap-[0-9a-f]{20}$")
        self.assertEqual(docker("inspect", "--format", "{{.Name}}", container["DockerId"]), "/" + container["DockerName"])
        for question in (f"taskarn={arns[0]}", f"dockerid={container['DockerId']}", f"dockerid={container['DockerId'][:12]}"):
            self.assertEqual(get(f"/v1/tasks?{question}")[1]["Arn"], arns[0], question)
        self.assertEqual(get(f"/v1/tasks?taskarn={arns[0]}&dockerid={container['DockerId']}")[0], 400)
        status, nobody = get("/v1/tasks?dockerid=0123456789ab")
        self.assertEqual((status, nobody["Arn"]), (404, ""))

    def test_a_stopped_task_stays_and_its_desired_status_does_not_contradict(self):
        killed, stopped = (self.run_task("nap")[0] for _ in range(2))
        for arn in (killed, stopped):
            self.wait_for_task(arn, "RUNNING")
        foreign = docker("run", "-d", "busybox", "sleep", "300")
        self.addCleanup(docker, "rm", "-f", foreign)
        docker("kill", containers(f"task-arn={killed}", "running")[0])
        self.ecs.call("StopTask", cluster=self.cluster, task=stopped)
        for arn in (killed, stopped):
            self.wait_for_task(arn, "STOPPED")
        task = get(f"/v1/tasks?taskarn={stopped}")[1]
        self.assertEqual((task["KnownStatus"], task["DesiredStatus"]), ("STOPPED", "STOPPED"))
        # As in the guide's example of p.120: nobody asked it to stop.
        task = get(f"/v1/tasks?taskarn={killed}")[1]
        self.assertEqual((task["KnownStatus"], task.get("DesiredStatus")), ("STOPPED", None))
        # Its containers are kept, by name, and what is not ours is not listed.
        self.assertTrue(docker("ps", "-aq", "--filter", f"name={task['Containers'][0]['DockerName']}"))
        self.assertNotIn(foreign, json.dumps(get("/v1/tasks")[1]))

    def test_containers_of_this_host_are_answered_and_other_hosts_are_not(self):
        page = docker("run", "--rm", "busybox", "wget", "-q", "-O", "-", f"http://{bridge_address()}:51678/v1/metadata")
        self.assertIn("ContainerInstanceArn", page)
        if os.geteuid() != 0:
            self.skipTest("another host needs root")
        name = f"berth-e2e-{os.getpid()}"
        commands = [f"ip netns add {name}", f"ip link add {name[:13]}h type veth peer name {name[:13]}g netns {name}",
                    f"ip addr add 192.0.2.1/30 dev {name[:13]}h", f"ip link set {name[:13]}h up",
                    f"ip -n {name} addr add 192.0.2.2/30 dev {name[:13]}g", f"ip -n {name} link set {name[:13]}g up"]
        self.addCleanup(subprocess.run, f"ip netns del {name}; ip link del {name[:13]}h", shell=True, capture_output=True)
        for command in commands:
            subprocess.run(command.split(), check=True, capture_output=True)
        asked = subprocess.run(["ip", "netns", "exec", name, "curl", "-s", "-m", "10", "http://192.0.2.1:51678/v1/metadata"],
                               capture_output=True, text=True, check=False)
        self.assertNotIn("ContainerInstanceArn", asked.stdout)

    def test_user_data_starts_a_task_on_its_own_instance(self):
        self.ecs.call("RegisterTaskDefinition", family="my_task_def", containerDefinitions=[
            {"name": "nap", "image": "busybox", "memory": 16, "command": ["sleep", "300"]}])
        run = subprocess.run(["bash", "-e", "-c", USER_DATA], capture_output=True, text=True, timeout=60, check=False,
                             env={**self.plane.environment(), "ENDPOINT": self.plane.url})
        self.assertEqual(run.returncode, 0, run.stderr)
        [started] = json.loads(run.stdout)["tasks"]
        task = self.wait_for_task(started["taskArn"], "RUNNING")
        instance = get("/v1/metadata")[1]["ContainerInstanceArn"]
        self.assertEqual((task["containerInstanceArn"], task["startedBy"]), (instance, instance.rsplit("/", 1)[1]))

    def test_the_log_tells_the_beginning_in_the_guides_words(self):
        """Guide p.119, in the form of its lines (ECS_LOG_OUTPUT_FORMAT), but for the stacks."""
        said = "\n".join(self.agent.process.lines)
        words = ['lvl=info msg="Starting Agent" module=main', 'lvl=info msg="Loading configuration" module=main',
                 'lvl=info msg="Loading state!" module=statemanager', 'lvl=info msg="Registering Instance with ECS" module=main',
                 'lvl=info msg=Registered! module="api client"',
                 'lvl=info msg="Registration completed successfully" module=main containerInstance=arn:aws:ecs:',
                 'lvl=info msg="Saving state!" module=statemanager', 'lvl=info msg="Beginning Polling for updates" module=main',
                 'lvl=dbug msg="Added update handlers" module=updater',
                 f'lvl=info msg="Creating poll dialer" module="acs client" host=127.0.0.1:{self.plane.port}']
        places = [said.find(word) for word in words]
        self.assertNotIn(-1, places, said)
        self.assertEqual(places, sorted(places))
        self.assertRegex(said, r"(?m)^t=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000 lvl=info msg=\"Registration completed "
                               r"successfully\" module=main containerInstance=\S+ cluster=introspected$")


class Outsiders(unittest.TestCase):
    def setUp(self):
        self.plane = ControlPlane()
        self.addCleanup(self.plane.destroy)
        self.plane.start()
        self.client = self.plane.client()
        self.addCleanup(self.client.close)

    def agent(self, plane=None, **environment):
        agent = Agent(plane or self.plane, **environment)
        self.addCleanup(agent.destroy)
        return agent.start()

    def test_an_agent_without_good_keys_stays_outside_and_its_port_closed(self):
        agent = self.agent(AWS_SECRET_ACCESS_KEY="wrong")

        def refusals():
            return [line for line in agent.process.lines if "registration failed" in line]

        first = wait_until(refusals, 20, "a refusal in the log")[0]
        self.assertRegex(first, r"InvalidSignatureException|UnrecognizedClientException|AccessDenied")
        self.assertIn("AWS_SECRET_ACCESS_KEY is not the secret of AWS_ACCESS_KEY_ID", first)
        self.assertFalse(is_open(51678), "the introspection port answers before the registration")
        wait_until(lambda: len(refusals()) > 1 or not agent.process.running(), 20, "another try, or the end for the supervisor")
        self.assertEqual(connected_instances(self.client, "default"), [])

    def test_first_mistakes_name_their_settings(self):
        good = {**self.plane.environment(), "ECS_BACKEND_HOST": self.plane.url}
        for missing, named in (("ECS_BACKEND_HOST", ["ECS_BACKEND_HOST: "]),
                               ("AWS_ACCESS_KEY_ID", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SHARED_CREDENTIALS_FILE"])):
            environment = {name: value for name, value in good.items() if name != missing}
            ended = subprocess.run([os.path.join(BIN, "berth-agent")], env=environment, capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual(ended.returncode, 5, missing)
            for word in named:
                self.assertIn(word, ended.stdout + ended.stderr)
        agent = self.agent(ECS_CLUSTER="nowhere")
        wait_until(lambda: any("ECS_CLUSTER (nowhere)" in line and "region us-east-1" in line for line in agent.process.lines),
                   20, "cluster and region in the log")

    def test_the_port_opens_with_the_registration_and_the_arn_is_there_at_once(self):
        agent = self.agent()
        deadline = time.monotonic() + 30
        while not is_open(51678):
            self.assertTrue(agent.process.running() and time.monotonic() < deadline, agent.process.output())
        self.assertTrue(get("/v1/metadata")[1]["ContainerInstanceArn"])
        # Cluster `default` was made by the agent.
        self.assertEqual(self.client.call("DescribeClusters")["clusters"][0]["status"], "ACTIVE")

    def test_without_metrics_there_is_no_second_socket(self):
        agent = self.agent(ECS_DISABLE_METRICS="true")
        wait_until(lambda: connected_instances(self.client, "default"), 30, "a connected instance")
        self.assertFalse([line for line in agent.process.lines if "connected to TCS" in line])

    def test_without_a_data_folder_nothing_is_kept(self):
        agent = self.agent(ECS_DATADIR="")
        wait_until(lambda: connected_instances(self.client, "default"), 30, "a connected instance")
        agent.kill()
        self.assertEqual(os.listdir(agent.data_dir), [])


class Proxy(threading.Thread):
    """Takes CONNECT on loopback, notes whereto, and passes bytes on."""

    def __init__(self):
        super().__init__(daemon=True)
        self.asked = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(1)
        target = head.split()[1].decode()
        self.asked.append((head.split()[0].decode(), target))
        host, port = target.rsplit(":", 1)
        peer = socket.create_connection((host, int(port)))
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Thread(target=self.copy, args=(peer, connection), daemon=True).start()
        self.copy(connection, peer)

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class ThroughAProxy(unittest.TestCase):
    def test_calls_and_websockets_go_through_it(self):
        bridge = bridge_address()
        endpoint = f"{bridge}:{free_port()}"
        plane = ControlPlane("--tls-listen", endpoint, "--tls-name", bridge)
        self.addCleanup(plane.destroy)
        plane.start()
        proxy = Proxy()
        self.addCleanup(proxy.listener.close)
        proxy.start()
        agent = Agent(plane, ECS_BACKEND_HOST=f"https://{endpoint}", SSL_CERT_FILE=os.path.join(plane.data_dir, "ca.pem"),
                      HTTP_PROXY=proxy.address, NO_PROXY="169.254.169.254,169.254.170.2,/var/run/docker.sock")
        self.addCleanup(agent.destroy)
        agent.start()
        client = plane.client()
        self.addCleanup(client.close)
        wait_until(lambda: connected_instances(client, "default"), 30, "a connected instance")
        # The calls, and each of the two websockets.
        wait_until(lambda: len(proxy.asked) >= 3, 30, "three connections through the proxy")
        self.assertEqual(set(proxy.asked), {("CONNECT", endpoint)})


if __name__ == "__main__":
    unittest.main()
