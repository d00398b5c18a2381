"""Container definitions down to Docker: every parameter that a plain host honours, order and time limits, secrets, limits.

Goal: what a task definition says is what `docker inspect` shows and what the container finds.
Method: the real AWS CLI and Docker; one definition with everything, and small ones for what happens over time.
"""

import json
import os
import shutil
import tempfile
import time

from harness import AgentCase, containers, docker, remove_containers, wait_until

SECRET = "hunter2-correct-horse"


def inspect(container):
    return json.loads(docker("inspect", container))[0]


class Features(AgentCase):
    """Registers and runs definitions with the AWS CLI."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="berth-e2e-files-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.agent_environment = {"BERTH_SECRETS_DIR": os.path.join(cls.folder, "secrets"),
                                 "BERTH_ENVIRONMENT_FILES_DIR": os.path.join(cls.folder, "env"),
                                 "ECS_ENABLE_CONTAINER_METADATA": "true",
                                 "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": "2m",
                                 "ECS_AUDIT_LOGFILE": os.path.join(cls.folder, "audit.log"),
                                 "ECS_CONTAINER_STOP_TIMEOUT": "2s"}
        super().setUpClass()

    def tearDown(self):
        self.stop_tasks()

    @classmethod
    def put(cls, path, text):
        path = os.path.join(cls.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, *definitions, **task):
        """Runs one task of these containers; its ARN."""
        defaults = {"image": "busybox", "essential": True}
        if "memory" not in task:
            defaults["memory"] = 64
        # Not by the command line: Debian's does not know the newest members.
        self.plane.client().call("RegisterTaskDefinition", family=self._testMethodName,
                                 containerDefinitions=[{**defaults, **d} for d in definitions], **task)
        answer = self.plane.aws("ecs", "run-task", "--task-definition", self._testMethodName)
        self.assertEqual(answer["failures"], [])
        return answer["tasks"][0]["taskArn"]

    def containers_of(self, arn):
        """Container ids by name."""
        return {docker("inspect", "-f", '{{index .Config.Labels "com.amazonaws.ecs.container-name"}}', i): i
                for i in containers(f"task-arn={arn}")}

    def status_of(self, arn, name):
        return {c["name"]: c for c in self.describe_task(arn)["containers"]}[name]


class KitchenSink(Features):
    def test_every_parameter(self):
        arn = self.start({
            "name": "all", "cpu": 128, "memory": 96, "memoryReservation": 48, "user": "0:0", "hostname": "sink",
            "workingDirectory": "/var", "privileged": False, "readonlyRootFilesystem": True,
            "dnsServers": ["192.0.2.53"], "dnsSearchDomains": ["example.net"],
            "extraHosts": [{"hostname": "other", "ipAddress": "192.0.2.9"}],
            "dockerSecurityOptions": ["no-new-privileges"], "dockerLabels": {"mine": "1"},
            "ulimits": [{"name": "nofile", "softLimit": 1000, "hardLimit": 2000}],
            "logConfiguration": {"logDriver": "json-file", "options": {"max-size": "1m"}},
            "linuxParameters": {"capabilities": {"add": ["NET_ADMIN"], "drop": ["MKNOD"]}, "initProcessEnabled": True,
                                "sharedMemorySize": 32, "maxSwap": 16, "swappiness": 10,
                                "devices": [{"hostPath": "/dev/null", "containerPath": "/dev/nothing",
                                             "permissions": ["read"]}],
                                "tmpfs": [{"containerPath": "/scratch", "size": 8, "mountOptions": ["noexec"]}]},
            "healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 5, "timeout": 3, "retries": 2,
                            "startPeriod": 1},
            "interactive": True, "pseudoTerminal": True, "stopTimeout": 3,
            "systemControls": [{"namespace": "net.core.somaxconn", "value": "512"}],
            "environment": [{"name": "GREETING", "value": "hello world"}], "entryPoint": ["/bin/sh", "-c"],
            "command": ["sleep 300"],
            "portMappings": [{"containerPort": 8080}, {"containerPort": 53, "protocol": "udp"},
                             {"containerPortRange": "9000-9003"}],
            "mountPoints": [{"sourceVolume": "task", "containerPath": "/task"},
                            {"sourceVolume": "shared", "containerPath": "/shared", "readOnly": True}]},
            volumes=[{"name": "task", "dockerVolumeConfiguration": {"scope": "task", "driver": "local",
                                                                    "labels": {"l": "1"}}},
                     {"name": "shared", "dockerVolumeConfiguration": {"scope": "shared", "autoprovision": True}}])
        self.addCleanup(docker, "volume", "rm", "-f", "shared")  # Berth never removes a shared volume.
        self.addCleanup(remove_containers, self.plane)
        self.wait_for_task(arn, "RUNNING")
        container = self.containers_of(arn)["all"]
        shown = inspect(container)
        config, host = shown["Config"], shown["HostConfig"]
        wanted = {"User": "0:0", "Hostname": "sink", "WorkingDir": "/var", "OpenStdin": True, "Tty": True,
                  "Entrypoint": ["/bin/sh", "-c"], "Cmd": ["sleep 300"]}
        self.assertEqual({k: config[k] for k in wanted}, wanted)
        self.assertEqual(config["Labels"]["mine"], "1")
        self.assertIn("GREETING=hello world", config["Env"])
        self.assertEqual(config["Healthcheck"]["Interval"], 5_000_000_000)
        wanted = {"CpuShares": 128, "Memory": 96 << 20, "MemoryReservation": 48 << 20, "MemorySwap": 112 << 20,
                  "MemorySwappiness": 10, "Privileged": False, "ReadonlyRootfs": True, "Dns": ["192.0.2.53"],
                  "DnsSearch": ["example.net"], "ExtraHosts": ["other:192.0.2.9"],
                  "SecurityOpt": ["no-new-privileges"], "CapAdd": ["NET_ADMIN"], "CapDrop": ["MKNOD"], "Init": True,
                  "ShmSize": 32 << 20, "Tmpfs": {"/scratch": "size=8m,noexec"},
                  "Sysctls": {"net.core.somaxconn": "512"},
                  "Ulimits": [{"Name": "nofile", "Soft": 1000, "Hard": 2000}],
                  "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}}}
        for name, value in wanted.items():
            actual = host[name]
            if name in ("CapAdd", "CapDrop"):
                actual = [c.removeprefix("CAP_") for c in actual]
            self.assertEqual(actual, value, name)
        self.assertEqual(host["Devices"][0]["CgroupPermissions"], "r")
        mounts = {m["Destination"]: m for m in shown["Mounts"]}
        self.assertEqual(mounts["/shared"]["Name"], "shared")
        self.assertFalse(mounts["/shared"]["RW"])
        self.assertTrue(mounts["/task"]["RW"])
        self.check_port_range(arn, shown)
        wait_until(lambda: self.describe_task(arn)["containers"][0].get("healthStatus") == "HEALTHY", 60, "health")

    def check_port_range(self, arn, shown):
        ports = [int(shown["NetworkSettings"]["Ports"][f"{n}/tcp"][0]["HostPort"]) for n in range(9000, 9004)]
        self.assertEqual(ports, list(range(ports[0], ports[0] + 4)))
        bindings = self.describe_task(arn)["containers"][0]["networkBindings"]
        row = next(b for b in bindings if b.get("containerPortRange"))
        self.assertEqual((row["containerPortRange"], row["hostPortRange"]), ("9000-9003", f"{ports[0]}-{ports[3]}"))
        self.assertEqual({(b["containerPort"], b["protocol"]) for b in bindings if "containerPort" in b},
                         {(8080, "tcp"), (53, "udp")})

    def test_namespaces_and_networks(self):
        arn = self.start({"name": "first", "command": ["sleep", "300"]},
                         {"name": "second", "command": ["sleep", "300"]}, pidMode="task", ipcMode="task",
                         networkMode="host")
        self.wait_for_task(arn, "RUNNING")
        ids = self.containers_of(arn)
        first, second = inspect(ids["first"])["HostConfig"], inspect(ids["second"])["HostConfig"]
        self.assertEqual((first["NetworkMode"], first["IpcMode"]), ("host", "shareable"))
        self.assertEqual(second["PidMode"], f"container:{ids['first']}")
        self.assertIn("sleep", docker("exec", ids["second"], "ps"))
        self.assertEqual(docker("exec", ids["second"], "sh", "-c", "ls -d /proc/[0-9]* | wc -l") >= "2", True)

    def test_no_network(self):
        arn = self.start({"name": "alone", "command": ["sleep", "300"], "disableNetworking": True})
        self.wait_for_task(arn, "RUNNING")
        self.assertTrue(inspect(self.containers_of(arn)["alone"])["Config"]["NetworkDisabled"])
        other = self.start({"name": "none", "command": ["sleep", "300"]}, networkMode="none")
        self.wait_for_task(other, "RUNNING")
        self.assertEqual(inspect(self.containers_of(other)["none"])["HostConfig"]["NetworkMode"], "none")


class OrderAndTime(Features):
    def test_depends_on(self):
        """All four conditions, in one chain."""
        arn = self.start(
            {"name": "init", "essential": False, "command": ["true"]},
            {"name": "job", "essential": False, "command": ["sh", "-c", "exit 3"],
             "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]},
            {"name": "db", "command": ["sh", "-c", "sleep 2; touch /ready; sleep 300"],
             "dependsOn": [{"containerName": "job", "condition": "COMPLETE"}],
             "healthCheck": {"command": ["CMD", "test", "-f", "/ready"], "interval": 5, "timeout": 2, "retries": 3}},
            {"name": "side", "command": ["sleep", "300"],
             "dependsOn": [{"containerName": "db", "condition": "START"}]},
            {"name": "web", "command": ["sleep", "300"],
             "dependsOn": [{"containerName": "db", "condition": "HEALTHY"}]})
        self.wait_for_task(arn, "RUNNING")
        ids = self.containers_of(arn)
        states = {name: inspect(i)["State"] for name, i in ids.items()}
        self.assertLessEqual(states["init"]["FinishedAt"], states["job"]["StartedAt"])
        self.assertEqual(states["job"]["ExitCode"], 3)
        self.assertLessEqual(states["job"]["FinishedAt"], states["db"]["StartedAt"])
        self.assertLessEqual(states["db"]["StartedAt"], states["side"]["StartedAt"])
        self.assertLess(states["side"]["StartedAt"], states["web"]["StartedAt"])
        checks = inspect(ids["db"])["State"]["Health"]["Log"]
        self.assertLess(min(c["End"] for c in checks if c["ExitCode"] == 0)[:19], states["web"]["StartedAt"])

    def test_a_dependency_that_fails_stops_the_task(self):
        arn = self.start({"name": "init", "essential": False, "command": ["false"]},
                         {"name": "web", "command": ["sleep", "300"],
                          "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]})
        task = self.wait_for_task(arn, "STOPPED")
        self.assertEqual((task["stopCode"], self.status_of(arn, "web")["exitCode"]), ("TaskFailedToStart", 143))
        self.assertNotIn("web", self.containers_of(arn))

    def test_start_timeout(self):
        arn = self.start({"name": "slow", "command": ["sleep", "300"], "startTimeout": 3,
                          "healthCheck": {"command": ["CMD", "false"], "interval": 5, "startPeriod": 60}},
                         {"name": "web", "command": ["sleep", "300"],
                          "dependsOn": [{"containerName": "slow", "condition": "HEALTHY"}]})
        task = self.wait_for_task(arn, "STOPPED")
        self.assertNotIn("web", self.containers_of(arn))
        self.assertEqual((task["stopCode"], task["stoppedReason"]), ("TaskFailedToStart", "Task failed to start"))
        self.assertRegex(self.status_of(arn, "web")["reason"], r"^CannotStartContainerError: dependency graph: .* has timed out")

    def test_stop_timeout(self):
        """SIGTERM, the container's own patience, SIGKILL."""
        arn = self.start({"name": "deaf", "command": ["sh", "-c", "trap '' TERM; while true; do sleep 1; done"],
                          "stopTimeout": 4},
                         {"name": "polite", "command": ["sh", "-c", "trap 'exit 7' TERM; while true; do sleep 0.1; done"]})
        self.wait_for_task(arn, "RUNNING")
        self.ecs.call("StopTask", task=arn)
        self.wait_for_task(arn, "STOPPED")
        self.assertEqual(self.status_of(arn, "deaf")["exitCode"], 137)
        self.assertEqual(self.status_of(arn, "polite")["exitCode"], 7)

    def test_restart_policy(self):
        arn = self.start({"name": "web", "command": ["sh", "-c", "sleep 61; exit 1"], "essential": False,
                          "restartPolicy": {"enabled": True, "restartAttemptPeriod": 60, "ignoredExitCodes": [0]}},
                         {"name": "quick", "command": ["sh", "-c", "exit 1"], "essential": False,
                          "restartPolicy": {"enabled": True, "restartAttemptPeriod": 60}},
                         {"name": "main", "command": ["sleep", "300"]})
        self.wait_for_task(arn, "RUNNING")
        ids = self.containers_of(arn)
        first = inspect(ids["web"])["State"]["StartedAt"]
        wait_until(lambda: inspect(ids["web"])["State"]["StartedAt"] != first, 90, "a restart")
        self.assertEqual(self.status_of(arn, "web")["lastStatus"], "RUNNING")
        # It did not run for as long as the period: not restarted.
        self.assertEqual(self.status_of(arn, "quick")["lastStatus"], "STOPPED")
        self.assertEqual(self.describe_task(arn)["lastStatus"], "RUNNING")


