"""Settings that cannot be used."""

from __future__ import annotations

import pytest

from region.base import settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NANOFLEET_PORT", "http"),
        ("NANOFLEET_PORT", "70000"),
        ("NANOFLEET_VPC_CIDR", "127.77"),
        ("NANOFLEET_BOOT_SECONDS", "soon"),
        ("NANOFLEET_GRACE_SECONDS", "-1"),
        ("NANOFLEET_NLB_REGISTER_SECONDS", "long"),
    ],
)
def test_a_bad_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(settings.SettingsError, match=f"{name}={value}"):
        settings.read({name: value})
