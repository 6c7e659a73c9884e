"""The one door to ministack: its modules by name, and the few functions of it that all rooms use.

A module behind the door is imported when it is first used, and nothing else of the region imports ministack.
It reads its variables while it is imported, so main.py has to set them before; and a module that is missing
or differs is then told by contract.verify, in one sentence, instead of by an ImportError.

ministack has no types, so what comes through the door is Any.
"""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager
from typing import Any

from region.base import contract

RESPONSES = "ministack.core.responses"
contract.expect(RESPONSES, "get_account_id", "()")
contract.expect(RESPONSES, "get_region", "()")
contract.expect(RESPONSES, "now_iso", "()")
contract.expect(RESPONSES, "request_scope", "(account_id, region)")


Response = tuple[int, dict[str, str], Any]
"""A service's answer: status, headers and body, which is bytes unless the service says otherwise."""


class _Late:
    """A module that is imported when one of its names is first asked for."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self._module), name)


app: Any = _Late("ministack.app")
iam_actions: Any = _Late("ministack.core.iam_actions")
iam_evaluator: Any = _Late("ministack.core.iam_evaluator")
lambda_runtime: Any = _Late("ministack.core.lambda_runtime")
persistence: Any = _Late("ministack.core.persistence")
responses: Any = _Late(RESPONSES)

alb: Any = _Late("ministack.services.alb")
autoscaling: Any = _Late("ministack.services.autoscaling")
change_sets: Any = _Late("ministack.services.cloudformation.changesets")
cloudformation: Any = _Late("ministack.services.cloudformation")
cloudformation_helpers: Any = _Late("ministack.services.cloudformation.helpers")
cloudwatch: Any = _Late("ministack.services.cloudwatch")
cloudwatch_logs: Any = _Late("ministack.services.cloudwatch_logs")
codebuild: Any = _Late("ministack.services.codebuild")
dynamodb: Any = _Late("ministack.services.dynamodb")
ec2: Any = _Late("ministack.services.ec2")
engine: Any = _Late("ministack.services.cloudformation.engine")
eventbridge: Any = _Late("ministack.services.eventbridge")
handlers: Any = _Late("ministack.services.cloudformation.handlers")
iam: Any = _Late("ministack.services.iam")
lambda_svc: Any = _Late("ministack.services.lambda_svc")
msk: Any = _Late("ministack.services.msk")
provisioners: Any = _Late("ministack.services.cloudformation.provisioners")
s3: Any = _Late("ministack.services.s3")
scheduler: Any = _Late("ministack.services.scheduler")
sns: Any = _Late("ministack.services.sns")
sqs: Any = _Late("ministack.services.sqs")
ssm: Any = _Late("ministack.services.ssm")
stacks: Any = _Late("ministack.services.cloudformation.stacks")
stepfunctions: Any = _Late("ministack.services.stepfunctions")
sts: Any = _Late("ministack.services.sts")
waf: Any = _Late("ministack.services.waf")

# ministack's own library for the models of APIs of AWS, which it too opens for the first call that needs one.
botocore_parsers: Any = _Late("botocore.parsers")
botocore_serialize: Any = _Late("botocore.serialize")


def get_account_id() -> str:
    """The account of the request that is being served, or of the scope that surrounds."""
    return responses.get_account_id()


def get_region() -> str:
    """The AWS region of the request that is being served, or of the scope that surrounds."""
    return responses.get_region()


def request_scope(account: str, region: str) -> AbstractContextManager[None]:
    """Inside the block calls are of this account and AWS region."""
    return responses.request_scope(account, region)


def now_iso() -> str:
    """Now, as the emulator writes it in answers."""
    return responses.now_iso()
