"""The simulator's real twin (tests/twin): the same workload and the same rules on real sockets, SQLite and Docker.

Method: half a minute of requests under kills and freezes; then everything must become quiet.
"""

import os
import random
import sys
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "twin"))

import twin  # pylint: disable=wrong-import-position

SECONDS = 30


class Twin(unittest.TestCase):
    def test_holds_what_the_simulator_promises(self):
        broken, summary = twin.run(SECONDS, random.randrange(10**6))
        print(summary)
        self.assertEqual(broken, [], summary)


if __name__ == "__main__":
    unittest.main()
