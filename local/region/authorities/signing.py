"""Keys, requests and certificates, made by the Node of the checkout: `local/tools/certificates.ts`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from region.base.settings import current as settings

_SECONDS = 60


class MalformedRequest(Exception):
    """A certificate signing request that cannot be read, or that another key has signed."""


def new_key(
    subject: dict[str, str], keys: str, algorithm: str, addresses: list[str] | None = None
) -> tuple[str, str]:
    """A private key and a request for `subject`, both PEM."""
    asked = {"do": "key", "subject": subject, "keys": keys, "algorithm": algorithm}
    made = _run({**asked, "addresses": addresses or []})
    return str(made["key"]), str(made["csr"])


def issue(**asked: Any) -> str:
    """A certificate, PEM; MalformedRequest when the request is not whole."""
    return str(_run({"do": "issue", **asked})["certificate"])


def facts(certificate: str) -> dict[str, str]:
    """`notBefore`, `notAfter` and `serial` of a certificate."""
    return _run({"do": "facts", "certificate": certificate})


def _program() -> Path:
    """In a package there is JavaScript in place of TypeScript."""
    source = settings.repository / "local" / "tools" / "certificates.ts"
    return source if source.exists() else source.with_suffix(".js")


def _run(command: dict[str, Any]) -> dict[str, Any]:
    program = _program()
    done = subprocess.run(
        [settings.node, "--disable-warning=ExperimentalWarning", str(program)],
        input=json.dumps(command).encode(),
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{program.name} failed: {done.stderr.decode('utf-8', 'replace')[-500:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    if "malformed" in answer:
        raise MalformedRequest(answer["malformed"])
    return answer
