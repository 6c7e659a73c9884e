"""Clusters: records in the emulator's store, and the brokers that belong to them."""

from __future__ import annotations

import secrets
import threading
import uuid
from typing import Any

from region.base import contract
from region.base.emulator import get_account_id, get_region, msk, now_iso
from region.base.partition import ARN
from region.kafka import brokers, configurations, members, properties
from region.kafka.refusals import Refused, bad
from region.kafka.wanted import Wanted, read

contract.expect(configurations.MSK, "_clusters")
contract.expect(configurations.MSK, "_tags")

Record = dict[str, Any]
_addresses = threading.Lock()


def create(asked: Record) -> Record:
    """Makes a cluster and returns when its brokers answer; `asked` are the properties of its template."""
    wanted = read(asked)
    if any(one["ClusterName"] == wanted.name for one in msk._clusters.values()):
        raise Refused("ConflictException", "A resource with this name already exists.", "clusterName")
    arn = f"{ARN}:kafka:{get_region()}:{get_account_id()}:cluster/{wanted.name}/{uuid.uuid4()}-1"
    with _addresses:
        count = members.running(wanted)
        record: Record = {
            "ClusterArn": arn,
            "ClusterName": wanted.name,
            "Properties": asked,
            "Addresses": members.place(wanted, count, taken()),
            "Voters": members.VOTERS if count >= members.VOTERS else 1,
            "Secret": f"broker-{secrets.token_hex(12)}",
            "State": "CREATING",
            "CreationTime": now_iso(),
            "CurrentVersion": _version(),
            "Configuration": _configuration(wanted),
        }
        msk._clusters[arn] = record
    msk._tags[arn] = {str(key): str(value) for key, value in (asked.get("Tags") or {}).items()}
    try:
        _bring_up(record, wanted)
    except Exception:
        delete(arn)
        raise
    return record


def _bring_up(record: Record, wanted: Wanted) -> None:
    found = members.of(record, wanted)
    for member in found:
        brokers.start(member)
    brokers.await_ready(found)
    _put(record, State="ACTIVE")


def update(arn: str, asked: Record) -> Record:
    """Takes over what can change in place; brokers are started again one after the other."""
    record = require(arn)
    wanted, had = read(asked), read(record["Properties"])
    if wanted.brokers < had.brokers:
        raise bad("The local region removes no brokers of a cluster.", "targetNumberOfBrokerNodes")
    if wanted.volume < had.volume:
        raise bad("The volume size cannot be decreased.", "targetBrokerEBSVolumeInfo")
    before = members.of(record, had)
    with _addresses:
        addresses = members.place(wanted, members.running(wanted), taken(), record["Addresses"])
        record = _put(
            record,
            Properties=asked,
            Addresses=addresses,
            Configuration=_configuration(wanted),
            CurrentVersion=_version(),
        )
    msk._tags[arn] = {str(key): str(value) for key, value in (asked.get("Tags") or {}).items()}
    after = members.of(record, wanted)
    if _restarts(wanted, had):
        for member in after[: len(before)]:
            brokers.end([member])
            brokers.start(member)
            brokers.await_ready([member])
    for member in after[len(before) :]:
        brokers.start(member)
    brokers.await_ready(after)
    return record


def _restarts(wanted: Wanted, had: Wanted) -> bool:
    """Whether what a broker reads at its start has changed."""
    names = ("configuration", "authorities", "anonymous", "plaintext", "tls", "version")
    return any(getattr(wanted, name) != getattr(had, name) for name in names)


def delete(arn: str) -> None:
    record = require(arn)
    _put(record, State="DELETING")
    brokers.remove(members.of(record, read_kept(record)))
    msk._clusters.pop(arn, None)
    msk._tags.pop(arn, None)


def read_kept(record: Record) -> Wanted:
    """What the cluster was asked to be, whatever has become of its network and authority since."""
    return read(record["Properties"], check=False)


def require(arn: str) -> Record:
    record = msk._clusters.get(arn)
    if record is None:
        raise Refused("NotFoundException", f"The cluster with ARN {arn} doesn't exist.", "clusterArn")
    return record


def every() -> list[Record]:
    return list(msk._clusters.values())


def taken() -> set[str]:
    """Addresses of all brokers."""
    return {one for record in every() for one in record["Addresses"]}


def bootstrap(record: Record) -> dict[str, str]:
    """Addresses to begin with, by MSK's names; those of the local region are numbers."""
    wanted = read_kept(record)
    found = {
        "bootstrapBrokerString": (wanted.plaintext, properties.PLAIN_PORT),
        "bootstrapBrokerStringTls": (wanted.tls, properties.TLS_PORT),
    }
    return {
        name: ",".join(f"{address}:{port}" for address in record["Addresses"])
        for name, (served, port) in found.items()
        if served
    }


def _configuration(wanted: Wanted) -> Record:
    if wanted.configuration is None:
        return {}
    return {"Arn": wanted.configuration[0], "Revision": wanted.configuration[1]}


def _put(record: Record, **changed: Any) -> Record:
    made = {**record, **changed}
    msk._clusters[record["ClusterArn"]] = made
    return made


def _version() -> str:
    return f"K{secrets.token_hex(7).upper()}"


def watch() -> None:
    """A cluster that a crash cut short in its making is finished here too: its stack is rolled back."""
    for record in every():
        if record["State"] == "ACTIVE":
            brokers.watch(members.of(record, read_kept(record)))
