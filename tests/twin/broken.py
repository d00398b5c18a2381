"""What was found broken: thread-safe, first come first."""

import threading


class Broken:
    def __init__(self):
        self.lock, self.all = threading.Lock(), []

    def add(self, rule, text):
        with self.lock:
            if (rule, text) not in self.all:
                self.all.append((rule, text))
                print(f"BROKEN {rule}: {text}", flush=True)
