"""Docker is restarted under the agent.

Goal: what lived on is still RUNNING and still obeys; what died is told; new tasks start; nothing is counted twice.
Method: a dockerd of the test's own, on its own socket and folders, killed and started again.
"""

import os
import shutil
import signal
import subprocess
import tempfile

from harness import LOGS, AgentCase, wait_until


class Engine:
    """A second dockerd, apart from the host's: no bridge, no iptables, a name space of its own in containerd."""

    def __init__(self, *flags):
        self.folder, self.flags = tempfile.mkdtemp(prefix="berth-e2e-dockerd-"), flags
        self.host = f"unix://{self.folder}/docker.sock"
        self.process = None

    def start(self):
        # containerd's name spaces neither end in nor double a `_`, as names of temporary folders may.
        name = os.path.basename(self.folder).replace("_", "x")
        os.makedirs(LOGS, exist_ok=True)
        with open(os.path.join(LOGS, "dockerd.log"), "ab") as log:
            self.process = subprocess.Popen(
                # With a network of its own: an engine without a bridge removes the docker0 that it finds.
                ["unshare", "--net", "dockerd", "--host", self.host, "--data-root", f"{self.folder}/data", "--exec-root",
                 f"{self.folder}/exec", "--pidfile", f"{self.folder}/pid", "--bridge", "none", "--iptables=false",
                 "--ip6tables=false", "--containerd-namespace", name, "--containerd-plugins-namespace", f"{name}-p",
                 *self.flags], stdout=log, stderr=log, start_new_session=True)
        wait_until(lambda: self.docker("version", check=False).returncode == 0, 60, "the second dockerd")
        return self

    def docker(self, *arguments, check=True, data=None):
        run = subprocess.run(["docker", "-H", self.host, *arguments], capture_output=True, input=data, timeout=60)
        if check and run.returncode:
            raise AssertionError(f"docker {' '.join(arguments)}: {run.stderr.decode()}")
        return run

    def stop(self, number=signal.SIGTERM):
        os.kill(self.process.pid, number)
        self.process.wait(60)
        # A killed engine leaves pid files, its own and its containerd's (which went with it), and would not start again.
        for path in ("pid", "exec/containerd/containerd.pid"):
            if os.path.exists(f"{self.folder}/{path}"):
                os.remove(f"{self.folder}/{path}")

    def destroy(self):
        if self.process.poll() is None:
            ids = self.docker("ps", "-aq", check=False).stdout.decode().split()
            if ids:
                self.docker("rm", "-f", "-v", *ids, check=False)
            self.stop()
        with open("/proc/mounts", encoding="utf-8") as mounts:
            left = [line.split()[1] for line in mounts if self.folder in line]
        for mount in reversed(left):
            subprocess.run(["umount", mount], capture_output=True, timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)


class EngineRestart(AgentCase):
    @classmethod
    def setUpClass(cls):
        image = subprocess.run(["docker", "save", "busybox"], capture_output=True, timeout=60, check=True).stdout
        cls.engine = Engine("--live-restore")
        cls.addClassCleanup(cls.engine.destroy)
        cls.engine.start()
        cls.engine.docker("load", data=image)
        cls.agent_environment = {"DOCKER_HOST": cls.engine.host, "BERTH_METADATA_ROUTE": "false"}
        super().setUpClass()

    def tearDown(self):
        self.stop_tasks()

    def start(self, name, *command):
        container = {"name": "web", "image": "busybox", "memory": 32, "command": list(command)}
        self.ecs.call("RegisterTaskDefinition", family=name, networkMode="host", containerDefinitions=[container])
        return self.run_task(name)[0]

    def reports(self, arn, status):
        """How often the agent has told the control plane so, by its own log."""
        words = f"task {arn.rsplit('/', 1)[1]} is {status}"
        return sum(words in line for line in self.agent.process.lines)

    def test_restart_with_containers_that_live_on(self):
        stays, ends = self.start("stays", "sleep", "600"), self.start("ends", "sleep", "12")
        for arn in (stays, ends):
            self.wait_for_task(arn, "RUNNING")
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.engine.stop(number)
            self.assertTrue(self.agent.process.running())
            self.assertEqual(self.describe_task(stays)["lastStatus"], "RUNNING")
            self.engine.start()
        task = self.wait_for_task(ends, "STOPPED", 90)
        self.assertEqual(task["containers"][0].get("exitCode"), 0)
        self.assertEqual(self.describe_task(stays)["lastStatus"], "RUNNING")
        fresh = self.start("fresh", "sleep", "600")
        self.wait_for_task(fresh, "RUNNING", 90)
        self.assertEqual(self.reports(stays, "RUNNING"), 1)
        self.ecs.call("StopTask", task=stays)
        self.wait_for_task(stays, "STOPPED")

    def test_stopping_a_task_while_the_engine_is_away(self):
        arn = self.start("away", "sleep", "600")
        self.wait_for_task(arn, "RUNNING")
        self.engine.stop()
        self.ecs.call("StopTask", task=arn)
        wait_until(lambda: any("stopping container web" in line for line in self.agent.process.lines), what="the try")
        self.assertEqual(self.describe_task(arn)["lastStatus"], "RUNNING")
        self.engine.start()
        self.wait_for_task(arn, "STOPPED", 90)


class EngineThatTakesContainersAlong(AgentCase):
    @classmethod
    def setUpClass(cls):
        image = subprocess.run(["docker", "save", "busybox"], capture_output=True, timeout=60, check=True).stdout
        cls.engine = Engine()
        cls.addClassCleanup(cls.engine.destroy)
        cls.engine.start()
        cls.engine.docker("load", data=image)
        cls.agent_environment = {"DOCKER_HOST": cls.engine.host, "BERTH_METADATA_ROUTE": "false"}
        super().setUpClass()

    def test_what_died_is_told(self):
        container = {"name": "web", "image": "busybox", "memory": 32, "command": ["sleep", "600"]}
        self.ecs.call("RegisterTaskDefinition", family="dies", networkMode="host", containerDefinitions=[container])
        arn = self.run_task("dies")[0]
        self.wait_for_task(arn, "RUNNING")
        self.engine.stop()
        self.engine.start()
        task = self.wait_for_task(arn, "STOPPED", 90)
        self.assertIn(task["containers"][0].get("exitCode"), (137, 143))
        self.assertEqual(task["stopCode"], "EssentialContainerExited")
