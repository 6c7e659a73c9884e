"""AWS service events onto the default bus, in the order they were published."""

from __future__ import annotations

import json
import logging
import queue
import threading
from typing import Any

from region.base import contract
from region.base.emulator import eventbridge, get_account_id, get_region, request_scope

logger = logging.getLogger("region.events")

contract.expect("ministack.services.eventbridge", "_put_events", "(data, allow_aws_source=False)")
contract.expect("ministack.services.eventbridge", "_events_log_list", "()")

# The emulator remembers every event in its state for ever.
KEPT = 1000

_waiting: queue.Queue[tuple[str, str, dict[str, Any]]] = queue.Queue()
_starting = threading.Lock()
_dispatcher: threading.Thread | None = None


def publish(
    source: str, detail_type: str, detail: dict[str, Any], resources: list[str] | None = None
) -> None:
    """Queues one event of an AWS service, such as `aws.ec2`, for the caller's account and region.

    Rules see AWS's envelope. The call returns at once: a thread of its own delivers, so a slow target neither
    holds up a request nor changes the order.
    """
    entry = {
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "Resources": list(resources or []),
    }
    _waiting.put((get_account_id(), get_region(), entry))
    _ensure_dispatcher()


def _ensure_dispatcher() -> None:
    global _dispatcher
    with _starting:
        if _dispatcher is None:
            _dispatcher = threading.Thread(target=_dispatch, name="region-events", daemon=True)
            _dispatcher.start()


def _dispatch() -> None:
    while True:
        account, region, entry = _waiting.get()
        try:
            with request_scope(account, region):
                eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
                del eventbridge._events_log_list()[:-KEPT]
        except Exception:
            logger.exception("event %s from %s was not delivered", entry["DetailType"], entry["Source"])
