"""scripts/quickstart from its start to --stop: what it prints as "try next" works as printed.

Method: the programs that are built, a data directory with quotes and spaces in its name, a port of its own.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import BIN, ROOT, docker, free_port

QUICKSTART = os.path.join(ROOT, "scripts", "quickstart")
RESERVED = "/proc/sys/net/ipv4/ip_local_reserved_ports"
SECONDS_MAX = 300


def reserved_ports():
    found = set()
    with open(RESERVED, encoding="ascii") as file:
        for part in filter(None, file.read().strip().split(",")):
            first, _, last = part.partition("-")
            found |= set(range(int(first), int(last or first) + 1))
    return found


class Quickstart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="berth-e2e-quickstart-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.data_dir = os.path.join(cls.folder, "it's \"quoted\" and spaced")
        cls.addClassCleanup(lambda: cls.run_script("--stop", "--data-dir", cls.data_dir))
        cls.reserved_before = reserved_ports()
        cls.stranger = docker("run", "-d", "--rm", "busybox", "sleep", "300")
        cls.addClassCleanup(lambda: docker("rm", "-f", cls.stranger))
        cls.port = free_port()
        cls.first = cls.run_script("--data-dir", cls.data_dir, "--port", str(cls.port))

    @classmethod
    def run_script(cls, *words):
        return subprocess.run([QUICKSTART, *words], text=True, capture_output=True, timeout=SECONDS_MAX, cwd=ROOT,
                              env={**os.environ, "BERTH_BIN": BIN})

    def printed_commands(self, text):
        return re.findall(r"^  (\S.*)$", text[text.index("Try next:"):], re.M)

    def shell(self, command):
        """Runs what was printed as whoever reads it would: in a fresh shell."""
        run = subprocess.run(["bash", "-c", command], text=True, capture_output=True, timeout=SECONDS_MAX, cwd=ROOT,
                             env={"PATH": os.environ["PATH"], "HOME": self.folder, "BERTH_BIN": BIN, "AWS_PAGER": ""})
        self.assertEqual(run.returncode, 0, f"{command}: {run.stderr}")
        return run.stdout

    def test_1_runs_two_tasks_and_shows_only_its_own_containers(self):
        self.assertEqual(self.first.returncode, 0, self.first.stderr)
        self.assertIn("Hello from Berth", self.first.stdout)
        self.assertIn(f"http://127.0.0.1:{self.port} ", self.first.stdout)
        listed = self.first.stdout[self.first.stdout.index("Containers:"):self.first.stdout.index("Try next:")]
        self.assertEqual(len(re.findall(r"ecs-(sleep360|hello-web)-\d+-", listed)), 2, listed)
        self.assertEqual(len(listed.strip().splitlines()), 3, listed)
        if os.geteuid() == 0:
            self.assertLessEqual({51678, 51679}, reserved_ports())

    def test_2_what_to_try_next_works_as_printed(self):
        commands = self.printed_commands(self.first.stdout)
        self.assertEqual(len(commands), 5, commands)
        self.assertRegex(self.shell(commands[0]), r"agent connected: true, 2 tasks running")
        self.assertIn('family:hello-web', self.shell(commands[1]))
        self.shell(commands[2])
        self.assertIn("taskArns", self.shell(commands[3]))

    def test_3_a_task_is_named_by_the_beginning_of_its_id(self):
        berth = [os.path.join(BIN, "berth"), "--data-dir", self.data_dir]
        arn = re.search(r'"(arn:[^"]+)"', subprocess.run([*berth, "call", "ListTasks"], text=True, capture_output=True, check=True).stdout)[1]
        shown = subprocess.run([*berth, "explain", "task", arn.split("/")[-1][:28]], text=True, capture_output=True, check=True)
        self.assertIn(f"task {arn.split('/')[-1]} ", shown.stdout)

    def test_4_again_it_finds_what_runs(self):
        again = self.run_script("--data-dir", self.data_dir)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn(f"http://127.0.0.1:{self.port} ", again.stdout)

    def test_5_stop_finds_what_it_started(self):
        stopped = self.shell(self.printed_commands(self.first.stdout)[-1])
        self.assertIn("berthd: stopped", stopped)
        self.assertEqual(docker("ps", "-aq", "--filter", f"id={self.stranger}")[:12], self.stranger[:12], "a stranger's container")
        self.assertEqual(reserved_ports(), self.reserved_before)
        again = self.run_script("--stop", "--data-dir", self.data_dir)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("nothing was stopped", again.stderr)


@unittest.skipUnless(os.geteuid() == 0, "a machine of its own needs root")
class OnAFreshMachine(unittest.TestCase):
    def test_the_docker_engine_that_it_started_is_stopped_again(self):
        folder = tempfile.mkdtemp(prefix="berth-e2e-quickstart-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        script = f"""{QUICKSTART} --data-dir {folder}/data || exit 1
            ps -C dockerd -o comm= || exit 2
            {QUICKSTART} --stop --data-dir {folder}/data || exit 3
            if ps -C dockerd -o comm=; then exit 4; fi"""
        run = subprocess.run([os.path.join(ROOT, "scripts", "fresh-machine"), "bash", "-c", script], text=True, cwd=ROOT,
                             capture_output=True, timeout=SECONDS_MAX, env={**os.environ, "BERTH_BIN": BIN})
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("stopping Docker Engine", run.stderr)


if __name__ == "__main__":
    unittest.main()
