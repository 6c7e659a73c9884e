"""Whom clients believe: on AWS brokers have public certificates, here an authority of the region signs them.

`kafka/trusted.pem` holds the machine's own roots and that authority. Instances and functions are started with
it, so a client needs no setting of its own, as on AWS.
"""

from __future__ import annotations

import json
import os
import ssl
from datetime import datetime, timedelta, timezone
from pathlib import Path

from region.authorities import records, signing
from region.base.settings import current as settings

_ALGORITHM = "SHA256WITHECDSA"
_KEYS = "EC_prime256v1"
_YEARS = 30
# How Node is told to believe more roots; Go and Python take the other one.
_NODE = "NODE_EXTRA_CA_CERTS"


def folder() -> Path:
    return settings.state / "kafka"


def authority() -> dict[str, str]:
    """Key and certificate of the region's own authority, made when it is first needed."""
    file = folder() / "root.json"
    if not file.exists():
        key, csr = signing.new_key({"CommonName": "Local region, brokers"}, _KEYS, _ALGORITHM)
        begin = datetime.now(timezone.utc)
        made = _issue(csr, key, None, "root", begin)
        records.put(file, json.dumps({"key": key, "certificate": made}))
    known = json.loads(file.read_text())
    if not settings.trusted_roots.exists():
        records.put(settings.trusted_roots, _machine_roots() + known["certificate"])
    tell_functions()
    return known


def tell_functions() -> None:
    """Workers of functions inherit the region's environment."""
    if settings.trusted_roots.exists():
        os.environ[_NODE] = str(settings.trusted_roots)


def broker(name: str, address: str) -> tuple[str, str]:
    """Key and certificate of a broker at `address`, PEM."""
    root = authority()
    key, csr = signing.new_key({"CommonName": name}, _KEYS, _ALGORITHM, [address])
    begin = datetime.now(timezone.utc)
    return key, _issue(csr, root["key"], root["certificate"], "both", begin)


def _issue(csr: str, key: str, issuer: str | None, kind: str, begin: datetime) -> str:
    life = timedelta(days=365 * _YEARS - (0 if kind == "root" else 1))
    return signing.issue(
        csr=csr,
        key=key,
        issuer=issuer,
        kind=kind,
        serial=os.urandom(15).hex(),
        notBefore=(begin - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        notAfter=(begin + life).strftime("%Y-%m-%dT%H:%M:%SZ"),
        algorithm=_ALGORITHM,
    )


def _machine_roots() -> str:
    paths = ssl.get_default_verify_paths()
    given = (settings.machine.get("SSL_CERT_FILE"), settings.machine.get(_NODE), paths.cafile)
    files = [Path(one) for one in given if one and Path(one).is_file()]
    return "".join(f"{one.read_text()}\n" for one in dict.fromkeys(files))
