"""docs/ops says what is: the reasons, exceptions, log lines and files that it names exist in the sources.

Method: what stands in backticks in the tables of docs/ops is looked for in the sources of the agent and of the packages.
"""

import glob
import os
import re
import unittest

from harness import ROOT

# Names of errors that never reach DescribeTasks: they stay in the agent's log or come from others.
IN_THE_LOG_ONLY = {
    "CannotReadContainerOutputError",
    "CannotRemoveContainerError", "CannotRemoveVolumeError", "CannotRemoveImageError", "CannotListContainersError",
    "CannotGetStatsError", "CannotInspectVolumeError", "CannotInspectImageError", "CannotListenToEventsError",
    "CannotGetDockerClientVersionError", "CannotCreateVolumeError", "CgroupError", "UnrecogniedTaskError", "DockerError"}


def read(*patterns):
    paths = [p for pattern in patterns for p in glob.glob(os.path.join(ROOT, pattern), recursive=True)]
    return "".join(open(path, encoding="utf-8").read() for path in paths if "_test" not in path and os.path.isfile(path))


class OperationsManual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.agent = read("src/agent/**/*.cc", "src/agent/**/*.h", "src/bin/berth_agent/*", "packaging/agent/*",
                         "src/services/ecs/**/*.cc")
        cls.manual = read("docs/ops/*.md")
        cls.troubleshooting = read("docs/ops/troubleshooting.md")

    def test_every_reason_stands_in_the_manual_and_in_the_sources(self):
        documented = set(re.findall(r"\b[A-Z]\w+Error\b", self.troubleshooting))
        used = set(re.findall(r'"([A-Z][A-Za-z]+Error)[":]', self.agent))
        self.assertEqual(documented - used, set(), "named in the manual, produced by nobody")
        self.assertEqual(used - documented - IN_THE_LOG_ONLY, set(), "produced, but not in the manual")

    def test_log_lines_are_as_written(self):
        # Constants of the sources are joined, as long ones are written in parts.
        joined = re.sub(r'"\s*"', "", self.agent)
        rows = [row.split("|")[2] for row in self.troubleshooting.splitlines() if row.startswith("|") and row.count("|") == 4]
        for phrase in re.findall(r"`([^`]+)`", " ".join(rows)):
            for part in re.split(r"…|'a'|'b'|ECS_", phrase):
                part = part.strip(" :.'")
                if len(part) >= 12 and "Exception" not in part:
                    self.assertTrue(part in joined, f"{phrase} is said by nobody")

    def test_files_are_where_the_manual_says(self):
        shipped = read("packaging/**/*")
        for path in ("/etc/ecs/ecs.config", "/var/lib/ecs/data", "/var/cache/ecs", "/var/log/ecs", "/etc/berth"):
            self.assertIn(path, self.manual)
            self.assertIn(path, shipped)

    def test_every_member_of_a_task_definition_has_a_row(self):
        model = read("api/ecs/*.smithy")
        rows = read("docs/compatibility.md")
        rows = rows[rows.index("## Task definitions"):rows.index("## Clusters, services, tasks")]
        for shape in ("RegisterTaskDefinitionRequest", "ContainerDefinition", "PortMapping", "LogConfiguration", "Volume",
                      "DockerVolumeConfiguration", "MountPoint", "VolumeFrom", "LinuxParameters", "KernelCapabilities",
                      "Device", "Tmpfs", "HealthCheck", "Ulimit", "ContainerRestartPolicy", "Secret", "EnvironmentFile",
                      "ContainerDependency", "SystemControl", "HostEntry", "RepositoryCredentials"):
            body = re.search(rf"structure {shape} (?:with [^{{]*)?{{(.*?)\n}}", model, re.DOTALL).group(1)
            missing = [member for member in re.findall(r"^ +(\w+):", body, re.MULTILINE) if f"`{member}`" not in rows]
            self.assertEqual(missing, [], f"docs/compatibility.md says nothing of these members of {shape}")

    def test_tests_that_the_conformance_table_names_exist(self):
        table = read("docs/agent-conformance.md")
        for name in set(re.findall(r"`(test_\w+)", table)):
            self.assertTrue(os.path.exists(os.path.join(ROOT, "tests", "e2e", f"{name}.py")), name)
        tests = read("tests/e2e/*.py")
        for name in set(re.findall(r"\.(test_\w+)`", table)):
            self.assertIn(f"def {name}(", tests)
        units = "".join(open(path, encoding="utf-8").read()
                        for path in glob.glob(os.path.join(ROOT, "src", "**", "*_test.cc"), recursive=True))
        for suite, name in set(re.findall(r"`([A-Z]\w+)\.([A-Z]\w+)`", table)):
            self.assertRegex(units, rf"\({suite}, {name}\)")

    def test_links_lead_somewhere(self):
        for path in glob.glob(os.path.join(ROOT, "docs/ops/*.md")):
            with open(path, encoding="utf-8") as file:
                for target in re.findall(r"\]\(([^)#]+)\)", file.read()):
                    if not target.startswith("http"):
                        self.assertTrue(os.path.exists(os.path.join(os.path.dirname(path), target)), f"{path}: {target}")


if __name__ == "__main__":
    unittest.main()
