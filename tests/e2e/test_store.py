"""What becomes of the store: a disk that is full, and files that were lost.

Method: a data folder on a small file system of its own, which the test fills; a berthd that was killed, and files of its
store cut or removed.
"""

import os
import subprocess
import unittest
import urllib.request

from harness import BIN, ControlPlane, wait_until


def page(plane, path):
    with urllib.request.urlopen(plane.url + path, timeout=10) as answer:
        return answer.read().decode()


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.plane = ControlPlane()
        self.addCleanup(self.plane.destroy)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "tmpfs", self.plane.data_dir], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.plane.data_dir], check=True)
        self.plane.start()
        self.ecs = self.plane.client()

    def test_readers_go_on_and_writers_learn_the_cause(self):
        self.ecs.call("CreateCluster", clusterName="before")
        ballast = os.path.join(self.plane.data_dir, "ballast")
        with open(ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        refused = None
        for number in range(2000):  # What the log has room for already can still be written.
            answer = self.ecs.send("CreateCluster", {"clusterName": f"c{number}", "tags": [{"key": "k", "value": "v" * 256}]})
            listed = self.ecs.send("ListClusters", {})
            self.assertEqual(listed.status, 200, listed.body)
            if answer.status != 200:
                refused = answer
                break
        self.assertIsNotNone(refused, "the disk never got full")
        self.assertEqual(refused.status, 500)
        self.assertIn("The change was not stored: the disk is full", refused.json()["message"])
        self.assertIn("berth_store_writable 0", page(self.plane, "/metrics"))
        self.assertIn("nothing can be stored: the disk is full", page(self.plane, "/healthz"))
        status = subprocess.run([os.path.join(BIN, "berth"), "--data-dir", self.plane.data_dir, "--port",
                                 str(self.plane.port), "status"], capture_output=True, text=True, check=False)
        self.assertIn("nothing can be stored: the disk is full", status.stdout + status.stderr)
        os.remove(ballast)
        wait_until(lambda: self.ecs.send("CreateCluster", {"clusterName": "after"}).status == 200, 30, "changes are taken again")
        self.assertIn("berth_store_writable 1", page(self.plane, "/metrics"))


class LostStore(unittest.TestCase):
    def setUp(self):
        self.plane = ControlPlane()
        self.addCleanup(self.plane.destroy)
        self.plane.start()
        ecs = self.plane.client()
        for number in range(20):
            ecs.call("CreateCluster", clusterName=f"c{number}")
        self.plane.kill()

    def store(self, suffix=""):
        return os.path.join(self.plane.data_dir, "berth.db" + suffix)

    def refused(self, fragment):
        with self.assertRaises(AssertionError) as raised:
            self.plane.start()
        self.assertIn(fragment, str(raised.exception))
        self.assertIn("--accept-data-loss", str(raised.exception))

    def test_what_is_missing_is_said_and_can_be_accepted(self):
        os.truncate(self.store("-wal"), 0)
        self.refused("are missing")
        os.truncate(self.store(), 0)
        self.refused("is empty")
        os.remove(self.store())
        self.refused("is gone")
        os.remove(os.path.join(self.plane.data_dir, "berth.evidence"))
        self.refused("is gone")
        self.plane.flags.append("--accept-data-loss")
        self.plane.start()
        self.assertEqual(self.plane.client().call("ListClusters")["clusterArns"], [])
        self.plane.stop()
        self.plane.flags.remove("--accept-data-loss")
        self.plane.start()


if __name__ == "__main__":
    unittest.main()
