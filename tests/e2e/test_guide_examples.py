"""The seven example task definitions of the guide, word for word, on real Docker.

Goal: each does what the guide's text says: data shared through volumes, read-only mounts, volumesFrom, links by name.
Method: the real AWS CLI; images of busybox stand in under the names that the examples use.
"""

import json
import os
import shutil
import subprocess
import urllib.request

from harness import AgentCase, containers, docker, wait_until
from images import make_image, remove_images

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guide_examples")
APACHE = "#!/bin/sh\nexec httpd -f -p 80 -h /var/www\n"


def fetch(port, path="/"):
    """What the host's port answers; None while nothing answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.read().decode()
    except OSError:
        return None


def inside(container, *command):
    return docker("exec", container, *command)


class GuideExamples(AgentCase):
    agent_environment = {"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": "2s", "ECS_CONTAINER_STOP_TIMEOUT": "1s"}

    @classmethod
    def setUpClass(cls):
        serve = ["httpd", "-f", "-p", "80", "-h", "/usr/share/nginx/html"]
        images = {
            "amazon/amazon-ecs-sample": (["sh"], {"/usr/sbin/apache2": APACHE}, ()),
            "wordpress": (["httpd", "-f", "-p", "80", "-h", "/www"], {"/www/index.html": "Just another site\n"}, ()),
            "mysql": (["nc", "-ll", "-p", "3306", "-e", "cat"], {}, ()),
            "nginx": (serve, {}, ()),
            "my-repo/database": (["sleep", "600"], {}, ()),
            "my-repo/ubuntu-apache": (["httpd", "-f", "-p", "80", "-h", "/var/www/html"], {}, ()),
            "my-repo/sles11-apache": (["httpd", "-f", "-p", "8080", "-h", "/srv/www/htdocs"], {}, ()),
            "my-repo/httpd_dockerfile_volume": (["httpd", "-f", "-p", "80", "-h", "/usr/local/apache2/htdocs"], {},
                                                ["/usr/local/apache2/htdocs/dockerfile_volume"]),
        }
        cls.addClassCleanup(remove_images, *images)
        for name, (command, files, volumes) in images.items():
            make_image(name, command, files, volumes)
        super().setUpClass()

    def tearDown(self):
        self.stop_tasks()

    def run_example(self, name):
        """Registers the example as it stands and runs it; the task's ARN and its containers by name."""
        path = os.path.join(EXAMPLES, f"{name}.json")
        definition = self.plane.aws("ecs", "register-task-definition", "--cli-input-json", f"file://{path}")
        revision = definition["taskDefinition"]["taskDefinitionArn"].split("/")[1]
        answer = self.plane.aws("ecs", "run-task", "--task-definition", revision)
        self.assertEqual(answer["failures"], [])
        arn = answer["tasks"][0]["taskArn"]
        with open(path, encoding="utf-8") as file:
            count = len(json.load(file)["containerDefinitions"])
        ids = wait_until(lambda: (lambda found: found if len(found) == count else None)(containers(f"task-arn={arn}")),
                         60, f"{count} containers of {name}")
        names = {docker("inspect", "-f", '{{index .Config.Labels "com.amazonaws.ecs.container-name"}}', i): i
                 for i in ids}
        return arn, names

    def host_folder(self, path):
        """Leaves the host as it was: removes what the test made of `path`."""
        first = path
        while not os.path.exists(os.path.dirname(first)):
            first = os.path.dirname(first)
        if not os.path.exists(first):
            self.addCleanup(shutil.rmtree, first, True)

    def test_simple_app(self):
        _, names = self.run_example("simple-app")
        first = wait_until(lambda: fetch(80, "/my-vol/date"), what="the date that the other container writes")
        wait_until(lambda: fetch(80, "/my-vol/date") != first, what="another date")
        self.assertIn("/var/www/my-vol", inside(names["busybox"], "cat", "/proc/mounts"))

    def test_hello_world(self):
        arn, names = self.run_example("hello_world")
        self.wait_for_task(arn, "RUNNING")
        wait_until(lambda: fetch(80) == "Just another site\n", what="the site on port 80")
        self.assertIn("mysql", inside(names["wordpress"], "cat", "/etc/hosts"))
        self.assertEqual(inside(names["wordpress"], "sh", "-c", "echo select | nc -w 2 mysql 3306"), "select")
        self.assertIn("MYSQL_ROOT_PASSWORD=password", inside(names["mysql"], "env").splitlines())
        started = [docker("inspect", "-f", "{{.State.StartedAt}}", names[n]) for n in ("mysql", "wordpress")]
        self.assertLess(*started)
        # The default of a null memory swap aside, limits are those of the definition.
        self.assertEqual(docker("inspect", "-f", "{{.HostConfig.Memory}} {{.HostConfig.CpuShares}}", names["mysql"]),
                         f"{500 << 20} 10")

    def test_webdata(self):
        self.host_folder("/ecs/webdata")
        arn, _ = self.run_example("webdata")
        self.wait_for_task(arn, "RUNNING")
        with open("/ecs/webdata/index.html", "w", encoding="utf-8") as page:
            page.write("hi\n")
        wait_until(lambda: fetch(80) == "hi\n", what="the page in the host's folder")
        self.stop_tasks()
        arn, _ = self.run_example("webdata")
        wait_until(lambda: fetch(80) == "hi\n", what="the page again: the folder outlives the task")

    def test_database_scratch(self):
        arn, names = self.run_example("database_scratch")
        self.wait_for_task(arn, "RUNNING")
        inside(names["database1"], "sh", "-c", "echo 42 > /var/scratch/answer")
        self.assertEqual(inside(names["database2"], "cat", "/var/scratch/answer"), "42")
        volume = docker("inspect", "-f", "{{(index .Mounts 0).Name}}", names["database1"])
        self.assertIn(volume, docker("volume", "ls", "-q").split())
        self.ecs.call("StopTask", task=arn)
        wait_until(lambda: volume not in docker("volume", "ls", "-q").split(), what="the volume gone with its task")

    def test_webroot(self):
        self.host_folder("/data/webroot")
        arn, names = self.run_example("webroot")
        self.wait_for_task(arn, "RUNNING")
        with open("/data/webroot/index.html", "w", encoding="utf-8") as page:
            page.write("one root\n")
        for port in (80, 8080):
            wait_until(lambda port=port: fetch(port) == "one root\n", what=f"the page on port {port}")
        for name, path in (("web-server-1", "/var/www/html"), ("web-server-2", "/srv/www/htdocs")):
            touch = subprocess.run(["docker", "exec", names[name], "touch", f"{path}/new"], capture_output=True,
                                   text=True, timeout=60)
            self.assertNotEqual(touch.returncode, 0)
            self.assertIn("Read-only file system", touch.stderr)

    def test_volumes_from(self):
        if not os.path.exists("/etc/date"):
            self.addCleanup(lambda: os.path.exists("/etc/date") and os.remove("/etc/date"))
        arn, names = self.run_example("test-volumes-from")
        # It ends at once; the task goes on, as it is not essential.
        wait_until(lambda: docker("inspect", "-f", "{{.State.Status}}", names["busybox"]) == "exited",
                   what="the end of busybox")
        self.assertEqual(docker("inspect", "-f", "{{.State.ExitCode}}", names["busybox"]), "0")
        for volume in ("empty_volume", "host_etc", "dockerfile_volume"):
            written = inside(names["web"], "cat", f"/usr/local/apache2/htdocs/{volume}/date")
            self.assertRegex(written, r"\d\d:\d\d:\d\d", volume)
        self.assertTrue(os.path.exists("/etc/date"))
        self.assertEqual(self.wait_for_task(arn, "RUNNING")["desiredStatus"], "RUNNING")
        # The volume of the image itself goes with the containers.
        shape = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}'
        volumes = docker("inspect", "-f", shape, names["web"]).split()
        self.assertEqual(len(volumes), 2)
        self.ecs.call("StopTask", task=arn)
        wait_until(lambda: not set(volumes) & set(docker("volume", "ls", "-q").split()), what="both volumes gone")

    def test_sleep360(self):
        arn, names = self.run_example("sleep360")
        self.wait_for_task(arn, "RUNNING")
        self.assertEqual(docker("inspect", "-f", "{{json .Config.Cmd}}", names["sleep"]), '["sleep","360"]')
        self.assertEqual(docker("inspect", "-f", "{{.HostConfig.CpuShares}} {{.HostConfig.Memory}}", names["sleep"]),
                         f"10 {10 << 20}")
