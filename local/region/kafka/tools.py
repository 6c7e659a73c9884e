"""Apache Kafka's jars and a Java, fetched once by `local/tools/kafka.mjs` into the cache."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import threading
from dataclasses import dataclass

from region.base.settings import current as settings

logger = logging.getLogger("region.kafka")


@dataclass(frozen=True)
class Tools:
    java: str
    class_path: str


class ToolsMissing(Exception):
    """Kafka or Java cannot be had; the message says why."""


_lock = threading.Lock()
_known: list[Tools] = []


def ready() -> Tools:
    """The first call may take minutes; what it does goes to the region's log."""
    with _lock:
        if not _known:
            _known.append(_fetch())
        return _known[0]


def _fetch() -> Tools:
    script = settings.repository / "local" / "tools" / "kafka.mjs"
    with subprocess.Popen(
        [settings.node, str(script), str(settings.cache / "programs")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stderr
        said: list[str] = []
        for line in process.stderr:
            said.append(line.strip())
            logger.info("%s", line.strip())
        answer = process.stdout.read().strip().splitlines()
    if process.returncode != 0 or not answer:
        raise ToolsMissing(f"Apache Kafka cannot be fetched: {said[-1] if said else 'no reason given'}")
    found = json.loads(answer[-1])
    return Tools(found["java"], os.pathsep.join(found["jars"]))
