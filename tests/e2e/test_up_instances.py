"""`berth up --instances` makes whole container instances on one machine and `berth down` leaves nothing of them behind.

Method: the command itself, run as root, stopped, killed and interrupted; what the kernel shows before and after.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import unittest
import urllib.request

from harness import BIN, wait_until
from multi import SLEEPER, WEB, Installation, footprint, processes_in, processes_of


@unittest.skipUnless(os.geteuid() == 0, "needs root: network namespaces")
class UpInstances(unittest.TestCase):
    def setUp(self):
        self.berth = Installation()
        self.addCleanup(self.berth.destroy)

    def nothing_is_left(self):
        self.assertEqual({kind: found for kind, found in footprint(self.berth).items() if found}, {})
        self.assertEqual(processes_of(self.berth), [])

    def run_task(self, family, container):
        ecs = self.berth.client()
        self.addCleanup(ecs.close)
        ecs.call("RegisterTaskDefinition", family=family, containerDefinitions=[container])
        arns = [t["taskArn"] for t in ecs.call("RunTask", taskDefinition=family, count=3)["tasks"]]

        def running():
            tasks = ecs.call("DescribeTasks", tasks=arns)["tasks"]
            self.assertNotIn("STOPPED", [t["lastStatus"] for t in tasks], json.dumps(tasks))
            return tasks if all(t["lastStatus"] == "RUNNING" for t in tasks) else None
        return ecs, wait_until(running, 90, f"three running tasks of {family}")

    def test_a_page_through_each_instance_and_down(self):
        instances = self.berth.up()
        self.assertEqual([i.zone for i in instances], ["us-east-1a", "us-east-1b", "us-east-1c"])
        # The same fixed port on each: they are hosts of their own.
        ecs, _ = self.run_task("pages", dict(WEB, portMappings=[{"containerPort": 80, "hostPort": 80}]))
        names = set()
        for instance in instances:
            def page():
                try:
                    with urllib.request.urlopen(f"http://{instance.address}/", timeout=5) as answer:
                        return answer.read().decode().strip()
                except OSError:
                    return None
            names.add(wait_until(page, 20, f"the page of instance {instance.number}"))
        self.assertEqual(len(names), 3, "each answers for its own container")
        # A second `up` finds everything there.
        arns = ecs.call("ListContainerInstances")["containerInstanceArns"]
        pids = [i.pid(program) for i in instances for program in ("containerd", "dockerd", "berth-agent")]
        instances = self.berth.up()
        self.assertEqual([i.pid(program) for i in instances for program in ("containerd", "dockerd", "berth-agent")], pids)
        refused = self.berth.run("up", "--instances", "2")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("`berth down` first", refused.stderr)
        self.assertIn("instance 3:", self.berth.berth("status"))
        self.berth.berth("down")
        self.nothing_is_left()
        # And again: the same container instances come back.
        self.berth.up()
        again = self.berth.client()
        self.addCleanup(again.close)
        self.assertEqual(sorted(again.call("ListContainerInstances")["containerInstanceArns"]), sorted(arns))
        self.berth.berth("down")
        self.nothing_is_left()

    def test_containers_reach_the_control_plane_and_each_other(self):
        instances = self.berth.up(2, "a")
        self.run_task("pages", dict(WEB, portMappings=[{"containerPort": 80, "hostPort": 0}]))
        inside = instances[0].docker("ps", "-q").split()[0]
        listen = ".".join(instances[0].address.split(".")[:3]) + ".1"
        instances[0].docker("exec", inside, "sh", "-c", f"echo | nc -w 5 {listen} {self.berth.port}")
        self.assertIn("200", self.curl(instances[0], f"https://{listen}:{self.berth.port}/healthz"))
        self.assertEqual(self.curl(instances[0], f"http://{listen}:{self.berth.port}/healthz"), "400", "plain HTTP is refused")
        port = instances[1].docker("ps", "--format", "{{.Ports}}").split("->")[0].split(":")[-1]

        def page():
            try:
                return instances[0].docker("exec", inside, "wget", "-q", "-O", "-", f"http://{instances[1].address}:{port}/")
            except AssertionError:  # The server in the container may not listen yet.
                return None
        self.assertRegex(wait_until(page, 20, "the page of the other instance"), "^[0-9a-f]{12}$")

    def curl(self, instance, url):
        """The status of a request from within the instance's network; 000 when there was no answer."""
        tag = instance.runtime_dir.split("/")[3]
        return subprocess.run(["nsenter", f"--net=/run/netns/berth-{tag}-{instance.number}", "curl", "-s", "-o", "/dev/null", "-w",
                               "%{http_code}", "--cacert", os.path.join(self.berth.data_dir, "ca.pem"), "--max-time", "10", url],
                              capture_output=True, text=True).stdout

    def test_down_after_everything_was_killed(self):
        instances = self.berth.up()
        self.run_task("sleepers", SLEEPER)
        held = [c for i in instances for c in i.docker("ps", "-q", "--no-trunc").split()]
        self.assertEqual(len(held), 3)
        shims = subprocess.run(["pgrep", "-f", f"{self.berth.data_dir}|/run/berth/{self.berth.tag}/"],
                               capture_output=True, text=True, check=True).stdout.split()
        for pid in map(int, shims):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.assertEqual(len(processes_in(held)) > 0, True, "containers outlive their shims: that is the point")
        self.berth.berth("down")
        self.nothing_is_left()
        wait_until(lambda: not processes_in(held), 5, "the last of the containers to be waited for")
        self.berth.up()

    def test_up_repairs_what_died(self):
        instances = self.berth.up()
        instances[0].kill("berth-agent")
        instances[1].kill("berth-agent", "dockerd", "containerd")
        told = self.berth.berth("status")
        self.assertEqual(told.count("does not run"), 4)
        self.berth.up()
        self.assertNotIn("does not run", self.berth.berth("status"))

    def test_an_interrupted_up_cleans_up(self):
        for begun in ("a namespace", "an engine", "an agent"):
            with self.subTest(begun):
                up = self.berth.start("up", "--instances", "2")
                self.wait_for(begun)
                up.send_signal(signal.SIGINT)
                _, told = up.communicate(timeout=120)
                self.assertEqual(up.returncode, 1)
                self.assertIn("interrupted", told)
                self.nothing_is_left()

    def wait_for(self, begun):
        def there():
            if begun == "a namespace":
                return footprint(self.berth)["namespaces"]
            program = "dockerd" if begun == "an engine" else "berth-agent"
            return os.path.exists(f"/run/berth/{self.berth.tag}/1/{program}.pid")
        wait_until(there, 60, begun)

    def test_the_data_directory_has_many_names(self):
        self.addCleanup(shutil.rmtree, self.berth.data_dir, ignore_errors=True)
        self.berth.data_dir = os.path.join(self.berth.data_dir, "it's \"quoted\" and spaced")
        self.berth.up(1, "a")
        os.symlink(self.berth.data_dir, self.berth.data_dir + "-link")
        self.addCleanup(os.unlink, self.berth.data_dir + "-link")
        self.berth.extra = {"BERTH_DATA_DIR": self.berth.data_dir + "-link/"}
        self.assertNotIn("does not run", self.berth.berth("status"))
        self.berth.berth("down")
        self.nothing_is_left()

    def test_an_up_that_was_killed_is_taken_down(self):
        up = self.berth.start("up", "--instances", "2")
        self.wait_for("a namespace")
        up.kill()
        up.communicate()
        self.berth.berth("down")
        self.nothing_is_left()

    def test_says_what_it_needs(self):
        def refused(text, *arguments, **environment):
            self.berth.extra = environment
            run = self.berth.run(*arguments)
            self.assertNotEqual(run.returncode, 0)
            self.assertIn(text, run.stderr)
            self.nothing_is_left()
        refused("install Debian's package iproute2", "up", "--instances", "2", PATH="/nowhere")
        refused("wanted are names such as a,b,c", "up", "--instances", "2", "--zones", "a b")
        refused("unknown option '--instances'", "status", "--instances", "2")
        refused("belong to --instances", "up", "--zones", "a")
        refused("--instances '0' must be", "up", "--instances", "0")
        refused("--instances '16' must be", "up", "--instances", "16")
        run = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", os.path.join(BIN, "berth"), "up", "--instances", "2"],
                             capture_output=True, text=True, env=self.berth.environment())
        self.assertEqual(run.returncode, 1)
        self.assertIn("needs root", run.stderr)


if __name__ == "__main__":
    unittest.main()