class Secrets(Features):
    def test_secrets_and_environment_files(self):
        self.put("secrets/db", SECRET + "\n")
        self.put("secrets/api", json.dumps({"key": SECRET + "-json"}))
        self.put("env/config/web.env", f"# of the file\nFROM_FILE={SECRET}-file\nBOTH=file\n")
        arn = self.start({"name": "web", "command": ["sleep", "300"], "environment": [{"name": "BOTH", "value": "def"}],
                          "secrets": [{"name": "DB", "valueFrom": "db"},
                                      {"name": "KEY", "valueFrom": "arn:aws:secretsmanager:us-east-1:1:secret:api-AbCdEf"
                                                                   ":key::"}],
                          "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::config/web.env"}]},
                         executionRoleArn=f"arn:aws:iam::{self.plane.account}:role/execution")
        self.wait_for_task(arn, "RUNNING")
        environment = docker("exec", self.containers_of(arn)["web"], "env").splitlines()
        for line in (f"DB={SECRET}", f"KEY={SECRET}-json", f"FROM_FILE={SECRET}-file", "BOTH=def"):
            self.assertIn(line, environment)
        self.assertNotIn(SECRET, json.dumps(self.describe_task(arn)))
        self.check_nothing_is_told()

    def check_nothing_is_told(self):
        self.assertNotIn(SECRET, self.agent.process.output(100000))
        for folder, _, files in os.walk(self.agent.data_dir):
            for name in files:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    self.assertNotIn(SECRET, file.read(), name)

    def test_what_is_missing_stops_the_task(self):
        arn = self.start({"name": "web", "secrets": [{"name": "X", "valueFrom": "no-such-secret"}]},
                         executionRoleArn=f"arn:aws:iam::{self.plane.account}:role/execution")
        task = self.wait_for_task(arn, "STOPPED")
        self.assertEqual(task["stopCode"], "TaskFailedToStart")
        self.assertEqual(task["stoppedReason"], "ResourceInitializationError: unable to pull secrets or registry auth: "
                         "execution resource retrieval failed: unable to retrieve secrets from ssm: invalid parameters: "
                         "no-such-secret")
        self.assertEqual(self.containers_of(arn), {})


