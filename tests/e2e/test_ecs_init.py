"""ecs-init, which keeps the agent running and puts updates in place: exit codes, trials, falling back.

Method: the real script in folders of its own; agents are small shell scripts that note their starts and end as told.
"""

import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest

from harness import ROOT, signal, wait_until

ECS_INIT = os.path.join(ROOT, "packaging", "agent", "ecs-init")
# An agent: says its version, notes each start, then does what its lines say.
AGENT = """#!/bin/sh
if [ "$1" = --version ]; then echo "berth-agent {version}"; exit {version_code}; fi
echo "{version}" >>"{starts}"
{body}
"""
# Runs until it is told to stop, as the real one.
STAY = "trap 'exit 0' TERM; while :; do sleep 0.05; done"
# The end of the trial is what tests wait for: from then on it must obey.
CONFIRM = "trap 'exit 0' TERM; rm -f \"$ECS_INIT_TRIAL_FILE\"; "


class ReservedPorts(unittest.TestCase):
    """A file stands in for net.ipv4.ip_local_reserved_ports."""

    def test_keeps_what_is_there_and_gives_back_what_it_added(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="berth-e2e-init-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        names = {"ECS_INIT_LOG_DIR": "log", "ECS_INIT_STATE_DIR": "state", "ECS_DATADIR": "data", "ECS_LOGFILE": "log/agent",
                 "ECS_UPDATE_DOWNLOAD_DIR": "cache", "ECS_AGENT_CONFIG_FILE_PATH": "none",
                 "ECS_INIT_RESERVED_PORTS": "reserved", "ECS_INIT_RESERVED_NOTE": "note"}
        environment = {"PATH": os.environ["PATH"], **{name: str(folder / path) for name, path in names.items()}}
        reserved = folder / "reserved"

        def ports():
            found = set()
            for part in filter(None, reserved.read_text(encoding="ascii").strip().split(",")):
                first, _, last = part.partition("-")
                found |= set(range(int(first), int(last or first) + 1))
            return found

        for before in ("", "8080,9000-9002", "51000-51678", "51678-51679"):
            reserved.write_text(before + "\n", encoding="ascii")
            there = ports()
            for _ in range(2):
                subprocess.run([ECS_INIT, "pre-start"], env=environment, check=True)
                self.assertEqual(ports(), there | {51678, 51679}, before)
            subprocess.run([ECS_INIT, "release"], env=environment, check=True)
            self.assertEqual(ports(), there, before)
            self.assertFalse((folder / "note").exists())


