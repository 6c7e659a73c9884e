"""Parts that need no running region."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from region import main
from region.base import contract, patch, settings
from region.instances.addresses import Allocator, SubnetFull
from region.instances.user_data import user_data_variables
from region.machines.program import NotBootable, prepare

SUBNET = "127.77.16.0/28"


def test_every_hooked_name_is_in_the_pinned_ministack() -> None:
    assert len(main.PARTS) > 20
    assert len(contract.expectations()) > 50
    contract.verify()


def test_a_name_that_changed_is_named_together_with_the_pinned_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contract, "_expectations", {})
    contract.expect("ministack.services.ec2", "_run_instances", "(p, more)")
    contract.expect("ministack.services.ec2", "_no_such_function", "()")
    contract.expect_entry("ministack.services.ec2", "_ACTION_MAP", "NoSuchAction")
    with pytest.raises(contract.ContractBroken) as broken:
        contract.verify()
    text = str(broken.value)
    assert text.startswith("ministack 1.5.33 is needed")
    assert "ministack.services.ec2._run_instances takes (p), expected (p, more)" in text
    assert "ministack.services.ec2._no_such_function is missing" in text
    assert "ministack.services.ec2._ACTION_MAP['NoSuchAction'] is missing" in text


def test_a_hook_that_was_not_stated_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "_expectations", {})
    with pytest.raises(patch.UnstatedHook, match=r"ministack\.services\.ec2\._run_instances"):
        patch.replace("ministack.services.ec2", "_run_instances", None)


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


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (None, "the snapshot holds no image"),
        ("{", "image.json"),
        (json.dumps({"Args": []}), "Program is missing"),
        (json.dumps({"Program": "/bin/absent"}), "Program /bin/absent is not in the image"),
    ],
)
def test_an_image_that_is_not_whole_says_what_is_missing(
    tmp_path: Path, image: str | None, message: str
) -> None:
    disk = tmp_path / "snap-1"
    disk.mkdir()
    if image is not None:
        (disk / "image.json").write_text(image)
    with pytest.raises(NotBootable, match=message):
        prepare(disk, tmp_path / "home", {"PrivateIpAddress": "127.77.0.16"}, "127.77.0.0/20")


def test_a_program_of_the_image_runs_from_a_copy_of_its_disk(tmp_path: Path) -> None:
    disk = tmp_path / "snap-1"
    (disk / "root" / "etc").mkdir(parents=True)
    (disk / "root" / "server").write_text("#!/bin/sh\n")
    (disk / "root" / "etc" / "conf").write_text("x")
    (disk / "image.json").write_text(json.dumps({"Program": "/server", "Args": ["-f", "/etc/conf"]}))
    spec = prepare(disk, tmp_path / "home", {"PrivateIpAddress": "127.77.0.16"}, "127.77.0.0/20")
    root = tmp_path / "home" / "root"
    assert spec.command == [str(root / "server"), "-f", str(root / "etc" / "conf")]
    assert spec.environment["RESOLVER"] == "127.77.0.10:8053"
    assert "NODE_OPTIONS" not in spec.environment
    (root / "etc" / "conf").write_text("changed")
    assert (disk / "root" / "etc" / "conf").read_text() == "x"


@pytest.mark.parametrize(
    ("argument", "given"),
    [
        ("0.0.0.0", "127.77.0.16"),
        ("--bind=0.0.0.0", "--bind=127.77.0.16"),
        ("bind 0.0.0.0:80", "bind 127.77.0.16:80"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("10.0.0.0", "10.0.0.0"),
        ("127.0.0.1", "127.0.0.1"),
        ("v0.0.0.0", "v0.0.0.0"),
    ],
)
def test_a_program_that_listens_on_all_addresses_listens_on_that_of_its_instance(
    tmp_path: Path, argument: str, given: str
) -> None:
    disk = tmp_path / "snap-1"
    (disk / "root").mkdir(parents=True)
    (disk / "root" / "server").write_text("#!/bin/sh\n")
    (disk / "image.json").write_text(json.dumps({"Program": "/server", "Args": [argument]}))
    spec = prepare(disk, tmp_path / "home", {"PrivateIpAddress": "127.77.0.16"}, "127.77.0.0/20")
    assert spec.command[1:] == [given]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NANOFLEET_PORT", "http"),
        ("NANOFLEET_PORT", "70000"),
        ("NANOFLEET_VPC_CIDR", "127.77"),
        ("NANOFLEET_BOOT_SECONDS", "soon"),
        ("NANOFLEET_GRACE_SECONDS", "-1"),
    ],
)
def test_a_bad_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(settings.SettingsError, match=f"{name}={value}"):
        settings.read({name: value})
