"""Requests about one instance: its console, and the attributes that the region acts on."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from xml.sax.saxutils import escape

from region.base import contract, patch
from region.base.emulator import ec2
from region.instances import records, states
from region.instances.query import Parameters, Refused, Response, answering, first
from region.machines import console

EC2 = "ministack.services.ec2"
contract.expect_entry(EC2, "_ACTION_MAP", "DescribeInstanceAttribute", "(p)")
contract.expect(EC2, "_xml", "(status, root_tag, inner)")

_VALUES: dict[str, Callable[[states.Instance], str]] = {
    "instanceInitiatedShutdownBehavior": lambda i: i.get("InstanceInitiatedShutdownBehavior", "stop"),
    "disableApiTermination": lambda i: str(bool(i.get("DisableApiTermination"))).lower(),
    "userData": lambda i: i.get("UserData") or "",
}


def _describe(original: Callable[[Parameters], Response], parameters: Parameters) -> Response:
    instance = records.find(first(parameters, "InstanceId"))
    name = first(parameters, "Attribute")
    if instance is None or name not in _VALUES:
        return original(parameters)
    value = escape(_VALUES[name](instance))
    return ec2._xml(
        200,
        "DescribeInstanceAttributeResponse",
        (f"<instanceId>{instance['InstanceId']}</instanceId><{name}><value>{value}</value></{name}>"),
    )


def _modify(parameters: Parameters) -> Response:
    instance = records.require(first(parameters, "InstanceId"))
    behaviour = first(parameters, "InstanceInitiatedShutdownBehavior.Value")
    protected = first(parameters, "DisableApiTermination.Value")
    if behaviour not in ("", "stop", "terminate"):
        raise Refused(
            "InvalidParameterValue", f"Value ({behaviour}) for instanceInitiatedShutdownBehavior is invalid."
        )
    if not behaviour and not protected:
        raise Refused(
            "InvalidParameterCombination", "No attribute was given that the local region can modify."
        )
    if behaviour:
        instance["InstanceInitiatedShutdownBehavior"] = behaviour
    if protected:
        instance["DisableApiTermination"] = protected.lower() == "true"
    return ec2._xml(200, "ModifyInstanceAttributeResponse", "<return>true</return>")


def _console_output(parameters: Parameters) -> Response:
    instance_id = records.require(first(parameters, "InstanceId"))["InstanceId"]
    text = base64.b64encode(console.latest(console.file_of(instance_id))).decode()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    return ec2._xml(
        200,
        "GetConsoleOutputResponse",
        (f"<instanceId>{instance_id}</instanceId><timestamp>{stamp}</timestamp><output>{text}</output>"),
    )


def install() -> None:
    patch.entry(EC2, "_ACTION_MAP", "GetConsoleOutput", answering(_console_output))
    patch.wrap_entry(EC2, "_ACTION_MAP", "DescribeInstanceAttribute", _describe)
    patch.entry(EC2, "_ACTION_MAP", "ModifyInstanceAttribute", answering(_modify))
