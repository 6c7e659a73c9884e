"""What a RunInstances request must contain, and what the emulator drops of it."""

from __future__ import annotations

import hashlib
import re

from region.base import contract
from region.base.emulator import ec2
from region.ec2 import capacity, processors
from region.instances import images, states
from region.instances.query import Parameters, Refused, first, listed, number, truth

EC2 = "ministack.services.ec2"
contract.expect(EC2, "_instances")
contract.expect(EC2, "_subnets")
contract.expect(EC2, "_security_groups")
contract.expect(EC2, "_resolve_iam_instance_profile", "(iam_arn='', iam_name='', allow_missing=False)")


def check(parameters: Parameters) -> None:
    """What EC2 checks before it launches anything."""
    images.require_launchable(first(parameters, "ImageId"))
    capacity.check(parameters)
    processors.check(parameters)
    subnet = _subnet_of(parameters)
    if subnet and subnet not in ec2._subnets:
        raise Refused("InvalidSubnetID.NotFound", f"The subnet ID '{subnet}' does not exist")
    for group in listed(parameters, "SecurityGroupId"):
        if group not in ec2._security_groups:
            raise Refused("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
    profile = {
        "iam_arn": first(parameters, "IamInstanceProfile.Arn"),
        "iam_name": first(parameters, "IamInstanceProfile.Name"),
    }
    refused = ec2._resolve_iam_instance_profile(**profile)[1]
    if refused:
        raise refusal_in(refused[2], refused[0])
    least, most = number(parameters, "MinCount", 1), number(parameters, "MaxCount", 1)
    if not 1 <= least <= most:
        raise Refused(
            "InvalidParameterValue", f"MinCount {least} and MaxCount {most} have to be at least 1, in order."
        )


def _subnet_of(parameters: Parameters) -> str:
    return first(parameters, "SubnetId") or first(parameters, "NetworkInterface.1.SubnetId")


def normalised(parameters: Parameters) -> Parameters:
    """The emulator launches MinCount; EC2 launches as many as it can up to MaxCount."""
    count = first(parameters, "MaxCount") or "1"
    changed = {**parameters, "MinCount": count, "MaxCount": count, "SubnetId": _subnet_of(parameters)}
    if not listed(parameters, "SecurityGroupId"):
        groups = listed(parameters, "NetworkInterface.1.SecurityGroupId")
        changed |= {f"SecurityGroupId.{index}": group for index, group in enumerate(groups, 1)}
    return changed


def apply(instance: states.Instance, parameters: Parameters, digest: str) -> None:
    """What the emulator drops of the request."""
    instance["InstanceInitiatedShutdownBehavior"] = (
        first(parameters, "InstanceInitiatedShutdownBehavior") or "stop"
    )
    instance["DisableApiTermination"] = truth(parameters, "DisableApiTermination")
    instance["MetadataOptions"] = {
        "HttpTokens": first(parameters, "MetadataOptions.HttpTokens") or "optional",
        "HttpEndpoint": first(parameters, "MetadataOptions.HttpEndpoint") or "enabled",
        "InstanceMetadataTags": first(parameters, "MetadataOptions.InstanceMetadataTags") or "disabled",
        "HttpPutResponseHopLimit": number(parameters, "MetadataOptions.HttpPutResponseHopLimit", 1),
    }
    instance["CpuOptions"] = processors.options(parameters, instance["InstanceType"])
    if token := first(parameters, "ClientToken"):
        instance["ClientToken"] = token
        instance["_digest"] = digest


def digest_of(parameters: Parameters) -> str:
    pairs = sorted((key, str(value)) for key, value in parameters.items() if key != "ClientToken")
    return hashlib.sha256(repr(pairs).encode()).hexdigest()


def repeated(parameters: Parameters, digest: str) -> list[states.Instance]:
    """The instances of an earlier request with the same ClientToken (EC2: "Ensuring idempotency")."""
    token = first(parameters, "ClientToken")
    known = [
        instance for instance in ec2._instances.values() if token and instance.get("ClientToken") == token
    ]
    if any(instance["_digest"] != digest for instance in known):
        raise Refused(
            "IdempotentParameterMismatch",
            f"The client token '{token}' was used before with other parameters.",
        )
    return sorted(known, key=lambda instance: instance["AmiLaunchIndex"])


def refusal_in(body: bytes, status: int) -> Refused:
    text = body.decode()
    code = re.search(r"<Code>(.*?)</Code>", text)
    message = re.search(r"<Message>(.*?)</Message>", text, re.S)
    return Refused(code[1] if code else "InternalError", message[1] if message else text, status)
