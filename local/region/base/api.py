"""The region's private HTTP API `/_nanofleet/…` on the emulator's own port, for `local/` only.

    api.route("GET", "/_nanofleet/health", handler)

A handler takes a Request and returns `(status, value)`; the value is sent as JSON. It may be a coroutine
function (a long poll awaits); a plain function must not block, it runs on the event loop. Handlers run in the
region's account and region.
"""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from region.base import contract, patch
from region.base.emulator import request_scope
from region.base.settings import current as settings

logger = logging.getLogger("region.api")

PREFIX = "/_nanofleet/"

contract.expect("ministack.app", "app", "(scope, receive, send)")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, Any]
Handler = Callable[[Request], "Answer | Awaitable[Answer]"]

_routes: dict[tuple[str, str], Handler] = {}


def route(method: str, path: str, handler: Handler) -> None:
    """Answers `method path` with `handler`; the path is matched exactly and starts with `/_nanofleet/`."""
    _routes[(method, path)] = handler


async def answer(request: Request) -> Answer:
    """The answer of the route that matches, 404 when none does, 400 for a body that is not JSON."""
    handler = _routes.get((request.method, request.path))
    if handler is None:
        return 404, {"message": f"{request.method} {request.path}: no such route of the local region"}
    try:
        with request_scope(settings.account, settings.region):
            result = handler(request)
            return await result if inspect.isawaitable(result) else result
    except json.JSONDecodeError as error:
        return 400, {"message": f"{request.method} {request.path}: the body is not JSON ({error})"}
    except Exception as error:
        logger.exception("%s %s failed", request.method, request.path)
        return 500, {"message": f"{request.method} {request.path}: {error}"}


async def _app(
    original: Callable[..., Awaitable[None]], scope: dict[str, Any], receive: Any, send: Any
) -> None:
    if scope["type"] == "http" and scope["path"].startswith(PREFIX):
        await _serve(scope, receive, send)
    else:
        await original(scope, receive, send)


async def _serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        more = message.get("more_body", False)
    query = {
        key: values[0] for key, values in parse_qs(scope.get("query_string", b"").decode("latin-1")).items()
    }
    status, value = await answer(Request(scope["method"], scope["path"], query, body))
    payload = json.dumps(value).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(payload)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": payload})


def install() -> None:
    patch.wrap("ministack.app", "app", _app)
