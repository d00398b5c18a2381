"""Command lines of all programs and scripts, without Docker: mistakes are named in a line or two and change nothing.

Method: the real programs with wrong words; a berthd, or a socket of the test's own, on the port that `berth up` wants.
"""

import glob
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from harness import BIN, ROOT, ControlPlane, free_port

PROGRAMS = ["berthd", "berth", "berth-agent", "berth-load", "berth-sim"]
SECONDS_MAX = 60
# Program, words, and what the mistake must name.
MISTAKES = [
    ("berthd", ["extra"], "'extra'"),
    ("berthd", ["--threads", "0"], "--threads '0'"),
    ("berthd", ["--threads", "-1"], "--threads '-1'"),
    ("berthd", ["--threads", "100000"], "--threads '100000'"),
    ("berthd", ["--log-level", "loud"], "--log-level 'loud'"),
    ("berthd", ["--log-level", "warning"], "did you mean 'warn'?"),
    ("berthd", ["--task-roles", "/nonexistent"], "--task-roles '/nonexistent' cannot be read"),
    ("berthd", ["--region", "../x"], "--region '../x'"),
    ("berthd", ["--data-dri", "/x"], "did you mean '--data-dir'?"),
    ("berthd", ["--instance-grace", "5"], "--instance-grace '5'"),
    ("berthd", ["--listen", "127.0.0.1:99999"], "--listen '127.0.0.1:99999'"),
    ("berthd", ["--limit", "tasks_per_servic=5"], "did you mean 'tasks_per_service'?"),
    ("berthd", ["--config", "/nonexistent"], "--config '/nonexistent'"),
    ("berth", [], "which command?"),
    ("berth", ["staus"], "unknown command 'staus': did you mean 'status'?"),
    ("berth", ["status", "extra"], "'extra'"),
    ("berth", ["--port", "0", "status"], "--port '0'"),
    ("berth", ["--region", "../x", "status"], "--region '../x'"),
    ("berth", ["--cluster"], "--cluster needs a value"),
    ("berth", ["up", "--instances", "-1"], "--instances '-1'"),
    ("berth", ["up", "--zones", "a,b"], "--instances"),
    ("berth", ["up", "--instances", "2", "--zones", "a,,b"], "--zones 'a,,b'"),
    ("berth", ["call", "ListTask"], "did you mean 'ListTasks'?"),
    ("berth", ["--completion", "zsh"], "--completion 'zsh' must be bash"),
    ("berth", ["explain", "task"], "TASK is missing"),
    ("berth", ["explain", "taks", "x"], "did you mean 'task'?"),
    ("berth", ["simulate", "scale", "web", "many"], "'many'"),
    ("berth", ["backup"], "FILE is missing"),
    ("berth-agent", ["extra"], "'extra'"),
    ("berth-agent", ["--verison"], "did you mean '--version'?"),
    ("berth-load", ["--instances", "x"], "--instances 'x'"),
    ("berth-load", ["--conections", "1"], "did you mean '--connections'?"),
    ("berth-sim", ["--al"], "did you mean '--all'?"),
    ("berth-sim", ["churn", "--seed", "x"], "--seed 'x'"),
    ("berth-sim", ["churm", "--seed", "1"], "did you mean 'churn'?"),
]


