"""Tells each instance's program whom it may call: `instances/<id>/network.json`, which the preload reads.

    {"cidr": "127.77.0.0/16", "app": "shop", "service": "web", "silent": false,
     "peers": {"127.77.0.33": {"app": "shop", "service": "db", "tcp": [[6379, 6379]]}}}

An address that is not listed has nobody. The files are written again within a moment when a rule or an
instance changed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from region.base import loops
from region.base.settings import current as settings
from region.reach import places, rules
from region.reach.places import Named

LOOK_SECONDS = 0.25
# The gateway serves ports below 1024 at others: local/gateway/listeners.ts.
PRIVILEGED = 1024
MOVED_BY = 8000

Document = dict[str, Any]

_known: dict[str, Any] = {"text": "", "documents": {}}


def documents() -> dict[str, Document]:
    """What each instance may reach, by its id; computed anew only if something changed."""
    named, balancers, groups = places.instances(), places.balancers(), places.groups()
    others = places.others()
    text = json.dumps(
        [
            [
                [one.instance, one.place.address, one.app, one.service, sorted(one.place.groups)]
                for one in named
            ],
            [[one.address, sorted(one.groups)] for one in [*balancers, *others]],
            [
                [name, one.get("IpPermissions"), one.get("IpPermissionsEgress")]
                for name, one in groups.items()
            ],
        ]
    )
    if text != _known["text"]:
        found = {one.instance: _document(one, named, balancers, others, groups) for one in named}
        _known.update(text=text, documents=found)
    return _known["documents"]


def _document(
    own: Named,
    named: list[Named],
    balancers: list[rules.Place],
    others: list[rules.Place],
    groups: dict[str, rules.Rule],
) -> Document:
    peers: dict[str, Any] = {
        other.place.address: {
            "app": other.app,
            "service": other.service,
            "tcp": rules.between(own.place, other.place, groups),
        }
        for other in named
        if other is not own
    }
    for balancer in balancers:
        open_ports = rules.between(own.place, balancer, groups)
        peers[balancer.address] = {
            "app": "",
            "service": "the network load balancer",
            "tcp": open_ports + [_moved(each) for each in open_ports if each[0] < PRIVILEGED],
        }
    for other in others:
        open_ports = rules.between(own.place, other, groups)
        peers[other.address] = {"app": "", "service": "a Kafka broker", "tcp": open_ports}
    return {
        "cidr": str(settings.vpc_cidr),
        "app": own.app,
        "service": own.service,
        "silent": settings.refuse_silently,
        "peers": peers,
    }


def _moved(ports: tuple[int, int]) -> tuple[int, int]:
    low, high = ports
    return low + MOVED_BY, min(high, PRIVILEGED - 1) + MOVED_BY


_written: dict[str, Document] = {}


def _tell() -> None:
    now = documents()
    for instance_id, document in now.items():
        if _written.get(instance_id) is not document:
            _write(settings.instances / instance_id, document)
            _written[instance_id] = document
    for gone in set(_written) - set(now):
        del _written[gone]


def _write(home: Path, document: Document) -> None:
    home.mkdir(parents=True, exist_ok=True)
    draft = home / "network.json.tmp"
    draft.write_text(json.dumps(document))
    os.replace(draft, home / "network.json")


def install() -> None:
    loops.every(LOOK_SECONDS, _tell)
