"""Signatures that somebody else sends on: STS says whose they are, or refuses them in AWS's words.

The sentences are those that clients of STS were given: hashicorp/vault#3615, aws/aws-cli#6676 and
QT-DevOps/DevOpsIssues#989 quote them in full. STS takes a signature for 15 minutes before and after its time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import urllib.error
import urllib.request
from typing import Any

import pytest
from regions import Region
from roles import ACCOUNT, REGION, allow, make_role

BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
SIGNED = "content-type;host;x-amz-date;x-amz-security-token;x-nanofleet-proof"
SESSION = "i-0123456789abcdef0"
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details."
)
EXPIRED = r"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)"
EARLY = (
    r"Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)"
)

Headers = dict[str, str]


@pytest.fixture(scope="module")
def keys(region: Region) -> dict[str, str]:
    role = make_role(region, "prover", "ec2", allow("sqs:SendMessage"))
    answer = region.client("sts").assume_role(RoleArn=role, RoleSessionName=SESSION)
    found: dict[str, str] = answer["Credentials"]
    return found


def signed(region: Region, keys: dict[str, str], minutes: int = 0) -> Headers:
    """A call of GetCallerIdentity with its signature, as docs/kafka.md has it."""
    date = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(minutes=minutes)).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "host": f"127.0.0.1:{region.port}",
        "x-amz-date": date,
        "x-amz-security-token": keys["SessionToken"],
        "x-nanofleet-proof": "function:digest",
    }
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = "\n".join(["POST", "/", "", lines, SIGNED, hashlib.sha256(BODY).hexdigest()])
    whole = f"{date[:8]}/{REGION}/sts/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{keys['SecretAccessKey']}".encode()
    for part in whole.split("/"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    text = "\n".join(["AWS4-HMAC-SHA256", date, whole, digest])
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    credential = f"Credential={keys['AccessKeyId']}/{whole}"
    authorization = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={SIGNED}, Signature={signature}"
    return {**headers, "authorization": authorization}


def ask(region: Region, headers: Headers, body: bytes = BODY) -> tuple[int, str, str]:
    """Status, and of the answer the code and message of an error, or whose signature it was."""
    request = urllib.request.Request(f"{region.endpoint}/", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, "", _only("Arn", answer.read().decode())
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        return error.code, _only("Code", text), _only("Message", text)


def _only(name: str, text: str) -> str:
    found = re.findall(f"<{name}>([^<]*)</{name}>", text)
    return str(found[0]) if len(found) == 1 else ""


@pytest.mark.parametrize("minutes", [0, -14, 14])
def test_a_signature_tells_whose_session_it_is_for_a_quarter_of_an_hour(
    region: Region, keys: dict[str, str], minutes: int
) -> None:
    whose = f"arn:aws:sts::{ACCOUNT}:assumed-role/prover/{SESSION}"
    assert ask(region, signed(region, keys, minutes=minutes)) == (200, "", whose)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("another bound header", {"x-nanofleet-proof": "function:other"}),
        ("another kind of content", {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}),
        ("another signature", {}),
    ],
)
def test_a_signature_of_something_else_is_refused(
    region: Region, keys: dict[str, str], what: str, change: Headers
) -> None:
    headers = {**signed(region, keys), **change}
    if not change:
        last = headers["authorization"][-1]
        headers["authorization"] = headers["authorization"][:-1] + ("0" if last != "0" else "1")
    assert ask(region, headers) == (403, "SignatureDoesNotMatch", MISMATCH), what


def test_a_signature_of_another_call_is_refused(region: Region, keys: dict[str, str]) -> None:
    other = b"Action=GetSessionToken&Version=2011-06-15"
    assert ask(region, signed(region, keys), other) == (403, "SignatureDoesNotMatch", MISMATCH)


@pytest.mark.parametrize(("minutes", "sentence"), [(-16, EXPIRED), (16, EARLY)])
def test_a_signature_of_another_time_is_refused(
    region: Region, keys: dict[str, str], minutes: int, sentence: str
) -> None:
    status, code, message = ask(region, signed(region, keys, minutes=minutes))
    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert re.fullmatch(sentence, message), message


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("AccessKeyId", "ASIAUNKNOWNUNKNOWN12", "InvalidClientTokenId"),
        ("SessionToken", "another", "InvalidClientTokenId"),
        ("SecretAccessKey", "another", "SignatureDoesNotMatch"),
    ],
)
def test_a_signature_with_credentials_that_do_not_belong_together_is_refused(
    region: Region, keys: dict[str, Any], name: str, value: str, code: str
) -> None:
    status, found, _ = ask(region, signed(region, {**keys, name: value}))
    assert (status, found) == (403, code)
