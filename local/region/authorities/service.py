"""AWS Private CA as a service of the region, which the emulator does not have."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

from region.authorities import authorities, issuing, records
from region.authorities.refusals import Refused
from region.base import contract, patch
from region.base.emulator import Response, responses
from region.constraints import answers, gate

NAME = "acm-pca"
contract.expect("ministack.app", "SERVICE_HANDLERS")
contract.expect("ministack.core.router", "SERVICE_PATTERNS")
contract.expect("ministack.core.iam_actions", "SERVICE_TO_IAM_NAMESPACE")
contract.expect("ministack.core.iam_actions", "_BOTOCORE_SERVICE_MAP")

Asked = dict[str, Any]


def _create(asked: Asked) -> Asked:
    configuration, kind = asked["CertificateAuthorityConfiguration"], str(asked["CertificateAuthorityType"])
    usage = str(asked.get("UsageMode") or authorities.GENERAL)
    return {
        "CertificateAuthorityArn": authorities.create(configuration, kind, usage, asked.get("Tags") or [])[
            "Arn"
        ]
    }


def _describe(asked: Asked) -> Asked:
    return {"CertificateAuthority": authorities.shown(records.read(asked["CertificateAuthorityArn"]))}


def _list(_asked: Asked) -> Asked:
    return {"CertificateAuthorities": [authorities.shown(one) for one in records.every()]}


def _csr(asked: Asked) -> Asked:
    return {"Csr": records.read(asked["CertificateAuthorityArn"])["Csr"]}


def _certificate(asked: Asked) -> Asked:
    record = records.read(asked["CertificateAuthorityArn"])
    if not record["Certificate"]:
        raise Refused("InvalidStateException", f"The certificate authority is in state {record['Status']}.")
    return {"Certificate": record["Certificate"].rstrip("\n")}


def _import(asked: Asked) -> Asked:
    certificate = base64.b64decode(str(asked["Certificate"])).decode()
    authorities.install_certificate(asked["CertificateAuthorityArn"], certificate)
    return {}


def _update(asked: Asked) -> Asked:
    if asked.get("Status"):
        authorities.set_status(asked["CertificateAuthorityArn"], str(asked["Status"]))
    return {}


def _delete(asked: Asked) -> Asked:
    authorities.delete(asked["CertificateAuthorityArn"])
    return {}


def _issue(asked: Asked) -> Asked:
    return {"CertificateArn": issuing.issue(asked)}


def _get(asked: Asked) -> Asked:
    return dict(issuing.got(asked["CertificateAuthorityArn"], asked["CertificateArn"]))


def _tags(asked: Asked) -> Asked:
    return {"Tags": records.read(asked["CertificateAuthorityArn"])["Tags"]}


_OPERATIONS: dict[str, Callable[[Asked], Asked]] = {
    "CreateCertificateAuthority": _create,
    "DescribeCertificateAuthority": _describe,
    "ListCertificateAuthorities": _list,
    "GetCertificateAuthorityCsr": _csr,
    "GetCertificateAuthorityCertificate": _certificate,
    "ImportCertificateAuthorityCertificate": _import,
    "UpdateCertificateAuthority": _update,
    "DeleteCertificateAuthority": _delete,
    "IssueCertificate": _issue,
    "GetCertificate": _get,
    "ListTags": _tags,
}


async def _handle(
    method: str, path: str, headers: dict[str, str], body: Any, query: dict[str, Any]
) -> Response:
    data: bytes = body.encode() if isinstance(body, str) else body or b""
    name = headers.get("x-amz-target", "").rpartition(".")[2]
    if name not in _OPERATIONS:
        text = f"The local region does not know {name} of AWS Private CA"
        return responses.error_response_json("UnknownOperationException", text, 400)
    found = gate.violations(NAME, method, path, headers, data, query)
    if found:
        return answers.refuse(NAME, "json", found)
    try:
        # A key or a signature takes a process of its own, and a moment.
        return responses.json_response(await asyncio.to_thread(_OPERATIONS[name], json.loads(data or b"{}")))
    except Refused as refused:
        return refused.response()


def install() -> None:
    pattern = {
        "target_prefixes": ["ACMPrivateCA"],
        "host_patterns": [r"^acm-pca\."],
        "credential_scope": NAME,
    }
    patch.entry("ministack.core.router", "SERVICE_PATTERNS", NAME, pattern)
    patch.entry("ministack.core.iam_actions", "SERVICE_TO_IAM_NAMESPACE", NAME, NAME)
    patch.entry("ministack.core.iam_actions", "_BOTOCORE_SERVICE_MAP", NAME, [NAME])
    patch.entry("ministack.app", "SERVICE_HANDLERS", NAME, _handle)
