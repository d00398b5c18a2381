"""Nothing here works only on a machine that has run before.

Method: scripts/fresh-machine, where Docker has never been started: no bridge yet, no image, nothing in /run. There
scripts/start-docker makes both, and tests run that go through Docker's own bridge.
"""

import os
import subprocess
import unittest

from harness import BIN, LOGS, ROOT

TESTS = ["test_agent_guide.ThroughAProxy",
         "test_agent_guide.Introspection.test_containers_of_this_host_are_answered_and_other_hosts_are_not"]


@unittest.skipUnless(os.geteuid() == 0, "a network of its own needs root")
class FirstStart(unittest.TestCase):
    def test_docker_is_started_and_the_bridge_leads_to_this_host(self):
        script = "scripts/start-docker && cd tests/e2e && python3 -m unittest " + " ".join(TESTS)
        run = subprocess.run([os.path.join(ROOT, "scripts", "fresh-machine"), "bash", "-c", script], cwd=ROOT,
                             capture_output=True, text=True, timeout=300, check=False,
                             env={**os.environ, "BERTH_BIN": BIN, "BERTH_E2E_LOGS": os.path.join(LOGS, "fresh")})
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn(f"Ran {len(TESTS)} tests", run.stderr)


if __name__ == "__main__":
    unittest.main()
