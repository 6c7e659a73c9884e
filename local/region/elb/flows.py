"""How slow a network load balancer is to send to a new target, and to stop sending to an old one.

On AWS a target is registered after 180 to 300 s (kubernetes-sigs/aws-load-balancer-controller#1834), and new
flows reach a deregistered one for about 120 s (aws/containers-roadmap#470). Here it is what the settings say:
NANOFLEET_NLB_REGISTER_SECONDS and NANOFLEET_NLB_STALE_SECONDS.
"""

from __future__ import annotations

import time

from region.base.settings import current as settings
from region.elb.health_checks import TRANSPORT

_registered: dict[str, dict[str, float]] = {}
"""Target group ARN -> `<id>:<port>` -> when the load balancer begins to send to it."""
_stale: dict[str, dict[str, tuple[float, str]]] = {}
"""Target group ARN -> `<id>:<port>` -> until when flows reach it, and its address."""


def begin(arn: str, key: str, protocol: str) -> None:
    """A target is being registered."""
    _stale.get(arn, {}).pop(key, None)
    if protocol in TRANSPORT:
        _registered.setdefault(arn, {})[key] = time.time() + settings.nlb_register_seconds


def end(arn: str, key: str, protocol: str, address: str | None) -> None:
    """A target is deregistered; `address` is where flows still go, None when it had none."""
    _registered.get(arn, {}).pop(key, None)
    if protocol in TRANSPORT and address is not None and settings.nlb_stale_seconds > 0:
        _stale.setdefault(arn, {})[key] = (time.time() + settings.nlb_stale_seconds, address)


def is_registering(arn: str, key: str) -> bool:
    return time.time() < _registered.get(arn, {}).get(key, 0)


def stale(arn: str) -> dict[str, str]:
    """Targets that new flows still reach although they were deregistered, with their addresses."""
    now = time.time()
    return {key: address for key, (until, address) in list(_stale.get(arn, {}).items()) if until > now}


def forget(known: set[str]) -> None:
    """Forgets the target groups that are gone."""
    for store in (_registered, _stale):
        for arn in [arn for arn in store if arn not in known]:
            store.pop(arn, None)
