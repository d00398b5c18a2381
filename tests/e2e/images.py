"""Stand-ins for images that tests cannot pull: busybox with files, a command and volumes of one's own."""

import io
import subprocess
import tarfile
import uuid

from harness import docker


def make_image(name, command, files=None, volumes=()):
    """Makes the image `name`; `files` is path -> text (executable), `command` a list. Remove it with remove_images."""
    container = docker("create", "busybox", "true")
    try:
        if files:
            archive = io.BytesIO()
            with tarfile.open(fileobj=archive, mode="w") as tar:
                for path, text in files.items():
                    entry = tarfile.TarInfo(path.lstrip("/"))
                    entry.size, entry.mode = len(text.encode()), 0o755
                    tar.addfile(entry, io.BytesIO(text.encode()))
            subprocess.run(["docker", "cp", "-", f"{container}:/"], input=archive.getvalue(), check=True,
                           capture_output=True, timeout=60)
        words = ", ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in command)
        changes = ["-c", f"CMD [{words}]", "-c", f"LABEL berth.e2e={uuid.uuid4()}"]
        for volume in volumes:
            changes += ["-c", f"VOLUME {volume}"]
        docker("commit", *changes, container, name)
    finally:
        docker("rm", container)


def remove_images(*names):
    for name in names:
        subprocess.run(["docker", "rmi", name], capture_output=True, timeout=60)
