"""AWS::ACMPCA::CertificateAuthority, Certificate and CertificateAuthorityActivation.

"AWS CloudFormation Template Reference": an authority asks for a certificate with its own request, the
activation installs it; deleting the activation disables the authority, which can then be deleted.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from region.authorities import authorities, issuing, records
from region.authorities.refusals import Refused
from region.cloudformation.resource import Created, Properties, ResourceFailed

AUTHORITY = "AWS::ACMPCA::CertificateAuthority"
CERTIFICATE = "AWS::ACMPCA::Certificate"
ACTIVATION = "AWS::ACMPCA::CertificateAuthorityActivation"


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def around(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Refused as refused:
            said = f"{refused.message} (Service: AcmPca, Status Code: 400, Request ID: {uuid.uuid4()})"
            raise ResourceFailed(
                f'Resource handler returned message: "{said}"'
                f" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: InvalidRequest)"
            ) from refused

    return around


def _authority(arn: str) -> dict[str, Any]:
    return {"Arn": arn, "CertificateSigningRequest": records.read(arn)["Csr"].rstrip("\n")}


@_told
def _create_authority(_logical_id: str, props: Properties, _stack: str) -> Created:
    names = ("KeyAlgorithm", "SigningAlgorithm", "Subject", "CsrExtensions")
    configuration = {name: props.get(name) for name in names}
    usage = str(props.get("UsageMode") or authorities.GENERAL)
    arn = authorities.create(configuration, str(props["Type"]), usage, props.get("Tags") or [])["Arn"]
    return arn, _authority(arn)


@_told
def _update_authority(
    arn: str, _old: Properties, new: Properties, _stack: str, _logical_id: str = ""
) -> Created:
    records.write({**records.read(arn), "Tags": new.get("Tags") or []})
    return arn, _authority(arn)


@_told
def _delete_authority(arn: str, _props: Properties) -> None:
    if records.read(arn)["Status"] != "DELETED":
        authorities.delete(arn)


@_told
def _import_authority(identifier: dict[str, str]) -> Created:
    return identifier["Arn"], _authority(identifier["Arn"])


@_told
def _create_certificate(_logical_id: str, props: Properties, _stack: str) -> Created:
    csr = base64.b64encode(str(props["CertificateSigningRequest"]).encode()).decode()
    authority = str(props["CertificateAuthorityArn"])
    arn = issuing.issue(
        {
            "CertificateAuthorityArn": authority,
            "Csr": csr,
            "SigningAlgorithm": props["SigningAlgorithm"],
            "TemplateArn": props.get("TemplateArn"),
            "Validity": props["Validity"],
        }
    )
    return arn, {"Arn": arn, "Certificate": issuing.issued(authority, arn)}


def _update_certificate(
    arn: str, _old: Properties, _new: Properties, _stack: str, _logical_id: str = ""
) -> Created:
    authority = arn.partition("/certificate/")[0]
    return arn, {"Arn": arn, "Certificate": issuing.issued(authority, arn)}


def _delete_certificate(_arn: str, _props: Properties) -> None:
    """A certificate that was issued stays; its handler only reads it."""


@_told
def _create_activation(_logical_id: str, props: Properties, _stack: str) -> Created:
    arn = str(props["CertificateAuthorityArn"])
    authorities.install_certificate(arn, str(props["Certificate"]))
    if props.get("Status") == "DISABLED":
        authorities.set_status(arn, "DISABLED")
    return arn, _chain(arn)


@_told
def _update_activation(
    arn: str, old: Properties, new: Properties, _stack: str, _logical_id: str = ""
) -> Created:
    if old.get("Certificate") != new.get("Certificate"):
        authorities.install_certificate(arn, str(new["Certificate"]))
    authorities.set_status(arn, str(new.get("Status") or "ACTIVE"))
    return arn, _chain(arn)


@_told
def _delete_activation(arn: str, _props: Properties) -> None:
    if records.read(arn)["Status"] == "ACTIVE":
        authorities.set_status(arn, "DISABLED")


@_told
def _import_activation(identifier: dict[str, str]) -> Created:
    arn = identifier["CertificateAuthorityArn"]
    return arn, _chain(arn)


@_told
def _import_certificate(identifier: dict[str, str]) -> Created:
    return _update_certificate(identifier["Arn"], {}, {}, "")


def _chain(arn: str) -> dict[str, Any]:
    return {"CompleteCertificateChain": records.read(arn)["Certificate"].rstrip("\n")}


def rows() -> dict[str, dict[str, Any]]:
    verbs = {
        AUTHORITY: (_create_authority, _update_authority, _delete_authority, _import_authority),
        CERTIFICATE: (_create_certificate, _update_certificate, _delete_certificate, _import_certificate),
        ACTIVATION: (_create_activation, _update_activation, _delete_activation, _import_activation),
    }
    return {
        kind: {
            "create": create,
            "update": update,
            "update_with_logical_id": True,
            "delete": delete,
            "import": importing,
        }
        for kind, (create, update, delete, importing) in verbs.items()
    }


def problem(kind: str, arn: str) -> str | None:
    """Why an import cannot take something up, None when it can."""
    authority = arn.partition("/certificate/")[0]
    try:
        record = records.read(authority)
    except Refused:
        record = {"Status": "DELETED"}
    lost = record["Status"] == "DELETED"
    return f"Resource of type '{kind}' with identifier '{arn}' was not found." if lost else None
