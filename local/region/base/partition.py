"""The part of AWS that the region's name belongs to: the beginning of ARNs and the end of host names."""

from __future__ import annotations

from region.base.settings import current as settings

_PARTITIONS = {"cn-": ("aws-cn", "amazonaws.com.cn"), "us-gov-": ("aws-us-gov", "amazonaws.com")}


def of(region: str) -> tuple[str, str]:
    """Name and domain of a region's partition."""
    known = [place for start, place in _PARTITIONS.items() if region.startswith(start)]
    return known[0] if known else ("aws", "amazonaws.com")


NAME, DOMAIN = of(settings.region)
ARN = f"arn:{NAME}"
"""The beginning of every ARN here."""
