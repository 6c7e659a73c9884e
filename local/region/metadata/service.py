"""The instance metadata service: one listener per instance, on the instance's own address.

Amazon EC2 User Guide: "Use the Instance Metadata Service to access instance metadata". On AWS the service has
a link-local address; here `AWS_EC2_METADATA_SERVICE_ENDPOINT` leads to it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus

from region.base import visitors
from region.base.emulator import get_account_id, get_region, request_scope
from region.instances import states
from region.metadata import tree

logger = logging.getLogger("region.metadata")


METADATA_PORT = 8169
LONGEST_TOKEN_SECONDS = 21600
READ_SECONDS = 5.0
START_SECONDS = 5.0


@dataclass
class _Service:
    """The listener of one instance and the tokens it gave out, each with the time it ends."""

    instance: states.Instance
    account: str
    region: str
    server: asyncio.Server | None = None
    tokens: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Answer:
    status: HTTPStatus
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()


_services: dict[str, _Service] = {}
_loop: asyncio.AbstractEventLoop | None = None
_starting = threading.Lock()


def start(instance: states.Instance) -> None:
    """Listens on the instance's address; OSError when the address is taken."""
    stop(instance["InstanceId"])
    service = _Service(instance, get_account_id(), get_region())
    asyncio.run_coroutine_threadsafe(_listen(service), _running_loop()).result(START_SECONDS)
    _services[instance["InstanceId"]] = service


def stop(instance_id: str) -> None:
    service = _services.pop(instance_id, None)
    if service and service.server:
        asyncio.run_coroutine_threadsafe(_close(service.server), _running_loop()).result(START_SECONDS)


def stop_all() -> None:
    for instance_id in list(_services):
        stop(instance_id)


async def _close(server: asyncio.Server) -> None:
    server.close()


async def _listen(service: _Service) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _serve(service, reader, writer)

    address = service.instance["PrivateIpAddress"]
    service.server = await asyncio.start_server(serve, address, METADATA_PORT, limit=16384)


def _running_loop() -> asyncio.AbstractEventLoop:
    """The one loop all listeners share, in a thread of its own."""
    global _loop
    with _starting:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="region-metadata", daemon=True).start()
    return _loop


async def _serve(service: _Service, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request per connection, which every SDK copes with."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), READ_SECONDS)
        answer = _answer(service, head.decode("latin-1"))
        writer.write(_bytes(answer))
        await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError, ConnectionError):
        logger.debug("a metadata connection of %s ended early", service.instance["InstanceId"])
    except Exception:
        logger.exception("metadata of %s", service.instance["InstanceId"])
    finally:
        writer.close()


def _bytes(answer: Answer) -> bytes:
    body = answer.body.encode()
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
        ("Server", "EC2ws"),
        *answer.headers,
    ]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\n{lines}\r\n".encode() + body


def _answer(service: _Service, head: str) -> Answer:
    first, *rest = head.split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3:
        return Answer(HTTPStatus.BAD_REQUEST)
    method, path, _ = parts
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
    }
    options: dict[str, str] = service.instance.get("MetadataOptions") or {}
    if options.get("HttpEndpoint") == "disabled" or _foreign(headers):
        return Answer(HTTPStatus.FORBIDDEN)
    if path.rstrip("/") == "/latest/api/token":
        return _token(service, method, headers)
    if method not in ("GET", "HEAD"):
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED)
    if not _admitted(service, headers, options.get("HttpTokens", "optional")):
        return Answer(HTTPStatus.UNAUTHORIZED)
    return _value(service, path)


def _foreign(headers: dict[str, str]) -> bool:
    """A page of the web must not read a role's keys, be it by a name that its DNS points here."""
    fields = ((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items())
    return visitors.refusal(fields) is not None


def _token(service: _Service, method: str, headers: dict[str, str]) -> Answer:
    if method != "PUT":
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, headers=(("Allow", "OPTIONS, PUT"),))
    if "x-forwarded-for" in headers:
        return Answer(HTTPStatus.FORBIDDEN)  # "rejects token requests that come through a proxy"
    text = headers.get("x-aws-ec2-metadata-token-ttl-seconds", "")
    if not text.isdigit() or not 1 <= int(text) <= LONGEST_TOKEN_SECONDS:
        return Answer(HTTPStatus.BAD_REQUEST)
    now = time.time()
    service.tokens = {token: until for token, until in service.tokens.items() if until > now}
    token = secrets.token_urlsafe(40)
    service.tokens[token] = now + int(text)
    return Answer(HTTPStatus.OK, token, (("X-aws-ec2-metadata-token-ttl-seconds", text),))


def _admitted(service: _Service, headers: dict[str, str], rule: str) -> bool:
    token = headers.get("x-aws-ec2-metadata-token")
    if token is None:
        return rule != "required"
    return service.tokens.get(token, 0) > time.time()


def _value(service: _Service, path: str) -> Answer:
    with request_scope(service.account, service.region):
        found = tree.look_up(service.instance, path.partition("?")[0])
    return Answer(HTTPStatus.OK, found) if found is not None else Answer(HTTPStatus.NOT_FOUND)


def install() -> None:
    """Listeners come and go with instances; nothing of the emulator is hooked."""
