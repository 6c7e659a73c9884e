"""How an image becomes a process: its executable, arguments, files and environment.

An image is `<snapshot>/image.json`, an ops configuration (`Program`, `Args`, `Env`), and `<snapshot>/root/`,
the file system. On AWS the same configuration makes a unikernel whose `/` is that file system.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region.base.settings import current as settings
from region.instances.user_data import user_data_variables
from region.machines import heap
from region.metadata.service import METADATA_PORT

RESOLVER_PORT = 8053
RESOLVER_HOST = 10
# Files from this size on are linked instead of copied: nothing writes into an executable of 100 MB.
LINKED_BYTES = 8 * 1024 * 1024


class NotBootable(Exception):
    """The image cannot be started; the message says what is missing."""


@dataclass(frozen=True)
class Program:
    command: list[str]
    environment: dict[str, str]
    folder: Path


def prepare(disk: Path, home: Path, instance: dict[str, Any], subnet_cidr: str) -> Program:
    """Puts a copy of the disk under `home` and says how to start it; NotBootable if it is not whole."""
    configuration = _configuration(disk)
    root = home / "root"
    if not root.exists():
        _copy(disk / "root", root)
    path = str(configuration.get("Program") or "")
    if not path:
        raise NotBootable(f"{disk.name}/image.json: Program is missing")
    address = instance["PrivateIpAddress"]
    given: list[object] = configuration.get("Args") or []
    arguments = [_own_address(_mapped(_text(one), root), address) for one in given]
    is_node = Path(path).name == "node"
    executable = settings.node if is_node else str(root / path.lstrip("/"))
    if not is_node and not Path(executable).is_file():
        raise NotBootable(f"{disk.name}/image.json: Program {path} is not in the image")
    environment = _environment(configuration, instance, subnet_cidr, root, is_node)
    return Program([executable, *arguments], environment, _folder(configuration, root))


def _folder(configuration: dict[str, Any], root: Path) -> Path:
    """Where the program starts: `ManifestPassthrough.cwd` of ops, else `/`."""
    passed: dict[str, object] = configuration.get("ManifestPassthrough") or {}
    folder = root / str(passed.get("cwd") or "").lstrip("/")
    return folder if folder.is_dir() else root


def _configuration(disk: Path) -> dict[str, Any]:
    try:
        return json.loads((disk / "image.json").read_text())
    except FileNotFoundError as error:
        if (disk / "disk.raw").exists():
            text = "is the disk of a virtual machine; the packager process makes what this region starts"
            raise NotBootable(f"{disk.name} {text}") from error
        raise NotBootable(f"{disk.name}/image.json: the snapshot holds no image") from error
    except json.JSONDecodeError as error:
        raise NotBootable(f"{disk.name}/image.json: {error}") from error


def _copy(source: Path, target: Path) -> None:
    def copy(one: str, other: str) -> str:
        if os.path.getsize(one) >= LINKED_BYTES:
            os.link(one, other)
            return other
        return shutil.copy2(one, other)

    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, copy_function=copy)
    else:
        target.mkdir(parents=True)


def _text(value: object) -> str:
    """A null among texts is an empty one, as ops reads it."""
    return "" if value is None else str(value)


def _mapped(argument: str, root: Path) -> str:
    """`/etc/x` and `--flag=/etc/x` as the path below `root`, when there is such a file."""
    name, equals, value = argument.rpartition("=")
    if value.startswith("/") and value != "/" and (root / value.lstrip("/")).exists():
        return f"{name}{equals}{root}{value}"
    return argument


def _own_address(argument: str, address: str) -> str:
    """`0.0.0.0` replaced by the instance's address, the only one a program has on a machine of its own."""
    return re.sub(r"(?<![\w.])0\.0\.0\.0(?![\w./])", address, argument)


def _environment(
    configuration: dict[str, Any], instance: dict[str, Any], subnet_cidr: str, root: Path, is_node: bool
) -> dict[str, str]:
    """A closed environment: nothing of the developer's own shell gets in."""
    address = instance["PrivateIpAddress"]
    resolver = ipaddress.IPv4Network(subnet_cidr)[RESOLVER_HOST]
    own: dict[object, object] = configuration.get("Env") or {}
    environment = {str(name): _text(value) for name, value in own.items()}
    environment |= user_data_variables(instance.get("UserData") or "")
    environment |= {
        "HOME": str(root),
        "PATH": os.defpath,
        "AWS_REGION": settings.region,
        "AWS_ENDPOINT_URL": settings.endpoint,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://{address}:{METADATA_PORT}",
        "RESOLVER": f"{resolver}:{RESOLVER_PORT}",
        "HOST": address,
        "NANOFLEET_SUPERVISED": str(settings.state),
        # Whom it may call: region/reach/table.py.
        "NANOFLEET_NETWORK": str(root.parent / "network.json"),
    }
    if settings.trusted_roots.exists():
        roots = str(settings.trusted_roots)
        environment = {"NODE_EXTRA_CA_CERTS": roots, "SSL_CERT_FILE": roots, **environment}
    if Path(str(configuration.get("Program"))).name == "java":
        # Spring Boot's name for the address that its server listens on.
        environment.setdefault("SERVER_ADDRESS", address)
    # Where the Python of the image for AWS is; the one of the region is linked and knows its place.
    environment.pop("PYTHONHOME", None)
    preload = settings.repository / "local" / "preload" / "node.mjs"
    if is_node and preload.exists():
        own_options = " ".join(
            _mapped(option, root) for option in environment.get("NODE_OPTIONS", "").split()
        )
        bounds = heap.options(str(instance.get("InstanceType")))
        # The image's root has a package.json that says nothing (buildspecs/process.mjs).
        quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"
        environment["NODE_OPTIONS"] = " ".join(f"--import {preload} {quiet} {bounds} {own_options}".split())
    return environment
