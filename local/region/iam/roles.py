"""Acting as an IAM role: credentials for a process, and whether the role's policies allow a call."""

from __future__ import annotations

import secrets
import string
import time
from dataclasses import dataclass
from typing import Any

from region.base import contract
from region.base.emulator import get_region, iam, iam_evaluator, sts
from region.base.partition import ARN

contract.expect("ministack.services.sts", "register_session", "(access_key, session)")
contract.expect("ministack.services.sts", "_sessions")
contract.expect("ministack.core.iam_evaluator", "_gather_role_policies", "(role_name, account_id)")
contract.expect("ministack.core.iam_evaluator", "_permissions_boundary", "(store, name, account_id)")
contract.expect("ministack.core.iam_evaluator", "evaluate", "(ctx, policies, *limits)")
contract.expect("ministack.core.iam_evaluator", "EvalContext")
contract.expect("ministack.services.iam", "_roles")

_KEY_LETTERS = string.ascii_uppercase + "234567"


@dataclass(frozen=True)
class Denial:
    """A call that the role's policies do not allow; `str()` is AWS's own message."""

    principal: str
    action: str
    resource: str
    explicit: bool
    bounded: bool = False
    """Whether it is the role's permissions boundary that does not allow it."""

    def __str__(self) -> str:
        # IAM User Guide, "Troubleshoot access denied error messages".
        kind = "permissions boundary" if self.bounded else "identity-based policy"
        reason = (
            f"with an explicit deny in a{'' if self.bounded else 'n'} {kind}"
            if self.explicit
            else f"because no {kind} allows the {self.action} action"
        )
        return (
            f"User: {self.principal} is not authorized to perform: {self.action} "
            f"on resource: {self.resource} {reason}"
        )


def role_name(role_arn: str) -> str:
    """The name at the end of a role's ARN, without its path."""
    return role_arn.rsplit("/", 1)[-1]


def session_arn(role_arn: str, session_name: str) -> str:
    account = role_arn.split(":")[4]
    return f"{ARN}:sts::{account}:assumed-role/{role_name(role_arn)}/{session_name}"


def session(role_arn: str, session_name: str, seconds: float) -> dict[str, str]:
    """Credentials of `role_arn` as environment variables, valid for `seconds`; IAM applies to their calls."""
    key = "ASIA" + "".join(secrets.choice(_KEY_LETTERS) for _ in range(16))
    secret, token = secrets.token_urlsafe(30), secrets.token_urlsafe(60)
    sts.register_session(
        key,
        {
            "Arn": session_arn(role_arn, session_name),
            "UserId": f"{role_name(role_arn)}:{session_name}",
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": time.time() + seconds,
        },
    )
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}


def end_session(credentials: dict[str, str]) -> None:
    """Makes the credentials of `session` invalid."""
    sts._sessions.pop(credentials["AWS_ACCESS_KEY_ID"], None)


def exists(role_arn: str) -> bool:
    return iam._roles.get_scoped(role_arn.split(":")[4], None, role_name(role_arn)) is not None


def check(
    role_arn: str, session_name: str, action: str, resource: str, context: dict[str, Any] | None = None
) -> Denial | None:
    """None when the role's policies allow `action` on `resource`, else why not.

    Resource policies are not asked: no role of a fleet depends on one inside its own account.
    """
    account, name = role_arn.split(":")[4], role_name(role_arn)
    principal = session_arn(role_arn, session_name)
    request = iam_evaluator.EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
        service_context={"aws:tagkeys": None}
        | {key.lower(): value for key, value in (context or {}).items()},
    )
    own = iam_evaluator._gather_role_policies(name, account)
    limits = iam_evaluator._permissions_boundary(iam._roles, name, account)
    result = iam_evaluator.evaluate(request, own, *limits)
    if result.decision == "Allow":
        return None
    explicit = result.decision == "Deny"
    alone = iam_evaluator.evaluate(request, own).decision if limits else ""
    return Denial(principal, action, resource, explicit, bounded=alone == "Allow")
