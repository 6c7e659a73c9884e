"""The secrets of this service: those that `secrets` in app.yml names, read with the role of the instance.

They are looked at again about once a minute by a thread, so that a new value is here without a restart. One
file without packages, written by `nanofleet secrets loader python`; docs/secrets.md says how it works.

    secrets = open_secrets()
    connect(password=secrets.get("DB_PASSWORD"))
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

NAMES = 10
"""GetParameters takes ten names (Systems Manager API Reference)."""
ANSWER_SECONDS = 5
EARLY_SECONDS = 300
"""Credentials are replaced at least this long before they end (EC2 User Guide)."""


class NotSet(Exception):
    """A secret that app.yml names has no value."""


class Secrets:
    """The secrets of this service, as they are now."""

    def __init__(self, wanted: dict[str, list[str]], every_seconds: float) -> None:
        self._wanted = wanted
        self._every = every_seconds
        self._known: dict[str, dict[str, Any]] = {}
        self._listeners: list[Callable[[str], None]] = []
        self._closed = threading.Event()

    def get(self, name: str) -> str:
        """The value; LookupError for a name that app.yml does not give this service."""
        if name in self._known:
            return self._known[name]["Value"]
        if not self._wanted and name in os.environ:
            return os.environ[name]
        raise LookupError(f"{name} is no secret of this service; name it in app.yml")

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Calls back with the name after each change of a value, on the thread that looks."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Ends looking for new values."""
        self._closed.set()

    def read_all(self, start_seconds: float) -> None:
        """A new role may be unknown for seconds, and a busy machine slow."""
        end, pause = time.monotonic() + start_seconds, 0.25
        while True:
            try:
                found = _read([place for places in self._wanted.values() for place in places], True)
                self._known = {name: _first(name, places, found) for name, places in self._wanted.items()}
                return
            except NotSet:
                raise
            except Exception:
                if time.monotonic() + pause > end:
                    raise
                time.sleep(pause)
                pause = min(2 * pause, 4)

    def watch(self) -> None:
        """Looks until somebody closes it; a fifth more or less, so that instances do not ask at once."""
        failing = ""
        while not self._closed.wait(self._every * random.uniform(0.8, 1.2)):
            try:
                for name in self._look():
                    for listener in self._listeners:
                        listener(name)
                failing = ""
            except Exception as error:
                if str(error) != failing:
                    print(f"secrets stay as they are: {error}", file=sys.stderr, flush=True)
                failing = str(error)

    def _look(self) -> list[str]:
        """Asks for versions only, which KMS has no part in and does not bill; what is new is read."""
        versions = _read([place for places in self._wanted.values() for place in places], False)
        changed = [name for name, places in self._wanted.items() if self._is_new(name, places, versions)]
        if not changed:
            return []
        found = _read([place for name in changed for place in self._wanted[name]], True)
        told: list[str] = []
        for name in changed:
            before = self._known[name]["Value"]
            self._known[name] = _first(name, self._wanted[name], found)
            if self._known[name]["Value"] != before:
                told.append(name)
        return told

    def _is_new(self, name: str, places: list[str], versions: dict[str, dict[str, Any]]) -> bool:
        now, before = _first(name, places, versions), self._known[name]
        return (now["Name"], now["Version"]) != (before["Name"], before["Version"])


def open_secrets(every_seconds: float = 60, start_seconds: float = 30) -> Secrets:
    """Reads all secrets of this service.

    Without NANOFLEET_SECRETS, as on a developer's machine, a secret is the variable of its name.
    """
    wanted = _places(os.environ.get("NANOFLEET_SECRETS", ""))
    secrets = Secrets(wanted, every_seconds)
    if wanted:
        secrets.read_all(start_seconds)
        threading.Thread(target=secrets.watch, name="secrets", daemon=True).start()
    return secrets


def _places(text: str) -> dict[str, list[str]]:
    """`NAME=/first|/second,…`: the parameters that a secret may be in; the first that exists counts."""
    pairs = [entry.split("=", 1) for entry in text.split(",") if entry]
    return {name: places.split("|") for name, places in pairs}


def _first(name: str, places: list[str], found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    for place in places:
        if place in found:
            return found[place]
    raise NotSet(f'the secret {name} is not set; set it with "nanofleet secrets set"')


def _read(names: list[str], decrypted: bool) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for at in range(0, len(names), NAMES):
        answer = _ask({"Names": names[at : at + NAMES], "WithDecryption": decrypted})
        found |= {parameter["Name"]: parameter for parameter in answer["Parameters"]}
    return found


def _ask(request: dict[str, Any]) -> dict[str, Any]:
    """GetParameters, signed by hand (IAM User Guide, "Create a signed AWS API request")."""
    region, credentials = _region(), _credentials()
    url, body = _endpoint(region), json.dumps(request)
    now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": urlsplit(url).netloc,
        "x-amz-date": now,
        "x-amz-security-token": credentials["Token"],
        "x-amz-target": "AmazonSSM.GetParameters",
    }
    signed = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = "\n".join(["POST", "/", "", lines, signed, _sha256(body)])
    scope = f"{now[:8]}/{region}/ssm/aws4_request"
    key = f"AWS4{credentials['SecretAccessKey']}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    signature = _hmac(key, "\n".join(["AWS4-HMAC-SHA256", now, scope, _sha256(canonical)])).hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials['AccessKeyId']}/{scope}, "
        f"SignedHeaders={signed}, Signature={signature}"
    )
    try:
        return json.loads(_fetch(Request(url, body.encode(), headers, method="POST")))
    except HTTPError as error:
        text = error.read().decode("utf-8", "replace")[:300]
        raise RuntimeError(f"Parameter Store answers {error.code}: {text}") from error


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _region() -> str:
    return os.environ.get("AWS_REGION") or _metadata("placement/region")


def _endpoint(region: str) -> str:
    given = os.environ.get("AWS_ENDPOINT_URL_SSM") or os.environ.get("AWS_ENDPOINT_URL")
    return given or f"https://ssm.{region}.{_metadata('services/domain')}/"


_kept: dict[str, Any] = {}


def _credentials() -> dict[str, str]:
    """Those of the instance's role, until shortly before they end."""
    if _kept.get("until", 0) - EARLY_SECONDS < time.time():
        role = _metadata("iam/security-credentials/")
        given = json.loads(_metadata(f"iam/security-credentials/{role}"))
        ends = datetime.strptime(given["Expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        _kept.update(until=ends.timestamp(), credentials=given)
    return _kept["credentials"]


def _metadata(path: str) -> str:
    """A value of the instance metadata service, version 2."""
    base = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254")
    seconds = {"x-aws-ec2-metadata-token-ttl-seconds": "60"}
    token = _fetch(Request(f"{base}/latest/api/token", headers=seconds, method="PUT"))
    return _fetch(Request(f"{base}/latest/meta-data/{path}", headers={"x-aws-ec2-metadata-token": token}))


def _fetch(request: Request) -> str:
    with urlopen(request, timeout=ANSWER_SECONDS) as answer:
        return answer.read().decode()
