"""What Auto Scaling describes: groups, members, activities and target groups, in pages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from region.autoscaling import activities
from region.autoscaling.groups import Group, Member, all_here, lock
from region.autoscaling.query import Params, Refused, needed, value, values, whole
from region.base import contract
from region.base.emulator import autoscaling

contract.expect("ministack.services.autoscaling", "_member_xml", "(value)")

PAGE = {"DescribeAutoScalingGroups": (50, 100), "DescribeAutoScalingInstances": (50, 50)}
"""MaxRecords of an action: usual and most; 100 elsewhere."""


def _page(params: Params, action: str, items: list[Any]) -> tuple[list[Any], str]:
    """One page of `items` and the XML of the token that leads to the next."""
    usual, most = PAGE.get(action, (100, 100))
    size = min(whole(params, "MaxRecords") or usual, most)
    token = value(params, "NextToken")
    try:
        start = int(base64.b64decode(token).decode()) if token else 0
    except ValueError as error:
        raise Refused(f"The token '{token}' is invalid.", "InvalidNextToken") from error
    rest = start + size
    following = base64.b64encode(str(rest).encode()).decode() if rest < len(items) else ""
    return items[start:rest], f"<NextToken>{following}</NextToken>" if following else ""


def _describe(params: Params) -> str:
    names = values(params, "AutoScalingGroupNames")
    named = [group for group in all_here() if not names or group["AutoScalingGroupName"] in names]
    chosen = [group for group in named if _matches(params, group)]
    page, token = _page(params, "DescribeAutoScalingGroups", chosen)
    with lock:
        members = autoscaling._member_xml([_shown(group) for group in page])
    return f"<AutoScalingGroups>{members}</AutoScalingGroups>{token}"


def _matches(params: Params, group: Group) -> bool:
    """Filters `tag:<key>`, `tag-key` and `tag-value`; all must hold."""
    tags = {tag["Key"]: str(tag["Value"]) for tag in group.get("Tags", [])}
    number = 1
    while name := value(params, f"Filters.member.{number}.Name"):
        wanted = values(params, f"Filters.member.{number}.Values")
        if name.startswith("tag:"):
            holds = tags.get(name[4:]) in wanted
        else:
            holds = any(text in wanted for text in (tags if name == "tag-key" else tags.values()))
        if not holds:
            return False
        number += 1
    return True


SHOWN = (
    *(
        "AutoScalingGroupName",
        "AutoScalingGroupARN",
        "MinSize",
        "MaxSize",
        "DesiredCapacity",
        "DefaultCooldown",
    ),
    *("AvailabilityZones", "HealthCheckType", "HealthCheckGracePeriod", "CreatedTime", "VPCZoneIdentifier"),
    *(
        "TerminationPolicies",
        "NewInstancesProtectedFromScaleIn",
        "Tags",
        "TargetGroupARNs",
        "SuspendedProcesses",
    ),
    *("LaunchTemplate", "MixedInstancesPolicy", "LaunchConfigurationName", "Status"),
)


def _shown(group: Group) -> dict[str, Any]:
    described = {key: group[key] for key in SHOWN if group.get(key) not in (None, "", {})}
    described["Instances"] = [_member_shown(member) for member in group["Instances"]]
    return described


def _member_shown(member: Member) -> dict[str, Any]:
    return {key: part for key, part in member.items() if _visible(key, part)}


def _visible(key: str, part: Any) -> bool:
    return not key.startswith("_") and key != "SubnetId" and part not in (None, "", {})


def _describe_instances(params: Params) -> str:
    wanted = values(params, "InstanceIds")
    shown = [
        {**_member_shown(member), "AutoScalingGroupName": group["AutoScalingGroupName"]}
        for group in all_here()
        for member in group["Instances"]
        if not wanted or member["InstanceId"] in wanted
    ]
    page, token = _page(params, "DescribeAutoScalingInstances", shown)
    return f"<AutoScalingInstances>{autoscaling._member_xml(page)}</AutoScalingInstances>{token}"


def _describe_activities(params: Params) -> str:
    name, wanted = value(params, "AutoScalingGroupName"), values(params, "ActivityIds")
    groups = [needed(params)] if name else all_here()
    found = [one for group in groups for one in activities.history(group)]
    found = [one for one in found if not wanted or one["ActivityId"] in wanted]
    page, token = _page(params, "DescribeScalingActivities", found)
    return f"<Activities>{autoscaling._member_xml(page)}</Activities>{token}"


def _describe_target_groups(params: Params) -> str:
    arns = needed(params).get("TargetGroupARNs", [])
    shown = [{"LoadBalancerTargetGroupARN": arn, "State": "InService"} for arn in arns]
    return f"<LoadBalancerTargetGroups>{autoscaling._member_xml(shown)}</LoadBalancerTargetGroups>"


HANDLERS: dict[str, Callable[[Params], str]] = {
    "DescribeAutoScalingGroups": _describe,
    "DescribeAutoScalingInstances": _describe_instances,
    "DescribeScalingActivities": _describe_activities,
    "DescribeLoadBalancerTargetGroups": _describe_target_groups,
}
