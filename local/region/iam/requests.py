"""A request as IAM sees it, and a permission that it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from region.base.partition import ARN


@dataclass(frozen=True)
class Request:
    """One call as it arrives at a service; `params` holds the query and, for query APIs, the form."""

    service: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    params: dict[str, Any]
    region: str
    account: str

    def param(self, name: str) -> str:
        value = self.params.get(name, "")
        return str(value[0] if isinstance(value, list) and value else value or "")

    def field(self, name: str) -> Any:
        """A member of a JSON body, None when there is none."""
        try:
            document = json.loads(self.body or b"{}")
        except ValueError:
            return None  # the service itself answers what is wrong with it
        return document.get(name) if isinstance(document, dict) else None

    def arn(self, service: str, resource: str) -> str:
        return f"{ARN}:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True)
class Permission:
    action: str
    resource: str
    context: dict[str, Any] = field(default_factory=dict)
    granted: bool = False
    """Whether the resource's own policy gives it to everybody in the account: only a Deny takes it away."""
