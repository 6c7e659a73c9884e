"""The resource that ministack itself finds in a request; enforcement.py answers in its place."""

from __future__ import annotations

from collections.abc import Callable

from region.base import contract
from region.base.emulator import iam_actions
from region.iam.requests import Request

contract.expect(
    "ministack.core.iam_actions",
    "extract_resource_arn",
    "(service, method, path, headers, body, query_params, region, account_id)",
)

_kept: list[Callable[..., str]] = []


def keep(original: Callable[..., str]) -> None:
    """Remembers ministack's own function, which was replaced."""
    _kept[:] = [original]


def of(request: Request) -> str:
    extract = _kept[0] if _kept else iam_actions.extract_resource_arn
    return extract(
        request.service,
        request.method,
        request.path,
        request.headers,
        request.body,
        request.params,
        request.region,
        request.account,
    )
