"""Short-lived credentials of an instance's role, as the metadata service gives them out.

Amazon EC2 User Guide: "Retrieve security credentials from instance metadata" (new ones at least five minutes
before the old ones end).
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from region.base import contract
from region.base.emulator import get_account_id, get_region, iam, sts
from region.base.partition import ARN
from region.instances import states

contract.expect("ministack.services.sts", "register_session", "(access_key, session)")
contract.expect("ministack.services.sts", "_sessions")
contract.expect("ministack.services.iam", "_lookup_instance_profile", "(name='', arn='')")
contract.expect("ministack.services.iam", "_roles")

SECONDS = 6 * 3600
RENEW_BEFORE_SECONDS = 3600


@dataclass(frozen=True)
class _Session:
    value: dict[str, str]
    until: float


_sessions: dict[tuple[str, str], _Session] = {}


def role_of(instance: states.Instance) -> dict[str, Any] | None:
    """The IAM role in the instance's profile, None when there is none."""
    profile = instance.get("IamInstanceProfile")
    record = iam._lookup_instance_profile(arn=profile["Arn"]) if profile else None
    names = (
        [role if isinstance(role, str) else role["RoleName"] for role in record["Roles"]] if record else []
    )
    return iam._roles.get(names[0]) if names else None


def of_instance(instance: states.Instance, role: dict[str, Any]) -> dict[str, str]:
    """The document at `iam/security-credentials/<role>`; the same until an hour before it ends."""
    key = (instance["InstanceId"], role["Arn"])
    session = _sessions.get(key)
    if session is None or session.until - time.time() < RENEW_BEFORE_SECONDS:
        session = _sessions[key] = _new_session(instance, role)
    return session.value


def forget(instance_id: str) -> None:
    """Drops what is remembered of an instance; sessions that were given out end by themselves."""
    for key in [key for key in _sessions if key[0] == instance_id]:
        del _sessions[key]


def context(access_key: str) -> dict[str, str]:
    """The condition keys of a session that an instance was given; others have none of them.

    IAM User Guide, "AWS global condition context keys"; EC2 User Guide, "Using instance-specific roles".
    """
    session: dict[str, Any] = sts._sessions.get(access_key) or {}
    return dict(session.get("InstanceContext") or {})


def _new_session(instance: states.Instance, role: dict[str, Any]) -> _Session:
    instance_id = instance["InstanceId"]
    until = time.time() + SECONDS
    place = f"{get_region()}:{get_account_id()}"
    access_key = "ASIA" + secrets.token_hex(8).upper()
    secret, token = secrets.token_urlsafe(30), secrets.token_urlsafe(120)
    sts.register_session(
        access_key,
        {
            "Arn": f"{ARN}:sts::{get_account_id()}:assumed-role/{role['RoleName']}/{instance_id}",
            "UserId": f"{role['RoleId']}:{instance_id}",
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": until,
            "InstanceContext": {
                "aws:EC2InstanceSourceVPC": str(instance.get("VpcId", "")),
                "aws:EC2InstanceSourcePrivateIPv4": str(instance.get("PrivateIpAddress", "")),
                "ec2:SourceInstanceARN": f"{ARN}:ec2:{place}:instance/{instance_id}",
            },
        },
    )
    return _Session(
        {
            "Code": "Success",
            "LastUpdated": _stamp(time.time()),
            "Type": "AWS-HMAC",
            "AccessKeyId": access_key,
            "SecretAccessKey": secret,
            "Token": token,
            "Expiration": _stamp(until),
        },
        until,
    )


def _stamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
