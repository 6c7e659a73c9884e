"""An authority's life: made, given its certificate, disabled, deleted.

AWS Private CA User Guide, "Private CA lifecycle": CREATING, PENDING_CERTIFICATE, ACTIVE, DISABLED, DELETED.
One that is active is disabled before it is deleted; a deleted one can be restored for 7 to 30 days.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from region.authorities import records, signing
from region.authorities.records import Record
from region.authorities.refusals import Refused, invalid_state

GENERAL = "GENERAL_PURPOSE"
_SUBJECT = (
    *("Country", "Organization", "OrganizationalUnit", "State", "CommonName", "SerialNumber"),
    *("Locality", "Surname"),
)
_KEYS = ("RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1")


def create(configuration: dict[str, Any], kind: str, usage: str, tags: list[dict[str, str]]) -> Record:
    if kind != "ROOT":
        raise Refused("InvalidArgsException", "The local region makes authorities of the type ROOT only.")
    keys = str(configuration["KeyAlgorithm"])
    if keys not in _KEYS:
        raise Refused("InvalidArgsException", f"The local region makes no keys of {keys}.")
    given = configuration.get("Subject") or {}
    subject = {part: str(given[part]) for part in _SUBJECT if given.get(part)}
    key, csr = signing.new_key(subject, keys, str(configuration["SigningAlgorithm"]))
    record: Record = {
        "Arn": records.arn_of(str(uuid.uuid4())),
        "Configuration": {name: value for name, value in configuration.items() if value is not None},
        "Type": kind,
        "UsageMode": usage,
        "Status": "PENDING_CERTIFICATE",
        "CreatedAt": time.time(),
        "Key": key,
        "Csr": csr,
        "Certificate": "",
        "Serial": "",
        "NotBefore": "",
        "NotAfter": "",
        "Tags": tags,
    }
    records.write(record)
    return record


def install_certificate(arn: str, certificate: str) -> Record:
    record = records.read(arn)
    if record["Status"] not in ("PENDING_CERTIFICATE", "ACTIVE", "DISABLED"):
        raise invalid_state(record["Status"])
    facts = signing.facts(certificate)
    record |= {
        "Certificate": certificate,
        "Serial": facts["serial"],
        "NotBefore": facts["notBefore"],
        "NotAfter": facts["notAfter"],
        "Status": "ACTIVE",
    }
    records.write(record)
    return record


def set_status(arn: str, status: str) -> None:
    record = records.read(arn)
    if record["Status"] not in ("ACTIVE", "DISABLED"):
        raise invalid_state(record["Status"])
    record["Status"] = status
    records.write(record)


def delete(arn: str) -> None:
    record = records.read(arn)
    if record["Status"] not in ("PENDING_CERTIFICATE", "DISABLED", "CREATING", "EXPIRED", "FAILED"):
        raise invalid_state(record["Status"])
    record["Status"] = "DELETED"
    records.write(record)


def shown(record: Record) -> dict[str, Any]:
    """As DescribeCertificateAuthority shows it."""
    times = {name: record[name] for name in ("NotBefore", "NotAfter") if record[name]}
    serial = {"Serial": record["Serial"]} if record["Serial"] else {}
    return {
        "Arn": record["Arn"],
        "OwnerAccount": record["Arn"].split(":")[4],
        "CreatedAt": record["CreatedAt"],
        "Type": record["Type"],
        "Status": record["Status"],
        "CertificateAuthorityConfiguration": record["Configuration"],
        "KeyStorageSecurityStandard": "FIPS_140_2_LEVEL_3_OR_HIGHER",
        "UsageMode": record["UsageMode"],
        **{name: _seconds(value) for name, value in times.items()},
        **serial,
    }


def _seconds(iso: str) -> float:
    return time.mktime(time.strptime(iso[:19], "%Y-%m-%dT%H:%M:%S"))
