"""Somebody who may do nothing yet."""

from __future__ import annotations

import uuid

import pytest
from regions import Region
from roles import Actor, allow


@pytest.fixture
def actor(region: Region) -> Actor:
    return Actor(region, f"actor-{uuid.uuid4().hex[:8]}", allow("sts:GetCallerIdentity"))
