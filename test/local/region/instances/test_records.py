"""Addresses and user data of instances, without a running region."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from region.instances import records
from region.instances.addresses import Allocator, SubnetFull
from region.instances.user_data import user_data_variables

SUBNET = "127.77.16.0/28"


def test_addresses_skip_the_first_sixteen_and_come_back_last(tmp_path: Path) -> None:
    allocator = Allocator(tmp_path / "addresses.json")
    first = [allocator.take("127.77.16.0/27", set()) for _ in range(15)]
    assert first[0] == "127.77.16.16" and first[-1] == "127.77.16.30"
    assert allocator.take("127.77.16.0/27", set(first[1:])) == "127.77.16.16"


def test_addresses_go_on_where_they_stood_before_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "addresses.json"
    assert Allocator(file).take("127.77.16.0/20", set()) == "127.77.16.16"
    assert Allocator(file).take("127.77.16.0/20", set()) == "127.77.16.17"


def test_a_full_subnet_is_said_to_be_full(tmp_path: Path) -> None:
    with pytest.raises(SubnetFull, match=SUBNET):
        Allocator(tmp_path / "addresses.json").take(SUBNET, set())


def test_user_data_gives_its_assignments_and_nothing_else() -> None:
    assert user_data_variables("A=1\r\nB=x=y\n#C=2\n 9=1\nD=\n") == {"A": "1", "B": "x=y", "D": ""}


def test_an_instance_that_has_given_its_address_back_holds_none() -> None:
    def instance(address: str, state: str) -> dict[str, Any]:
        return {"PrivateIpAddress": address, "State": {"Name": state}}

    ending, ended = instance("", "shutting-down"), instance("127.77.16.21", "terminated")
    running, new = instance("127.77.16.20", "running"), instance("127.77.16.22", "pending")
    used = records.in_use([ending, ended, running, new], new)
    assert used == {"127.77.16.20"}
    assert "" not in used