class Limits(Features):
    FILL = "dd if=/dev/zero of=/dev/shm/x bs=1M count=40; sleep 300"
    ALLOCATE = "dd if=/dev/zero of=/dev/null bs=40M count=1 || exit 9; sleep 300"

    def test_task_memory_is_for_all_containers_together(self):
        """Two containers without limits of their own: each would fit, but not both."""
        arn = self.start({"name": "one", "command": ["sh", "-c", self.FILL], "linuxParameters": {"sharedMemorySize": 64}},
                         cpu="256", memory="64")
        self.wait_for_task(arn, "RUNNING")
        one = self.containers_of(arn)["one"]
        group = f"/ecs/{arn.rsplit('/', 1)[1]}"
        self.assertEqual(inspect(one)["HostConfig"]["CgroupParent"], group)
        self.check_group(group)
        alone = self.start({"name": "two", "command": ["sh", "-c", self.ALLOCATE]}, cpu="256", memory="64")
        self.wait_for_task(alone, "RUNNING")
        both = self.start({"name": "one", "command": ["sh", "-c", self.FILL], "linuxParameters": {"sharedMemorySize": 64},
                           "healthCheck": {"command": ["CMD-SHELL", "test $(stat -c %s /dev/shm/x) -ge 41943040"],
                                           "interval": 5}},
                          {"name": "two", "command": ["sh", "-c", self.ALLOCATE],
                           "dependsOn": [{"containerName": "one", "condition": "HEALTHY"}]}, cpu="256", memory="64")
        self.wait_for_task(both, "STOPPED", 90)
        self.assertEqual(self.status_of(both, "two")["exitCode"], 9)
        self.assertEqual(self.describe_task(alone)["lastStatus"], "RUNNING")

    def check_group(self, group):
        """The kernel's numbers, where this host has the first version of control groups."""
        for path, value in ((f"memory{group}/memory.limit_in_bytes", 64 << 20), (f"cpu{group}/cpu.cfs_quota_us", 25000)):
            path = os.path.join("/sys/fs/cgroup", path)
            if os.path.exists("/sys/fs/cgroup/memory"):
                with open(path, encoding="utf-8") as file:
                    self.assertEqual(int(file.read()), value)


