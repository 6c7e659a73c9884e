"""Launch templates merged into the parameters of RunInstances, which the emulator leaves out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import ec2
from region.instances.query import Parameters, Refused, first, listed

EC2 = "ministack.services.ec2"
contract.expect(EC2, "_launch_templates")
contract.expect(EC2, "_parse_lt_data", "(params, prefix='LaunchTemplateData')")

# What RunInstances reads as one value; the request's own value wins (RunInstances, "LaunchTemplate").
_PLAIN = ("ImageId", "InstanceType", "KeyName", "UserData", "InstanceInitiatedShutdownBehavior")
_NESTED = ("CpuOptions", "IamInstanceProfile", "MetadataOptions", "Monitoring", "Placement")


def merge(parameters: Parameters) -> Parameters:
    """`parameters` with all that its launch template adds; Refused when template or version is unknown."""
    data = _data(parameters)
    if data is None:
        return parameters
    merged = {key: value for key, value in parameters.items()}
    for name in _PLAIN:
        if data.get(name) and not first(merged, name):
            merged[name] = str(data[name])
    if "DisableApiTermination" in data and not first(merged, "DisableApiTermination"):
        merged["DisableApiTermination"] = str(data["DisableApiTermination"]).lower()
    for group in _NESTED:
        if not any(key.startswith(f"{group}.") for key in merged):
            for name, value in (data.get(group) or {}).items():
                merged[f"{group}.{name}"] = str(value)
    _merge_network(merged, data)
    _merge_tags(merged, data)
    return merged


def _data(parameters: Parameters) -> dict[str, Any] | None:
    template_id = first(parameters, "LaunchTemplate.LaunchTemplateId")
    template_name = first(parameters, "LaunchTemplate.LaunchTemplateName")
    if not template_id and not template_name:
        return None
    for template in ec2._launch_templates.values():
        if template_id == template["LaunchTemplateId"] or template_name == template["LaunchTemplateName"]:
            return _version(template, first(parameters, "LaunchTemplate.Version"))
    if template_id:
        raise Refused(
            "InvalidLaunchTemplateId.NotFound", f"The launch template ID '{template_id}' does not exist"
        )
    raise Refused(
        "InvalidLaunchTemplateName.NotFoundException",
        f"The specified launch template, with template name {template_name}, does not exist.",
    )


def _version(template: dict[str, Any], wanted: str) -> dict[str, Any]:
    number = {
        "": str(template["DefaultVersionNumber"]),
        "$Default": str(template["DefaultVersionNumber"]),
        "$Latest": str(template["LatestVersionNumber"]),
    }.get(wanted, wanted)
    for version in template["Versions"]:
        if str(version["VersionNumber"]) == number:
            return version["LaunchTemplateData"] or {}
    raise Refused(
        "InvalidLaunchTemplateId.VersionNotFound",
        f"Could not find launch template version {wanted} of {template['LaunchTemplateId']}",
    )


def _merge_network(merged: Parameters, data: dict[str, Any]) -> None:
    interface = (data.get("NetworkInterfaces") or [{}])[0]
    if interface.get("SubnetId") and not first(merged, "SubnetId"):
        merged["SubnetId"] = str(interface["SubnetId"])
    groups = data.get("SecurityGroupIds") or interface.get("Groups") or []
    if not listed(merged, "SecurityGroupId"):
        for index, group in enumerate(groups, 1):
            merged[f"SecurityGroupId.{index}"] = str(group)


def _merge_tags(merged: Parameters, data: dict[str, Any]) -> None:
    """Tags of template and request together; the request's value wins for a key that both have."""
    tags: dict[str, dict[str, str]] = {}
    for specification in data.get("TagSpecifications") or []:
        for tag in specification.get("Tags") or []:
            tags.setdefault(specification["ResourceType"], {})[tag["Key"]] = str(tag.get("Value", ""))
    for kind, own in tags_by_kind(merged).items():
        tags.setdefault(kind, {}).update(own)
    for key in [key for key in merged if key.startswith("TagSpecification.")]:
        del merged[key]
    for index, (kind, pairs) in enumerate(tags.items(), 1):
        merged[f"TagSpecification.{index}.ResourceType"] = kind
        for place, (key, value) in enumerate(pairs.items(), 1):
            merged[f"TagSpecification.{index}.Tag.{place}.Key"] = key
            merged[f"TagSpecification.{index}.Tag.{place}.Value"] = value


def tags_by_kind(parameters: Parameters) -> dict[str, dict[str, str]]:
    """`{resource type: {key: value}}` of the request's TagSpecification.N."""
    tags: dict[str, dict[str, str]] = {}
    index = 1
    while kind := first(parameters, f"TagSpecification.{index}.ResourceType"):
        place = 1
        while key := first(parameters, f"TagSpecification.{index}.Tag.{place}.Key"):
            value = first(parameters, f"TagSpecification.{index}.Tag.{place}.Value")
            tags.setdefault(kind, {})[key] = value
            place += 1
        index += 1
    return tags


def _parse(
    original: Callable[..., dict[str, Any]], parameters: Parameters, prefix: str = "LaunchTemplateData"
) -> dict[str, Any]:
    """The emulator drops the CPU options."""
    names = ("CoreCount", "ThreadsPerCore")
    given = {name: first(parameters, f"{prefix}.CpuOptions.{name}") for name in names}
    options = {name: int(value) for name, value in given.items() if value}
    return {**original(parameters, prefix), **({"CpuOptions": options} if options else {})}


def install() -> None:
    patch.wrap(EC2, "_parse_lt_data", _parse)
