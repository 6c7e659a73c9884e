"""The region's front door: in front of everything that its port answers, AWS's services and the private API.

The emulator answers every page of the web (`Access-Control-Allow-Origin: *`), has routes of its own that ask
for no key, and passes what is not signed to services that take it. Here a request must come from a program of
this machine and be signed; whose key it is, and whether the signature is right, is checked behind the door.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from region.base import api, contract, patch, root_key, visitors

contract.expect("ministack.app", "app", "(scope, receive, send)")

Headers = list[tuple[bytes, bytes]]
KEY_HEADER = b"x-nanofleet-key"
_OPEN = "/_nanofleet/health"


async def _enter(
    original: Callable[..., Awaitable[None]], scope: dict[str, Any], receive: Any, send: Any
) -> None:
    if scope["type"] == "lifespan":
        await original(scope, receive, send)
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
    elif refused := refusal(scope["path"], scope.get("query_string", b""), scope["headers"]):
        await _refuse(send, scope["headers"], *refused)
    else:
        await original(scope, receive, _without_cors(send))


def refusal(path: str, query: bytes, headers: Headers) -> tuple[int, str, str] | None:
    """Status, error code and reason for a request that is not let in."""
    if reason := visitors.refusal(headers):
        return 403, "AccessDenied", reason
    if path.startswith(api.PREFIX):
        if path == _OPEN or any(name == KEY_HEADER and _is_key(value) for name, value in headers):
            return None
        return 403, "AccessDenied", f"{path} wants the region's root key in the header x-nanofleet-key"
    if path.startswith("/_"):
        return 404, "NotFound", f"{path}: no such route of the local region"
    # The function's URL itself answers one that is not, in words of its own.
    if _signed(query, headers) or _of_function(headers):
        return None
    return 403, "MissingAuthenticationToken", "Request is missing Authentication Token"


def _is_key(value: bytes) -> bool:
    return root_key.is_ours(value.decode("latin-1"))


def _signed(query: bytes, headers: Headers) -> bool:
    """A signature in the header, or in the query of a presigned URL (S3's older ones say `Signature`)."""
    return b"Signature=" in query or any(
        name == b"authorization" and value.startswith(b"AWS4-HMAC-SHA256 ") for name, value in headers
    )


def _of_function(headers: Headers) -> bool:
    return any(name == b"host" and b".lambda-url." in value for name, value in headers)


def _without_cors(send: Any) -> Any:
    async def pass_on(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = [
                (name, value)
                for name, value in message.get("headers", [])
                if not name.lower().startswith(b"access-control-")
            ]
            message = {**message, "headers": kept}
        await send(message)

    return pass_on


async def _refuse(send: Any, headers: Headers, status: int, code: str, reason: str) -> None:
    wants = next((value for name, value in headers if name == b"content-type"), b"")
    if b"json" in wants:
        body = json.dumps({"__type": code, "message": reason}).encode()
    else:
        text = reason.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        body = (
            f"<ErrorResponse><Error><Code>{code}</Code><Message>{text}</Message></Error></ErrorResponse>"
        ).encode()
    kind = b"application/json" if b"json" in wants else b"text/xml"
    answer = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": answer})
    await send({"type": "http.response.body", "body": body})


def install() -> None:
    """Comes after every other part that wraps the emulator's entry: the door is in front of them."""
    patch.wrap("ministack.app", "app", _enter)