class EcsInit(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="berth-e2e-init-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.starts = os.path.join(self.folder, "starts")
        self.cache = os.path.join(self.folder, "cache")
        os.makedirs(self.cache)
        self.process = None
        self.addCleanup(self.end)

    def end(self):
        if not self.process:
            return
        try:  # The agent too, should its supervisor be gone.
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def script(self, path, version, body, version_code=0):
        with open(path, "w", encoding="utf-8") as file:
            file.write(AGENT.format(version=version, starts=self.starts, body=body, version_code=version_code))
        os.chmod(path, 0o755)
        return path

    def stage(self, version, body, **options):
        """What an agent leaves behind that was told to update: the package and the pointer to it."""
        program = self.script(os.path.join(self.folder, "berth-agent"), version, body, **options)
        with tarfile.open(os.path.join(self.cache, "aa.ecs-update.tar"), "w") as tar:
            tar.add(program, "berth-agent")
        with open(os.path.join(self.cache, "desired-image"), "w", encoding="utf-8") as file:
            file.write("aa.ecs-update.tar\n")

    def start(self, body, **extra):
        program = self.script(os.path.join(self.folder, "packaged"), "1", body)
        environment = {"PATH": os.environ["PATH"], "ECS_INIT_LOG_DIR": f"{self.folder}/log",
                       "ECS_INIT_STATE_DIR": f"{self.folder}/state", "ECS_INIT_PROGRAM": program,
                       "ECS_AGENT_CONFIG_FILE_PATH": f"{self.folder}/ecs.config", "ECS_DATADIR": f"{self.folder}/data",
                       "ECS_LOGFILE": "", "ECS_UPDATE_DOWNLOAD_DIR": self.cache, **extra}
        self.end()
        self.process = subprocess.Popen([ECS_INIT, "start"], env=environment, start_new_session=True,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self.process

    def update_once(self):
        """Ends for an update at its first start, stays at the second."""
        return f"if [ -e {self.folder}/once ]; then {STAY}; fi; touch {self.folder}/once; exit 42"

    def started(self):
        if not os.path.exists(self.starts):
            return []
        with open(self.starts, encoding="utf-8") as file:
            return file.read().split()

    def wait_started(self, *versions):
        wait_until(lambda: self.started() == list(versions), 20, f"starts of {versions}; were {self.started()}")

    def log(self):
        folder = f"{self.folder}/log"
        return "".join(pathlib.Path(folder, name).read_text("utf-8") for name in sorted(os.listdir(folder)))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def test_the_exit_code_is_the_agents(self):
        for code in (0, 1, 5):
            self.assertEqual(self.start(f"exit {code}").wait(20), code)

    def test_stopping_stops_the_agent(self):
        self.start(STAY)
        self.wait_started("1")
        self.assertEqual(self.stop(), 0)
        self.assertRegex(self.log(), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[INFO\] start\n")

    def test_the_log_has_the_guides_lines(self):
        """Guide p.119: the example of /var/log/ecs/ecs-init.log.2015-04-22-20, line by line."""
        environment = {"PATH": os.environ["PATH"], "ECS_INIT_LOG_DIR": f"{self.folder}/log", "ECS_LOGFILE": "",
                       "ECS_INIT_STATE_DIR": f"{self.folder}/state", "ECS_DATADIR": f"{self.folder}/data",
                       "ECS_UPDATE_DOWNLOAD_DIR": self.cache, "ECS_AGENT_CONFIG_FILE_PATH": f"{self.folder}/ecs.config"}
        subprocess.run([ECS_INIT, "pre-start"], env=environment, check=True, timeout=20)
        # Without a Docker to ask there is no container of an agent either.
        self.start("exit 0", DOCKER_HOST="unix:///nonexistent").wait(20)
        lines = self.log().splitlines()
        for line in lines:
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[INFO\] .")
        self.assertEqual([line.split("] ", 1)[1] for line in lines][:5],
                         ["pre-start", "Loading Amazon EC2 Container Service Agent into Docker", "start",
                          "No existing agent container to remove.", "Starting Amazon EC2 Container Service Agent"])

    def test_a_good_update_stays(self):
        self.stage("2", CONFIRM + STAY)
        self.start("exit 42")
        self.wait_started("1", "2")
        wait_until(lambda: not os.path.exists(f"{self.folder}/state/trial"), 20, "the end of the trial")
        self.assertEqual(self.stop(), 0)
        self.assertEqual(os.listdir(self.cache), [], "packages that were used are removed")
        # The next start is the new one's, without a trial.
        self.start("exit 1")
        self.wait_started("1", "2", "2")
        self.assertEqual(self.stop(), 0)

    def test_an_update_that_ends_early_is_taken_back(self):
        self.stage("2", "exit 1")
        self.start(self.update_once())
        self.wait_started("1", "2", "1")
        self.assertIn("going back to the one before", self.log())

    def test_an_update_that_never_connects_is_taken_back(self):
        self.stage("2", STAY)
        self.start(self.update_once(),
                   ECS_INIT_TRIAL_SECONDS="1")
        self.wait_started("1", "2", "1")

    def test_packages_that_cannot_run_change_nothing(self):
        self.stage("2", STAY, version_code=1)
        self.start(self.update_once())
        self.wait_started("1", "1")
        self.assertEqual(self.stop(), 0)
        self.assertIn("does not run here", self.log())

    def test_no_package_and_names_outside_the_folder(self):
        with open(os.path.join(self.cache, "desired-image"), "w", encoding="utf-8") as file:
            file.write("../aa.tar\n")
        self.start(self.update_once())
        self.wait_started("1", "1")
        self.assertIn("no update is staged", self.log())

    def test_a_trial_that_was_cut_off_is_taken_back(self):
        os.makedirs(f"{self.folder}/state/current")
        self.script(f"{self.folder}/state/current/berth-agent", "2", STAY)
        open(f"{self.folder}/state/trial", "w", encoding="utf-8").close()
        self.start(STAY)
        self.wait_started("1")

    def test_settings_of_the_file_win_over_the_defaults(self):
        with open(f"{self.folder}/ecs.config", "w", encoding="utf-8") as file:
            file.write("ECS_UPDATES_ENABLED=true\nECS_UPDATES_ENABLED = false\n")
        self.start(f'echo "$ECS_UPDATES_ENABLED" >{self.folder}/seen; exit 0').wait(20)
        with open(f"{self.folder}/seen", encoding="utf-8") as file:
            self.assertEqual(file.read().strip(), "false")


if __name__ == "__main__":
    unittest.main()
