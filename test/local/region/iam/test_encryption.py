"""Encrypted parameters: who may read them beside the permission on the parameter itself."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from denials import denial
from regions import Region
from roles import ACCOUNT, REGION, Actor, allow

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
VIA = {"StringEquals": {"kms:ViaService": f"ssm.{REGION}.amazonaws.com"}}


def refuse(action: str, **condition: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition}


@pytest.fixture
def secret(region: Region) -> str:
    name = f"/secret/{uuid.uuid4().hex}"
    region.client("ssm").put_parameter(Name=name, Value="word", Type="SecureString")
    return name


def test_the_default_key_lets_in_everybody_who_may_read_the_parameter(actor: Actor, secret: str) -> None:
    actor.may(allow("ssm:GetParameters"))
    (found,) = actor("ssm").get_parameters(Names=[secret], WithDecryption=True)["Parameters"]
    assert found["Value"] == "word"


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("get_parameter", lambda name: {"Name": name}),
        ("get_parameters", lambda name: {"Names": ["/plain", name]}),
        ("get_parameters_by_path", lambda name: {"Path": name.rsplit("/", 1)[0]}),
        ("get_parameter_history", lambda name: {"Name": name}),
    ],
)
def test_a_denial_of_decryption_keeps_one_out(actor: Actor, secret: str, call: str, arguments: Any) -> None:
    actor.may(allow("ssm:Get*"), refuse("kms:Decrypt", **VIA))
    ssm = actor("ssm")
    told = denial(getattr(ssm, call), WithDecryption=True, **arguments(secret))
    assert (
        f"is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:{REGION}:{ACCOUNT}:key/" in told
    )
    assert told.endswith("with an explicit deny in an identity-based policy")
    # What stays encrypted and what is in plain text can be read.
    getattr(ssm, call)(**arguments(secret))


def test_plain_parameters_need_no_key(actor: Actor, region: Region) -> None:
    name = f"/plain/{uuid.uuid4().hex}"
    region.client("ssm").put_parameter(Name=name, Value="word", Type="String")
    actor.may(allow("ssm:GetParameter"), refuse("kms:Decrypt", **VIA))
    assert actor("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "word"


def test_a_key_of_ones_own_asks_for_a_permission(actor: Actor, region: Region) -> None:
    name = f"/own/{uuid.uuid4().hex}"
    region.client("ssm").put_parameter(Name=name, Value="word", Type="SecureString", KeyId=KEY)
    actor.may(allow("ssm:*"))
    told = denial(actor("ssm").get_parameter, Name=name, WithDecryption=True)
    assert f"kms:Decrypt on resource: {KEY} because no identity-based policy allows" in told
    actor.may(allow("ssm:*"), allow("kms:Decrypt", KEY))
    assert actor("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "word"
    write = {"Name": name, "Value": "other", "Type": "SecureString", "KeyId": KEY, "Overwrite": True}
    assert f"kms:Encrypt on resource: {KEY}" in denial(actor("ssm").put_parameter, **write)
