"""Connections that no security group let through: who called whom, when, how often.

A Node program is refused by its preload, which tells it in `instances/<id>/refused.jsonl`; connections of
other programs are found and cut by watch.py. `GET /_nanofleet/refusals` lists both. What the rules let
through by now is forgotten.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from region.base import api, loops
from region.base.settings import current as settings
from region.reach import rules, table

LOOK_SECONDS = 0.5
MOST = 200
"""Kept; the one that happened longest ago goes."""
KEPT_SECONDS = 24 * 3600.0

Refusal = dict[str, Any]
_kept: dict[tuple[str, str, str, str, int], Refusal] = {}
_lock = threading.Lock()
_saved: dict[str, str] = {"text": ""}


def record(caller: dict[str, Any], target: dict[str, Any], port: int, count: int, how: str) -> None:
    """Counts refused calls; `how` is `refused`, `cut` or `seen` (a connection that could not be cut)."""
    key = (caller["app"], caller["service"], target["app"], target["service"], port)
    now = time.time()
    with _lock:
        known = _kept.pop(key, None)
        first, before = (known["first"], known["count"]) if known else (now, 0)
        _kept[key] = {
            "caller": {"app": key[0], "service": key[1]},
            "target": {"app": key[2], "service": key[3]},
            "port": port,
            "count": before + count,
            "first": first,
            "last": now,
            "how": how,
        }
        while len(_kept) > MOST:
            del _kept[next(iter(_kept))]


def listed() -> list[Refusal]:
    with _lock:
        return list(_kept.values())


def _collect() -> None:
    for instance_id, document in table.documents().items():
        for told in _taken(settings.instances / instance_id / "refused.jsonl"):
            target = document["peers"].get(told.get("address"))
            if target is not None:
                record(document, target, int(told["port"]), int(told["count"]), "refused")
    _forget(time.time())
    _save()


def _taken(file: Path) -> list[dict[str, Any]]:
    """The lines of a file, which is then gone; the program begins another one."""
    taken = file.with_suffix(".taken")
    try:
        os.replace(file, taken)
        lines = taken.read_text().splitlines()
        taken.unlink()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines if line.endswith("}")]


def _forget(now: float) -> None:
    """What is old, and what some instance of the caller may do by now."""
    if not _kept:
        return
    open_now = {
        (document["app"], document["service"], peer["app"], peer["service"], low, high)
        for document in table.documents().values()
        for peer in document["peers"].values()
        for low, high in peer["tcp"]
    }
    with _lock:
        for key, refusal in list(_kept.items()):
            *names, port = key
            is_open = any(one[:4] == tuple(names) and rules.holds([one[4:]], port) for one in open_now)
            if is_open or now - refusal["last"] > KEPT_SECONDS:
                del _kept[key]


def _save() -> None:
    text = json.dumps(listed())
    if text == _saved["text"]:
        return
    draft = _file().with_suffix(".tmp")
    draft.write_text(text)
    os.replace(draft, _file())
    _saved["text"] = text


def _file() -> Path:
    return settings.state / "refusals.json"


def _restore() -> None:
    try:
        saved: list[Refusal] = json.loads(_file().read_text())
    except (FileNotFoundError, ValueError):
        return
    for one in saved:
        caller, target = one["caller"], one["target"]
        key = (caller["app"], caller["service"], target["app"], target["service"], one["port"])
        _kept[key] = one


def install() -> None:
    _restore()
    loops.every(LOOK_SECONDS, _collect)
    api.route("GET", "/_nanofleet/refusals", lambda _: (200, listed()))
