"""Authorities and what they issued, in files of their own: `authorities/<id>/`, on disk before the answer."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from region.authorities.refusals import not_found
from region.base.emulator import get_account_id, get_region
from region.base.partition import ARN
from region.base.settings import current as settings

Record = dict[str, Any]


def arn_of(name: str) -> str:
    return f"{ARN}:acm-pca:{get_region()}:{get_account_id()}:certificate-authority/{name}"


def folder(arn: str) -> Path:
    """The folder of an authority; not_found for what is no ARN of one."""
    prefix, _slash, name = arn.rpartition("/")
    if f"{prefix}/{name}" != arn_of(name) or not name.replace("-", "").isalnum():
        raise not_found(arn)
    return settings.state / "authorities" / name


def read(arn: str) -> Record:
    file = folder(arn) / "authority.json"
    if not file.exists():
        raise not_found(arn)
    return json.loads(file.read_text())


def write(record: Record) -> None:
    put(folder(record["Arn"]) / "authority.json", json.dumps(record))


def every() -> list[Record]:
    files = sorted((settings.state / "authorities").glob("*/authority.json"))
    return [json.loads(file.read_text()) for file in files]


def issued(arn: str, serial: str) -> Path:
    """The file of a certificate."""
    return folder(arn) / "issued" / f"{serial}.json"


def remove(arn: str) -> None:
    shutil.rmtree(folder(arn), ignore_errors=True)


def put(file: Path, text: str) -> None:
    """Writes a file that may hold a key, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(draft, file)
