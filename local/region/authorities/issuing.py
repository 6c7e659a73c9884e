"""IssueCertificate and GetCertificate.

AWS Private CA User Guide, "Understanding certificate templates", "Issuing private end-entity certificates"
and "CA modes": a short-lived authority issues for at most seven days.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from datetime import datetime, timedelta, timezone
from typing import Any

from region.authorities import records, signing
from region.authorities.records import Record
from region.authorities.refusals import Refused, invalid_state
from region.base.partition import ARN
from region.base.settings import current as settings

TEMPLATES = {
    "RootCACertificate/V1": "root",
    "EndEntityCertificate/V1": "both",
    "EndEntityClientAuthCertificate/V1": "client",
    "EndEntityServerAuthCertificate/V1": "server",
}
_TEMPLATE = f"{ARN}:acm-pca:::template/"
DEFAULT_TEMPLATE = f"{_TEMPLATE}EndEntityCertificate/V1"
SHORT_LIVED = "SHORT_LIVED_CERTIFICATE"
_SHORT_LIFE = timedelta(days=7)
_UNITS = {"DAYS": timedelta(days=1), "MONTHS": timedelta(days=30), "YEARS": timedelta(days=365)}


def issue(asked: dict[str, Any]) -> str:
    """The ARN of a new certificate."""
    record = records.read(str(asked["CertificateAuthorityArn"]))
    kind = _kind(str(asked.get("TemplateArn") or DEFAULT_TEMPLATE))
    if kind == "root" and record["Status"] not in ("PENDING_CERTIFICATE", "ACTIVE"):
        raise invalid_state(record["Status"])
    if kind != "root" and record["Status"] != "ACTIVE":
        raise invalid_state(record["Status"])
    algorithm = str(asked["SigningAlgorithm"])
    if algorithm.endswith("RSA") != record["Configuration"]["KeyAlgorithm"].startswith("RSA"):
        raise Refused(
            "ValidationException", "The signing algorithm does not match the key algorithm of the authority."
        )
    begin = datetime.now(timezone.utc)
    end = _end(begin, asked["Validity"])
    _check_end(record, kind, begin, end)
    serial = f"{secrets.randbits(126) | 1 << 126:032x}"
    try:
        certificate = signing.issue(
            csr=_text(asked["Csr"]),
            key=record["Key"],
            issuer=None if kind == "root" else record["Certificate"],
            kind=kind,
            serial=serial,
            # "By default, when issuing a certificate, ACM Private CA sets the Not Before date to the issuance
            # time minus 60 minutes."
            notBefore=_iso(begin - timedelta(hours=1)),
            notAfter=_iso(end),
            algorithm=algorithm,
        )
    except signing.MalformedRequest as cause:
        raise Refused("MalformedCSRException", f"The CSR is malformed: {cause}.") from cause
    held = {"certificate": certificate, "at": time.time(), "root": kind == "root"}
    records.put(records.issued(record["Arn"], serial), json.dumps(held))
    return f"{record['Arn']}/certificate/{serial}"


def _kind(template: str) -> str:
    kind = TEMPLATES.get(template.removeprefix(_TEMPLATE))
    if kind is None:
        known = ", ".join(TEMPLATES)
        raise Refused("ValidationException", f"The local region knows no template {template}, but {known}.")
    return kind


def _end(begin: datetime, validity: dict[str, Any]) -> datetime:
    kind, value = str(validity["Type"]), int(validity["Value"])
    if kind in _UNITS:
        return begin + value * _UNITS[kind]
    if kind == "ABSOLUTE":
        return datetime.fromtimestamp(value, timezone.utc)
    if kind == "END_DATE":
        return datetime.strptime(str(value), "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    raise Refused("InvalidArgsException", f"{kind} is not a type of validity.")


def _check_end(record: Record, kind: str, begin: datetime, end: datetime) -> None:
    if end <= begin:
        raise Refused("ValidationException", "The certificate validity specified is in the past.")
    if kind == "root":
        return
    if record["UsageMode"] == SHORT_LIVED and end - begin > _SHORT_LIFE:
        text = "A short-lived certificate authority issues certificates that are valid for at most 7 days."
        raise Refused("ValidationException", text)
    if end > datetime.fromisoformat(record["NotAfter"].replace("Z", "+00:00")):
        raise Refused(
            "ValidationException",
            "The certificate validity specified exceeds the certificate authority validity.",
        )


def issued(authority: str, certificate: str) -> str:
    """What was issued, PEM, without waiting."""
    file = records.issued(authority, certificate.rpartition("/")[2])
    return str(json.loads(file.read_text())["certificate"]).rstrip("\n")


def got(authority: str, certificate: str) -> dict[str, str]:
    """The certificate and its chain; an authority's own certificate has no chain."""
    record = records.read(authority)
    serial = certificate.rpartition("/")[2]
    file = records.issued(authority, serial) if serial.isalnum() else None
    if file is None or certificate != f"{authority}/certificate/{serial}" or not file.exists():
        raise Refused("ResourceNotFoundException", f"Could not find certificate with ARN {certificate}.")
    held = json.loads(file.read_text())
    if time.time() - held["at"] < settings.lag_seconds:
        raise Refused("RequestInProgressException", "The certificate is being issued; try again later.")
    chain = {} if held["root"] else {"CertificateChain": record["Certificate"].rstrip("\n")}
    return {"Certificate": held["certificate"].rstrip("\n"), **chain}


def _text(blob: Any) -> str:
    """A blob as the JSON protocol carries it."""
    try:
        return base64.b64decode(str(blob), validate=True).decode()
    except ValueError as cause:
        raise Refused("MalformedCSRException", "The CSR is not PEM.") from cause


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