class Endpoints(Features):
    def ask(self, container, path, expected=0):
        script = f'wget -q -O - "{path}"' if expected == 0 else f'wget -O - "{path}" 2>&1; true'
        return docker("exec", container, "sh", "-c", script)

    def test_from_inside_a_container(self):
        arn = self.start({"name": "web", "command": ["sleep", "300"], "portMappings": [{"containerPort": 80}]},
                         cpu="256", memory="128")
        self.wait_for_task(arn, "RUNNING")
        web = self.containers_of(arn)["web"]
        for variable in ("ECS_CONTAINER_METADATA_URI", "ECS_CONTAINER_METADATA_URI_V4"):
            own = json.loads(self.ask(web, f"${variable}"))
            self.assertEqual((own["DockerId"], own["Name"], own["KnownStatus"]), (web, "web", "RUNNING"))
            task = json.loads(self.ask(web, f"${variable}/task"))
            self.assertEqual((task["TaskARN"], task["Family"]), (arn, self._testMethodName))
            self.assertEqual(task["Limits"], {"CPU": 0.25, "Memory": 128})
            self.assertIn("memory_stats", json.loads(self.ask(web, f"${variable}/stats")))
            self.assertIn("cpu_stats", json.loads(self.ask(web, f"${variable}/task/stats"))[web])
        self.assertIn("network_rate_stats", json.loads(self.ask(web, "$ECS_CONTAINER_METADATA_URI_V4/stats")))
        # Version 2 knows the caller by its address.
        task = json.loads(self.ask(web, "http://169.254.170.2/v2/metadata"))
        self.assertEqual((task["TaskARN"], task["Containers"][0]["DockerId"]), (arn, web))
        self.assertEqual(json.loads(self.ask(web, f"http://169.254.170.2/v2/metadata/{web}"))["Name"], "web")
        self.assertIn("cpu_stats", json.loads(self.ask(web, f"http://169.254.170.2/v2/stats/{web}")))
        self.assertIn("400", self.ask(web, f"http://169.254.170.2/v2/metadata/{'0' * 64}", 400))
        self.assertIn("400", self.ask(web, "http://169.254.170.2/v2/credentials/nobodys", 400))
        with open(os.path.join(self.folder, "audit.log"), encoding="utf-8") as log:
            self.assertRegex(log.read(), r'400 \S+ "/v2/credentials" ".*" - GetCredentials 1 default arn:')

    def test_the_metadata_file(self):
        arn = self.start({"name": "web", "command": ["sleep", "300"], "portMappings": [{"containerPort": 80}]})
        self.wait_for_task(arn, "RUNNING")
        web = self.containers_of(arn)["web"]

        def read():
            facts = json.loads(docker("exec", web, "sh", "-c", "cat $ECS_CONTAINER_METADATA_FILE"))
            return facts if facts.get("MetadataFileStatus") == "READY" else None

        facts = wait_until(read, what="READY")
        self.assertEqual((facts["TaskARN"], facts["ContainerID"], facts["ContainerName"]), (arn, web, "web"))
        self.assertEqual(facts["PortMappings"][0]["ContainerPort"], 80)
        self.assertTrue(facts["Networks"][0]["IPv4Addresses"])


