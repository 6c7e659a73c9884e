"""Root's key is the region's own, and its signature is checked like anyone's.

The emulator takes `test`, an empty key and any twelve digits for root, unsigned, and derives the keys of
functions from public names. Here none of these is a key, and nobody can guess those of functions.
"""

from __future__ import annotations

from typing import Any

from region.base import contract, patch
from region.base.emulator import sts
from region.base.partition import ARN
from region.base.root_key import derived, root_key
from region.base.settings import current as settings
from region.iam.roles import role_name, session_arn

EVALUATOR = "ministack.core.iam_evaluator"
STS = "ministack.services.sts"
RUNTIME = "ministack.core.lambda_runtime"

contract.expect(EVALUATOR, "is_root_access_key", "(access_key_id)")
contract.expect(STS, "is_root_access_key", "(access_key_id)")
contract.expect(STS, "register_session", "(access_key, session)")
contract.expect(RUNTIME, "execution_credentials", "(config)")


def install() -> None:
    """Comes before enforcement.py, which remembers whose credentials a function got."""
    for module in (EVALUATOR, STS):
        patch.replace(module, "is_root_access_key", _nobody)
    patch.replace(RUNTIME, "execution_credentials", _of_function)


def register() -> None:
    """Makes the region's key one of root: a credential without a token, whose principal may do everything."""
    key = root_key()
    sts.register_session(
        key.id,
        {
            "Arn": f"{ARN}:iam::{settings.account}:root",
            "UserId": settings.account,
            "PrincipalType": "Root",
            "SecretAccessKey": key.secret,
            "SessionToken": None,
        },
    )


def _nobody(access_key_id: str) -> bool:
    del access_key_id
    return False


def _of_function(config: dict[str, Any]) -> dict[str, str]:
    """The session of a function's role: the same one for all workers of the function."""
    role, name = str(config.get("Role", "")), str(config.get("FunctionName", ""))[:64]
    whose = f"{config['FunctionArn']} {role}"
    key = "ASIA" + derived(f"id {whose}")[:16].upper()
    secret, token = derived(f"secret {whose}"), derived(f"token {whose}")
    sts.register_session(
        key,
        {
            "Arn": session_arn(role, name),
            "UserId": f"{role_name(role)}:{name}",
            "SecretAccessKey": secret,
            "SessionToken": token,
        },
    )
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}
