"""Programs of images, without a running region."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from region.machines.program import NotBootable, prepare

SUBNET = "127.77.16.0/28"


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
    (disk / "image.json").write_text(
        json.dumps({"Program": "/server", "Args": ["-f", "/etc/conf", None], "Env": {"A": None}})
    )
    spec = prepare(disk, tmp_path / "home", {"PrivateIpAddress": "127.77.0.16"}, "127.77.0.0/20")
    root = tmp_path / "home" / "root"
    assert spec.command == [str(root / "server"), "-f", str(root / "etc" / "conf"), ""]
    assert spec.folder == root
    assert spec.environment["A"] == ""
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
    ("kind", "bounds"),
    [
        ("t3.micro", "--max-old-space-size=512 --max-semi-space-size=4"),
        ("t4g.large", "--max-old-space-size=4096 --max-semi-space-size=16"),
        ("m7i.large", ""),
    ],
)
def test_a_node_program_has_the_heap_of_its_instance_type_and_its_own_options_last(
    tmp_path: Path, kind: str, bounds: str
) -> None:
    disk = tmp_path / "snap-1"
    (disk / "root").mkdir(parents=True)
    own = {"NODE_OPTIONS": "--max-old-space-size=64"}
    (disk / "image.json").write_text(json.dumps({"Program": "/node", "Args": ["/main.mjs"], "Env": own}))
    instance = {"PrivateIpAddress": "127.77.0.16", "InstanceType": kind}
    options = prepare(disk, tmp_path / "home", instance, "127.77.0.0/20").environment["NODE_OPTIONS"]
    after = options.partition("node.mjs --disable-warning=MODULE_TYPELESS_PACKAGE_JSON")[2].strip()
    assert after == f"{bounds} --max-old-space-size=64".strip()


def test_a_program_starts_in_the_folder_that_its_configuration_names_if_the_image_has_it(
    tmp_path: Path,
) -> None:
    root = tmp_path / "snap-1" / "root"
    (root / "app").mkdir(parents=True)
    (root / "server").write_text("#!/bin/sh\n")
    for name, folder in [("/app", "app"), ("/absent", "")]:
        configuration = {"Program": "/server", "ManifestPassthrough": {"cwd": name}}
        (tmp_path / "snap-1" / "image.json").write_text(json.dumps(configuration))
        home = tmp_path / f"home-{folder}"
        spec = prepare(tmp_path / "snap-1", home, {"PrivateIpAddress": "127.77.0.16"}, "127.77.0.0/20")
        assert spec.folder == home / "root" / folder