def run(program, *words, **environment):
    return subprocess.run([os.path.join(BIN, program), *words], text=True, capture_output=True, timeout=SECONDS_MAX,
                          env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8", **environment})


class CommandLines(unittest.TestCase):
    def test_mistakes_are_named_in_a_line_or_two(self):
        for program, words, named in MISTAKES:
            with self.subTest(program=program, words=words):
                ended = run(program, *words)
                self.assertEqual(ended.returncode, 2, ended.stderr)
                self.assertEqual(ended.stdout, "")
                self.assertIn(named, ended.stderr)
                self.assertLessEqual(len(ended.stderr.splitlines()), 2, "no whole usage")

    def test_help_version_and_pages_of_every_program(self):
        for program in PROGRAMS:
            with self.subTest(program=program):
                for words in (["--help"], ["-h"], ["--nonsense", "--help"]):
                    shown = run(program, *words)
                    self.assertEqual((shown.returncode, shown.stderr), (0, ""))
                    self.assertTrue(shown.stdout.startswith(f"{program}: "), shown.stdout)
                self.assertRegex(run(program, "--version").stdout, rf"^{program} \d+\.\d+\.\d+\n$")
                self.assertIn(f"\n.SH NAME\n{program.replace('-', chr(92) + '-')} ", run(program, "--man-page").stdout)
                script = run(program, "--completion", "bash").stdout
                self.assertEqual(subprocess.run(["bash", "-n"], input=script, text=True, check=True).returncode, 0)

    def test_help_of_a_command_from_anywhere(self):
        for words in (["explain", "task", "--help"], ["--help", "explain", "task"], ["help", "explain", "task"],
                      ["explain", "task", "a", "b", "--nonsense", "--help"]):
            shown = run("berth", *words)
            self.assertEqual(shown.returncode, 0)
            self.assertTrue(shown.stdout.startswith("berth explain task: "), shown.stdout)
        self.assertTrue(run("berth", "up", "--help").stdout.startswith("berth up: "))

    def test_completion_offers_what_fits(self):
        def complete(*words):
            script = run("berth", "--completion", "bash").stdout
            script += f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _berth; printf '%s\\n' \"${{COMPREPLY[@]}}\""
            return subprocess.run(["bash", "-c", script], text=True, capture_output=True, check=True).stdout.split()

        self.assertEqual(complete("berth", "st"), ["status"])
        self.assertEqual(complete("berth", "explain", "p"), ["placement"])
        self.assertEqual(complete("berth", "status", "--output", "j"), ["json"])
        self.assertEqual(complete("berth", "simulate", "drain", "--ru"), ["--runs"])

    def test_settings_of_a_file_and_variables_are_checked_too(self):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("# berthd\nthreads = many\n")
            file.flush()
            ended = run("berthd", "--config", file.name)
            self.assertEqual(ended.returncode, 2)
            self.assertIn(f"{file.name}:2: threads 'many'", ended.stderr)
        self.assertIn("BERTH_PORT 'x'", run("berth", "status", BERTH_PORT="x").stderr)

    def test_limits_and_operations_as_json(self):
        limits = json.loads(run("berthd", "--print-limits", "--output", "json").stdout)
        self.assertGreater(limits["limits"]["tasks_per_service"]["value"], 0)
        self.assertIn("ecs.RunTask", json.loads(run("berthd", "--print-operations", "--output", "json").stdout))


class Scripts(unittest.TestCase):
    def scripts(self):
        return sorted(path for path in glob.glob(os.path.join(ROOT, "scripts", "*")) if os.access(path, os.X_OK))

    def test_help_is_all_they_do(self):
        for script in self.scripts():
            with self.subTest(script=script):
                ended = subprocess.run([script, "--help"], text=True, capture_output=True, timeout=10, check=True)
                self.assertIn(f"scripts/{os.path.basename(script)}" if "start-docker" not in script else "Docker", ended.stdout)
                self.assertEqual(ended.stderr, "")

    def test_unknown_options_are_refused(self):
        for script in self.scripts():
            with self.subTest(script=script):
                ended = subprocess.run([script, "--frobnicate"], text=True, capture_output=True, timeout=10)
                self.assertEqual(ended.returncode, 2)
                self.assertIn("--frobnicate", ended.stderr)

    def test_no_default_port_of_ours_is_an_ephemeral_one(self):
        self.assertLess(int(re.search(r"127\.0\.0\.1:(\d+)", run("berthd", "--help").stdout)[1]), 32768)
        for path in ("packaging/server/berthd.conf", "packaging/agent/ecs.config", "README.md"):
            for port in re.findall(r"(?:listen|HOST|endpoint-url)\S*[ =]\S*:(\d+)", pathlib.Path(ROOT, path).read_text("utf-8")):
                self.assertLess(int(port), 32768, path)


class Starts(unittest.TestCase):
    """Starts that fail, and where a control plane is found."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="berth-e2e-lines-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_up_beside_another_control_plane_says_whose_it_is(self):
        plane = ControlPlane()
        self.addCleanup(plane.destroy)
        plane.start()
        ended = run("berth", "--data-dir", self.folder, "--port", str(plane.port), "up")
        self.assertEqual(ended.returncode, 1)
        self.assertIn(f"port {plane.port} is taken by another control plane, process {plane.process.process.pid} with the data "
                      f"directory {plane.data_dir}", ended.stderr)

    def test_up_says_who_has_its_port(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            ended = run("berth", "--data-dir", self.folder, "--port", str(taken.getsockname()[1]), "up")
        self.assertEqual(ended.returncode, 1)
        self.assertIn(f"taken by process {os.getpid()} (", ended.stderr)

    def test_a_client_socket_on_the_port_is_named_too(self):
        with socket.socket() as server, socket.socket() as client:
            server.bind(("127.0.0.1", 0))
            server.listen()
            client.connect(server.getsockname())
            ended = run("berth", "--data-dir", self.folder, "--port", str(client.getsockname()[1]), "up")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("Address already in use", ended.stderr)
        self.assertIn(f"taken by process {os.getpid()} (", ended.stderr)

    def test_a_start_that_fails_shows_its_cause(self):
        pathlib.Path(self.folder, "credentials").write_text("[other]\n", encoding="ascii")
        ended = run("berth", "--data-dir", self.folder, "--port", str(free_port()), "up")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("berthd ended at its start", ended.stderr)
        self.assertIn("profile [berth] has no aws_access_key_id", ended.stderr)

    def test_down_says_that_there_was_nothing_to_stop(self):
        ended = run("berth", "--data-dir", self.folder, "down")
        self.assertEqual(ended.returncode, 0)
        self.assertIn(f"nothing was stopped: `berth up` started nothing that runs with the data directory {self.folder}", ended.stdout)

    def test_the_port_of_what_runs_is_found_by_its_data_directory(self):
        plane = ControlPlane()
        self.addCleanup(plane.destroy)
        plane.start()
        os.mkdir(os.path.join(plane.data_dir, "run"))
        pathlib.Path(plane.data_dir, "run", "berthd.pid").write_text(str(plane.process.process.pid), encoding="ascii")
        state = json.loads(run("berth", "--data-dir", plane.data_dir, "status", "--output", "json").stdout)
        self.assertEqual((state["endpoint"], state["serving"]), (plane.url, True))
        made = run("berth", "--data-dir", plane.data_dir, "call", "CreateCluster", '{"clusterName": "blue"}')
        self.assertEqual(json.loads(made.stdout)["cluster"]["clusterName"], "blue")
        self.assertIn("cluster blue: ACTIVE, 0 container instances",
                      run("berth", "--data-dir", plane.data_dir, "status").stdout)
        moved = run("berth", "--data-dir", plane.data_dir, "--port", str(free_port()), "up")
        self.assertEqual(moved.returncode, 1)
        self.assertIn(f"runs already, on port {plane.port}", moved.stderr)

    def test_status_tells_of_the_former_default_port(self):
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", 51670))
        except OSError:
            self.skipTest("somebody has port 51670")
        plane = ControlPlane()
        plane.port = 51670
        self.addCleanup(plane.destroy)
        plane.start()
        shown = run("berth", "--data-dir", self.folder, "status")
        if "not answering" not in shown.stdout:
            self.skipTest("a control plane of this machine has port 5167")
        self.assertIn("a control plane answers on port 51670, the default before: use --port 51670", shown.stdout)


class Installed(unittest.TestCase):
    """berthd as a package runs it, by a file of settings; `berth` is told the data directory only."""

    def serve(self, *settings):
        folder = tempfile.mkdtemp(prefix="berth-e2e-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.data_dir = os.path.join(folder, "data")
        config = os.path.join(folder, "berthd.conf")
        pathlib.Path(config).write_text("\n".join([f"data-dir = {self.data_dir}", *settings, ""]))
        berthd = subprocess.Popen([os.path.join(BIN, "berthd"), "--config", config], text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})
        self.addCleanup(berthd.stdout.close)
        self.addCleanup(berthd.wait)
        self.addCleanup(berthd.terminate)
        self.assertIn("berthd ready on", berthd.stdout.readline())

    def berth(self, *words):
        ended = run("berth", "--data-dir", self.data_dir, *words)
        self.assertEqual(ended.returncode, 0, ended.stderr + ended.stdout)
        return ended.stdout

    def test_every_command_reaches_one_that_requires_tls(self):
        port = free_port()
        text = pathlib.Path(ROOT, "docs/ops/install.md").read_text()
        settings = re.search(r"    listen = 0.0.0.0:5167\n    tls = required\n", text)[0].replace("5167", str(port))
        self.serve(*settings.replace("    ", "").splitlines(), "region = eu-west-1")
        endpoint = f"https://127.0.0.1:{port}"
        self.assertIn(f"berthd: serving on {endpoint}", self.berth("status"))
        self.assertEqual(json.loads(self.berth("status", "--output", "json"))["endpoint"], endpoint)
        mars = run("berth", "--data-dir", self.data_dir, "--region", "mars", "status")
        self.assertEqual((mars.returncode, mars.stdout), (1, ""))
        self.assertIn("region mars has no clusters", mars.stderr)
        made = json.loads(self.berth("call", "CreateCluster", '{"clusterName": "default"}'))
        self.assertIn(":eu-west-1:", made["cluster"]["clusterArn"])
        self.assertIn("cluster default: ACTIVE, 0 container instances", self.berth("--cluster", "default", "status"))
        nosuch = run("berth", "--data-dir", self.data_dir, "--cluster", "defalt", "status")
        self.assertEqual(nosuch.returncode, 1)
        self.assertIn("there is no cluster defalt in region eu-west-1: did you mean 'default'?", nosuch.stderr)
        listed = json.loads(self.berth("aws", "ecs", "list-clusters", "--output", "json"))
        self.assertEqual(listed["clusterArns"], [made["cluster"]["clusterArn"]])
        definition = {"family": "web", "containerDefinitions": [{"name": "web", "image": "i", "memory": 64}]}
        self.berth("call", "RegisterTaskDefinition", json.dumps(definition))
        self.assertIn("web", self.berth("explain", "placement", "--task-definition", "web"))
        self.berth("call", "CreateService", '{"serviceName": "web", "taskDefinition": "web", "desiredCount": 1}')
        self.assertIn("2 tasks cannot be placed", self.berth("simulate", "scale", "web", "2"))
        self.berth("backup", os.path.join(self.data_dir, "..", "one.backup"))
        # As docs/ops/backup.md prints it.
        health = re.search(r"curl -s --cacert /var/lib/berth/ca.pem (https://127.0.0.1:5167/healthz)",
                           pathlib.Path(ROOT, "docs/ops/backup.md").read_text())[1].replace("5167", str(port))
        answer = subprocess.run(["curl", "-s", "--cacert", f"{self.data_dir}/ca.pem", health], text=True,
                                capture_output=True, timeout=SECONDS_MAX)
        self.assertEqual(answer.stdout, "ok\n")

    def test_one_that_listens_elsewhere_is_found(self):
        port = free_port()
        self.serve(f"listen = 127.0.0.2:{port}")
        self.assertIn(f"berthd: serving on http://127.0.0.2:{port}", self.berth("status"))
        self.assertIn("clusterArns", self.berth("aws", "ecs", "list-clusters", "--output", "json"))


if __name__ == "__main__":
    unittest.main()