class TaskRoles(AgentCase):
    """Keys of the operator's file reach the tasks that have the role, and nobody else."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="berth-e2e-roles-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        roles = os.path.join(cls.folder, "roles")
        with open(roles, "w", encoding="utf-8") as file:
            file.write(f"[web-role]\naws_access_key_id = AKIAWEB\naws_secret_access_key = {SECRET}\naws_session_token = tok\n")
        cls.flags = ("--task-roles", roles)
        cls.agent_environment = {"ECS_AUDIT_LOGFILE": os.path.join(cls.folder, "audit.log")}
        super().setUpClass()

    def tearDown(self):
        self.stop_tasks()

    def start(self, **task):
        self.ecs.call("RegisterTaskDefinition", family=self._testMethodName, containerDefinitions=[
            {"name": "web", "image": "busybox", "memory": 16, "command": ["sleep", "300"]}], **task)
        arn = self.run_task(self._testMethodName)[0]
        self.wait_for_task(arn, "RUNNING")
        return arn, containers(f"task-arn={arn}", "running")[0]

    def credentials(self, container):
        script = 'wget -q -O - "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"'
        return json.loads(docker("exec", container, "sh", "-c", script))

    def test_a_task_has_the_keys_of_its_role(self):
        role = f"arn:aws:iam::{self.plane.account}:role/web-role"
        arn, web = self.start(taskRoleArn=role)
        keys = self.credentials(web)
        expiration = keys.pop("Expiration")
        self.assertEqual(keys, {"RoleArn": role, "AccessKeyId": "AKIAWEB", "SecretAccessKey": SECRET, "Token": "tok"})
        self.assertGreater(expiration, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 1200)))
        # A new agent has none of its own, and is told.
        self.agent.kill()
        self.agent.start()
        self.wait_for_agent()
        self.assertEqual(wait_until(lambda: self.try_credentials(web), 20, "credentials after a restart"), "AKIAWEB")
        self.assertNotIn(SECRET, json.dumps(self.describe_task(arn)) + self.agent.process.output(100000))
        for folder, _, files in os.walk(self.agent.data_dir):
            for name in files:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    self.assertNotIn(SECRET, file.read(), name)
        with open(os.path.join(self.folder, "audit.log"), encoding="utf-8") as log:
            self.assertIn(arn, log.read())

    def try_credentials(self, container):
        try:
            return self.credentials(container)["AccessKeyId"]
        except AssertionError:
            return None

    def test_a_task_without_a_role_has_none(self):
        _, web = self.start()
        self.assertNotIn("AWS_CONTAINER_CREDENTIALS", docker("exec", web, "env"))

    def test_a_role_without_keys_holds_nothing_up_and_is_explained(self):
        _, web = self.start(taskRoleArn="no-keys")
        self.assertNotIn("AWS_CONTAINER_CREDENTIALS", docker("exec", web, "env"))
        # busybox's wget shows no body of an error.
        script = "printf 'GET /v2/credentials HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' | nc 169.254.170.2 80"
        self.assertIn("berthd --task-roles", docker("exec", web, "sh", "-c", script))

    def test_a_task_protects_itself(self):
        self.ecs.call("RegisterTaskDefinition", family="protected", containerDefinitions=[
            {"name": "web", "image": "busybox", "memory": 16, "command": ["sleep", "300"]}])
        self.ecs.call("CreateService", serviceName="protected", taskDefinition="protected", desiredCount=1)
        self.addCleanup(self.ecs.call, "DeleteService", service="protected", force=True)
        [arn] = wait_until(lambda: self.ecs.call("ListTasks", serviceName="protected")["taskArns"], what="the service's task")
        self.wait_for_task(arn, "RUNNING")
        web = containers(f"task-arn={arn}", "running")[0]
        body = '{"ProtectionEnabled":true,"ExpiresInMinutes":60}'
        # busybox's wget cannot PUT.
        script = (f"path=${{ECS_AGENT_URI#http://169.254.170.2}}/task-protection/v1/state; printf 'PUT %s HTTP/1.1\\r\\nHost: x\\r\\n"
                  f"Connection: close\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n%s' \"$path\" '{body}' | nc 169.254.170.2 80")
        answer = json.loads(docker("exec", web, "sh", "-c", script).splitlines()[-1])
        self.assertTrue(answer["protection"]["ProtectionEnabled"], answer)
        self.assertEqual(answer["protection"]["TaskArn"], arn)
        [told] = self.ecs.call("GetTaskProtection", cluster="default", tasks=[arn])["protectedTasks"]
        self.assertTrue(told["protectionEnabled"])
        shown = json.loads(docker("exec", web, "sh", "-c", 'wget -q -O - "$ECS_AGENT_URI/task-protection/v1/state"'))
        self.assertEqual(shown["protection"]["ExpirationDate"][:4], answer["protection"]["ExpirationDate"][:4])
        self.ecs.call("UpdateTaskProtection", cluster="default", tasks=[arn], protectionEnabled=False)
