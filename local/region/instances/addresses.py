"""Private addresses of instances: inside the subnet, kept over restarts, used again as late as possible."""

from __future__ import annotations

import ipaddress
import json
import os
import threading
from pathlib import Path

# AWS reserves 5 addresses of a subnet. 16 are skipped, so `.10` stays free for the network load balancer.
SKIPPED = 16


class SubnetFull(Exception):
    """Every address of the subnet is taken."""


class Allocator:
    """Hands out addresses of subnets; `file` keeps the current position."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._next: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def take(self, cidr: str, taken: set[str]) -> str:
        """The next address of `cidr` that is not in `taken`; SubnetFull when there is none.

        It goes round the subnet, so a returned address is used again only after all others.
        """
        network = ipaddress.IPv4Network(cidr)
        usable = network.num_addresses - SKIPPED - 1  # the last one is the broadcast address
        with self._lock:
            start = self._next.get(cidr, 0)
            for step in range(max(usable, 0)):
                offset = (start + step) % usable
                address = str(network[SKIPPED + offset])
                if address not in taken:
                    self._next[cidr] = offset + 1
                    self._remember()
                    return address
        raise SubnetFull(f"no free address is left in {cidr}")

    def _remember(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".tmp")
        draft.write_text(json.dumps(self._next))
        os.replace(draft, self._file)
