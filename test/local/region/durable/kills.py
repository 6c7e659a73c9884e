"""Kills a region at chosen writes of a deployment: `python kills.py [--seed N] [--kills N] [--json]`.

`npm run bench -- region-kill` kills it at every write, the tests at a few; each time all that must hold is
checked, and the deployment is run again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import conftest  # noqa: F401 -- finds the emulator's packages
from botocore.exceptions import BotoCoreError, ClientError
from deployments import App
from regions import Region
from waiting import wait_for

DYING = str(Path(__file__).with_name("dying.py"))


class Killing:
    """One region that is killed many times; its app is deployed in another release each time."""

    def __init__(self, state: Path) -> None:
        self.region = Region(state, {"NANOFLEET_SAVE_SECONDS": "0.5", "NANOFLEET_BOOT_SECONDS": "0"})
        self.region.program = [DYING]
        self.region.tries = 1
        self.region.start()
        self.app = App(self.region)
        self.release = 1
        self.app.deploy(self.release)

    def count(self) -> int:
        """The writes of one deployment."""
        self._arm("0")
        self._deploy_while_ordering()
        self._signal(signal.SIGUSR2)
        file = self.region.state / "writes"
        wait_for("the count", file.exists)
        return int(file.read_text())

    def kill(self, write: int, half: bool) -> bool:
        """Whether the region got as far as this write; everything holds afterwards."""
        self._arm(f"{write} {'half' if half else ''}".strip())
        self._deploy_while_ordering()
        died = self._has_died()
        if died:
            self.region.start()
        self.app.check()
        self.app.deploy(self.release)
        return died

    def _deploy_while_ordering(self) -> None:
        self.release += 1
        done = threading.Event()
        buyer = threading.Thread(target=self.app.order, args=[done])
        buyer.start()
        try:
            with contextlib.suppress(BotoCoreError, ClientError, OSError):
                self.app.deploy(self.release)
        finally:
            done.set()
            buyer.join()

    def _has_died(self) -> bool:
        """Whether it got to the write; if not, it does not die later. The guard ends a moment after it."""
        try:
            self._arm("0")
        except OSError:
            assert self.region.process is not None
            self.region.process.wait(20)
            return True
        return False

    def _arm(self, write: str) -> None:
        (self.region.state / "die-at").write_text(write)
        self._signal(signal.SIGUSR1)

    def _signal(self, number: signal.Signals) -> None:
        os.kill(self.region.get("/_nanofleet/health")["pid"], number)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--kills", type=int, default=0)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        killing = Killing(Path(folder))
        writes = killing.count()
        chosen = list(range(1, writes + 1))
        if asked.kills:
            chosen = random.Random(asked.seed).sample(chosen, min(asked.kills, writes))
        dice = random.Random(asked.seed)
        died = 0
        for number, write in enumerate(chosen, 1):
            died += killing.kill(write, half=dice.random() < 0.5)
            print(f"\r{number} of {len(chosen)} writes", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        killing.region.stop()
    found = {
        "writes": writes,
        "kills": died,
        "orders": len(killing.app.confirmed),
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(found) if asked.json else found)


if __name__ == "__main__":
    main()
