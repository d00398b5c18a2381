"""The Debian packages: what they hold, that they install and purge, and that their units make sense.

Method: scripts/package over the programs that are built; dpkg installs into a folder whose only program is busybox.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import ROOT

RELEASE = os.path.join(ROOT, "build", "release", "bin")


def output_of(*command, **options):
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)
    if run.returncode:
        raise AssertionError(f"{' '.join(command)}: {run.stdout[-2000:]}{run.stderr[-2000:]}")
    return run.stdout


@unittest.skipUnless(os.path.exists(os.path.join(RELEASE, "berth-agent")), "the release programs are not built")
class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="berth-e2e-packages-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        made = output_of(os.path.join(ROOT, "scripts", "package"), "--no-build", "--out", cls.folder).split()
        cls.server = next(p for p in made if "berth-server" in p)
        cls.agent = next(p for p in made if "berth-agent" in p)

    def contents(self, package):
        """Path -> (mode, owner), as `dpkg-deb -c` lists them."""
        rows = (line.split(maxsplit=5) for line in output_of("dpkg-deb", "-c", package).splitlines())
        return {row[5].removeprefix("."): (row[0], row[1]) for row in rows}

    def root_folder(self):
        """What dpkg needs to install into: its database, and a shell for the packages' scripts."""
        root = tempfile.mkdtemp(dir=self.folder)
        for folder in ("bin", "usr/bin", "etc", "tmp", "var/lib/dpkg/info", "var/lib/dpkg/updates"):
            os.makedirs(os.path.join(root, folder))
        for name in ("status", "available"):
            open(os.path.join(root, "var/lib/dpkg", name), "w", encoding="utf-8").close()
        shutil.copy("/bin/busybox", os.path.join(root, "bin"))
        for applet in ("sh", "rm", "chmod", "ls"):
            os.symlink("busybox", os.path.join(root, "bin", applet))
        return root

    def test_what_the_server_holds(self):
        held = self.contents(self.server)
        for path in ("/usr/bin/berthd", "/usr/bin/berth", "/usr/lib/systemd/system/berthd.service",
                     "/etc/berth/berthd.conf", "/usr/share/man/man8/berthd.8", "/usr/share/man/man1/berth.1",
                     "/usr/share/bash-completion/completions/berthd", "/usr/share/bash-completion/completions/berth"):
            self.assertIn(path, held)
        self.assertEqual({owner for _, owner in held.values()}, {"root/root"})

    def test_what_the_agent_holds(self):
        held = self.contents(self.agent)
        for path in ("/usr/bin/berth-agent", "/usr/lib/berth-agent/ecs-init", "/usr/lib/systemd/system/ecs.service",
                     "/var/lib/ecs/data/", "/var/log/ecs/", "/var/cache/ecs/", "/usr/share/man/man8/berth-agent.8",
                     "/usr/share/bash-completion/completions/berth-agent"):
            self.assertIn(path, held)
        # It may come to hold credentials (guide: private registries).
        self.assertEqual(held["/etc/ecs/ecs.config"][0], "-rw-------")

    def test_both_depend_on_the_libraries_they_link(self):
        for package in (self.server, self.agent):
            depends = output_of("dpkg-deb", "-f", package, "Depends")
            for library in ("libc6", "libssl3", "libstdc++6"):
                self.assertIn(library, depends)

    def test_configuration_files_survive_upgrades(self):
        for package, path in ((self.server, "/etc/berth/berthd.conf"), (self.agent, "/etc/ecs/ecs.config")):
            self.assertIn(path, output_of("dpkg-deb", "-I", package, "conffiles").split())

    @unittest.skipUnless(os.geteuid() == 0, "dpkg --root needs root")
    def test_install_upgrade_and_purge(self):
        root = self.root_folder()
        dpkg = ["dpkg", f"--root={root}", "--force-depends"]
        output_of(*dpkg, "-i", self.server, self.agent)
        config = os.path.join(root, "etc/ecs/ecs.config")
        with open(config, "a", encoding="utf-8") as file:
            file.write("ECS_CLUSTER=mine\n")
        updated = os.path.join(root, "var/lib/ecs/agent/current")
        os.makedirs(updated)
        saved = os.path.join(root, "var/lib/ecs/data/berth-agent.json")
        open(saved, "w", encoding="utf-8").close()
        output_of(*dpkg, "--force-confold", "-i", self.agent)
        with open(config, encoding="utf-8") as file:
            self.assertIn("ECS_CLUSTER=mine", file.read())
        self.assertTrue(os.path.exists(saved), "an upgrade must not lose the agent's state")
        self.assertFalse(os.path.exists(updated), "the packaged agent is newer than the one of an update")
        output_of(*dpkg, "-r", "berth-agent")
        self.assertTrue(os.path.exists(saved), "removing a package keeps state; purging does not")
        output_of(*dpkg, "-P", "berth-agent")
        self.assertFalse(os.path.exists(os.path.join(root, "var/lib/ecs")))

    def test_the_packaged_programs_run_and_read_the_shipped_settings(self):
        root = tempfile.mkdtemp(dir=self.folder)
        for package in (self.server, self.agent):
            output_of("dpkg-deb", "-x", package, root)
        self.assertRegex(output_of(f"{root}/usr/bin/berth-agent", "--version"), r"^berth-agent \d+\.\d+\.\d+$")
        # A flag of the file that berthd does not know would end it with an error.
        settings = f"{root}/etc/berth/berthd.conf"
        self.assertTrue(output_of(f"{root}/usr/bin/berthd", "--config", settings, "--print-limits"))

    def test_the_guides_words_of_upstart(self):
        """`start ecs` and `stop ecs`, with a systemctl that notes what it is asked."""
        root = tempfile.mkdtemp(dir=self.folder)
        output_of("dpkg-deb", "-x", self.agent, root)
        fake = os.path.join(root, "fake")
        os.makedirs(fake)
        with open(os.path.join(fake, "systemctl"), "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\necho "$@" >>{fake}/asked\ncase "$1" in show) echo 2959;; esac\n')
        os.chmod(os.path.join(fake, "systemctl"), 0o755)
        environment = {"PATH": f"{fake}:/usr/bin:/bin"}
        self.assertEqual(output_of(f"{root}/usr/sbin/start", "ecs", env=environment), "ecs start/running, process 2959\n")
        self.assertEqual(output_of(f"{root}/usr/sbin/stop", "ecs", env=environment), "ecs stop/waiting\n")
        with open(os.path.join(fake, "asked"), encoding="utf-8") as file:
            self.assertEqual(file.read().splitlines()[0::2], ["start ecs.service", "stop ecs.service"])
        run = subprocess.run([f"{root}/usr/sbin/start", "other"], env=environment, capture_output=True, check=False)
        self.assertEqual(run.returncode, 2)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_units_are_sound(self):
        units = [os.path.join(ROOT, "packaging/systemd", name) for name in ("berthd.service", "ecs.service")]
        run = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, timeout=60)
        complaints = [line for line in run.stderr.splitlines() if not re.search(r"is not executable|docker\.service", line)]
        self.assertEqual(complaints, [])


if __name__ == "__main__":
    unittest.main()
