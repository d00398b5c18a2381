"""What goes wrong in the twin: real kills and freezes, real containers that end."""

import random
import signal
import subprocess
import threading

from observer import our_containers


class Trouble(threading.Thread):
    def __init__(self, plane, agent, seed):
        super().__init__(daemon=True)
        self.plane, self.agent, self.random = plane, agent, random.Random(f"{seed}/trouble")
        self.ending, self.counts = threading.Event(), {}

    def run(self):
        while not self.ending.wait(self.random.uniform(1, 5)):
            kind = self.random.choice(["kill_plane", "kill_agent", "freeze_plane", "freeze_agent", "end_container"])
            self.counts[kind] = self.counts.get(kind, 0) + 1
            getattr(self, kind)()

    def pause(self, most):
        self.ending.wait(self.random.uniform(0, most))

    def kill_plane(self):
        self.plane.kill()
        self.pause(3)
        self.plane.start()

    def kill_agent(self):
        self.agent.kill()
        self.pause(3)
        self.agent.start()

    def freeze(self, who):
        """Half-open connections: the peer is there and says nothing."""
        who.process.signal(signal.SIGSTOP)
        try:
            self.pause(6)
        finally:
            who.process.signal(signal.SIGCONT)

    def freeze_plane(self):
        self.freeze(self.plane)

    def freeze_agent(self):
        self.freeze(self.agent)

    def end_container(self):
        running = sorted(i for i, (_, _, state) in our_containers(self.plane.account).items() if state == "running")
        if running:
            subprocess.run(["docker", "kill", self.random.choice(running)], capture_output=True, timeout=60, check=False)

    def heal(self):
        self.ending.set()
        self.join()
        if not self.agent.process.running():
            self.agent.start()
