"""CloudFormation types of rules of security groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract
from region.base.emulator import ec2, provisioners
from region.cloudformation.resource import (
    PROVISIONERS,
    Created,
    Properties,
    ResourceFailed,
    ResourceType,
    required,
)

EC2 = "ministack.services.ec2"
contract.expect(EC2, "_security_groups")
contract.expect(EC2, "_sg_rule_id", "(sg_id, is_egress, rule)")
contract.expect(PROVISIONERS, "_ec2_sg_permissions", "(rules)")
contract.expect(PROVISIONERS, "_ec2_sg_reconcile", "(store, old_perms, new_perms)")


def _rules(group_id: str, egress: bool) -> list[dict[str, Any]]:
    group = ec2._security_groups.get(group_id)
    if group is None:
        raise ResourceFailed(f"The security group '{group_id}' does not exist")
    return group.setdefault("IpPermissionsEgress" if egress else "IpPermissions", [])


def _permission(properties: Properties) -> dict[str, Any]:
    return provisioners._ec2_sg_permissions([properties])[0]


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    names = (
        "IpProtocol",
        "FromPort",
        "ToPort",
        "IpRanges",
        "Ipv6Ranges",
        "PrefixListIds",
        "UserIdGroupPairs",
    )
    bare = [{name: _undescribed(rule.get(name)) for name in names} for rule in (one, other)]
    return bare[0] == bare[1]


def _undescribed(value: Any) -> Any:
    if isinstance(value, list):
        return [{name: part for name, part in entry.items() if name != "Description"} for entry in value]
    return value


def _rule_type(egress: bool) -> ResourceType:
    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        kind = "Egress" if egress else "Ingress"
        group_id = required(properties, "GroupId", f"AWS::EC2::SecurityGroup{kind}")
        rules, wanted = _rules(group_id, egress), _permission(properties)
        if any(_same(wanted, rule) for rule in rules):
            raise ResourceFailed(
                f"the specified rule already exists in {group_id} (InvalidPermission.Duplicate)"
            )
        wanted["SecurityGroupRuleId"] = ec2._sg_rule_id(group_id, egress, wanted)
        rules.append(wanted)
        return wanted["SecurityGroupRuleId"], {"Id": wanted["SecurityGroupRuleId"]}

    def delete(rule_id: str, properties: Properties) -> None:
        group = ec2._security_groups.get(str(properties.get("GroupId")))
        if group is not None:
            rules = _rules(group["GroupId"], egress)
            rules[:] = [rule for rule in rules if rule.get("SecurityGroupRuleId") != rule_id]

    return ResourceType(create, delete, lambda rule_id: {"Id": rule_id})


def _update_rule(kind: ResourceType, egress: bool) -> Callable[..., Created]:
    """Only the description changes in place; the rule keeps its id."""

    def update(rule_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Created:
        described = {**old, "Description": new.get("Description")}
        if {name: value for name, value in described.items() if value is not None} != new:
            return kind.update(rule_id, old, new, stack, logical_id)
        for rule in _rules(str(new["GroupId"]), egress):
            if rule.get("SecurityGroupRuleId") == rule_id:
                rule.update({**_permission(new), "SecurityGroupRuleId": rule_id})
        return rule_id, {"Id": rule_id}

    return update


def rows() -> dict[str, dict[str, Any]]:
    """The handler rows by resource type."""
    made = {}
    for name, egress in (("AWS::EC2::SecurityGroupIngress", False), ("AWS::EC2::SecurityGroupEgress", True)):
        kind = _rule_type(egress)
        made[name] = {**kind.row(), "update": _update_rule(kind, egress)}
    return made
