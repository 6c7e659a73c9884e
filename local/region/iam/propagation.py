"""Changes of roles that other services do not see at once.

IAM User Guide, "Troubleshoot IAM", "Changes that I make are not always immediately visible". For
NANOFLEET_LAG_SECONDS after a call, services do not know a new role or a new instance profile, and a role has
the policies that it had before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from region.base import contract, patch
from region.base.emulator import Response, get_account_id, iam, iam_evaluator
from region.base.settings import current as settings

IAM, EVALUATOR = "ministack.services.iam", "ministack.core.iam_evaluator"
_ROLE_CALLS = ("CreateRole", "PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy")
_PROFILE_CALLS = ("CreateInstanceProfile", "AddRoleToInstanceProfile")
for _call in (*_ROLE_CALLS, *_PROFILE_CALLS):
    contract.expect_entry(IAM, "_IAM_HANDLERS", _call, "(p)")
contract.expect(IAM, "_roles")
contract.expect(EVALUATOR, "_gather_role_policies", "(role_name, account_id)")
contract.expect(EVALUATOR, "_resolve_managed_policy_document", "(policy_arn, account_id)")
contract.expect(EVALUATOR, "parse_policy_document", "(doc)")


@dataclass(frozen=True)
class _Before:
    """How a role was until a change; `made` when there was none."""

    at: float
    made: bool = False
    inline: dict[str, Any] = field(default_factory=dict)
    attached: list[str] = field(default_factory=list)


_changes: dict[tuple[str, str], list[_Before]] = {}
_profiles: dict[tuple[str, str], float] = {}


def seconds_left(role_arn: str) -> float:
    """Until every service knows the role; 0 when they do."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    made = [one.at for one in _unseen(account, name) if one.made]
    return max(0.0, made[0] + settings.lag_seconds - time.time()) if made else 0.0


def unknown_profile(name: str, arn: str) -> bool:
    """Whether EC2 does not know an instance profile yet."""
    key = (get_account_id(), name or arn.rpartition("/")[2])
    return time.time() - _profiles.get(key, 0.0) < settings.lag_seconds


def _unseen(account: str, name: str) -> list[_Before]:
    seen = time.time() - settings.lag_seconds
    left = [one for one in _changes.get((account, name), ()) if one.at > seen]
    if left:
        _changes[account, name] = left
    else:
        _changes.pop((account, name), None)
    return left


def _change_role(original: Callable[[dict[str, Any]], Response], params: dict[str, Any]) -> Response:
    name = _first(params, "RoleName")
    role = iam._roles.get(name)
    inline = dict((role or {}).get("InlinePolicies") or {})
    attached = list((role or {}).get("AttachedPolicies") or [])
    answer = original(params)
    if settings.lag_seconds and answer[0] < 400:
        before = _Before(time.time(), role is None, inline, attached)
        _changes.setdefault((get_account_id(), name), []).append(before)
    return answer


def _change_profile(original: Callable[[dict[str, Any]], Response], params: dict[str, Any]) -> Response:
    answer = original(params)
    if settings.lag_seconds and answer[0] < 400:
        _profiles[get_account_id(), _first(params, "InstanceProfileName")] = time.time()
    return answer


def _first(params: dict[str, Any], name: str) -> str:
    value = params.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value or "")


def _gather(original: Callable[..., list[Any]], role_name: str, account_id: str) -> list[Any]:
    unseen = _unseen(account_id, role_name) if settings.lag_seconds else []
    if not unseen:
        return original(role_name, account_id)
    managed = (iam_evaluator._resolve_managed_policy_document(arn, account_id) for arn in unseen[0].attached)
    documents = [*unseen[0].inline.values(), *managed]
    read = (iam_evaluator.parse_policy_document(document) for document in documents if document)
    return [statements for statements in read if statements]


def install() -> None:
    for call in _ROLE_CALLS:
        patch.wrap_entry(IAM, "_IAM_HANDLERS", call, _change_role)
    for call in _PROFILE_CALLS:
        patch.wrap_entry(IAM, "_IAM_HANDLERS", call, _change_profile)
    patch.wrap(EVALUATOR, "_gather_role_policies", _gather)
