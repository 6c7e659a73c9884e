"""CloudFormation types of Amazon EC2 networking that the emulator does not know.

Each follows its page in the "AWS CloudFormation Template Reference": what Ref and Fn::GetAtt return, which properties
replace the resource.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from typing import Any, Callable

from region.base import contract

EC2 = "ministack.services.ec2"
PROVISIONERS = "ministack.services.cloudformation.provisioners"
for _action in (
    *("CreateNatGateway", "DeleteNatGateway", "AllocateAddress", "ReleaseAddress", "CreateFlowLogs", "DeleteFlowLogs"),
    *("CreateDhcpOptions", "DeleteDhcpOptions", "AssociateDhcpOptions"),
):
    contract.expect_entry(EC2, "_ACTION_MAP", _action)
contract.expect(EC2, "_security_groups")
contract.expect(EC2, "_addresses")
contract.expect(EC2, "_sg_rule_id", "(sg_id, is_egress, rule)")
contract.expect(PROVISIONERS, "_ec2_apply_tags", "(physical_id, props, old_props=None)")
contract.expect(PROVISIONERS, "_ec2_sg_permissions", "(rules)")
contract.expect(PROVISIONERS, "_ec2_sg_reconcile", "(store, old_perms, new_perms)")
contract.expect(PROVISIONERS, "_delete_predecessor", "(delete_fn, *args, **kwargs)")

Properties = dict[str, Any]
Created = tuple[str, dict[str, Any]]


class ResourceFailed(ValueError):
    """A resource that EC2 refuses; the message becomes the stack event's reason."""


@dataclass(frozen=True)
class ResourceType:
    """How one type is made and unmade; everything but tags replaces it unless `update` says otherwise."""

    create: Callable[[str, Properties, str], Created]
    delete: Callable[[str, Properties], None]
    attributes: Callable[[str], dict[str, Any]]
    tag_owner: Callable[[str], str] = str

    def row(self) -> dict[str, Any]:
        return {
            "create": self.create,
            "update": self.update,
            "update_with_logical_id": True,
            "delete": self.delete,
        }

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Created:
        from ministack.services.cloudformation import provisioners

        if _without_tags(old) == _without_tags(new):
            provisioners._ec2_apply_tags(self.tag_owner(physical_id), new, old)
            return physical_id, self.attributes(physical_id)
        made = self.create(logical_id, new, stack)
        provisioners._delete_predecessor(self.delete, physical_id, old)
        return made


def _without_tags(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if name != "Tags"}


def _ask(action: str, parameters: dict[str, str]) -> ElementTree.Element:
    """One EC2 action inside the process; ResourceFailed with EC2's message when it is refused."""
    from ministack.services import ec2

    status, _headers, body = ec2._ACTION_MAP[action](parameters)
    root = ElementTree.fromstring(body)
    if status >= 400:
        raise ResourceFailed(_text(root, "Message") or f"{action} was refused")
    return root


def _text(root: ElementTree.Element, name: str) -> str:
    return next((node.text or "" for node in root.iter() if node.tag.rsplit("}", 1)[-1] == name), "")


def _tag(resource_id: str, properties: Properties) -> None:
    from ministack.services.cloudformation import provisioners

    provisioners._ec2_apply_tags(resource_id, properties)


def _required(properties: Properties, name: str, resource_type: str) -> str:
    if not properties.get(name):
        raise ResourceFailed(f"{resource_type}: property {name} is required")
    return str(properties[name])


# --- Elastic IP addresses and NAT gateways ----------------------------------------------------------------------------


def _create_address(logical_id: str, properties: Properties, stack: str) -> Created:
    answer = _ask("AllocateAddress", {"Domain": str(properties.get("Domain", "vpc"))})
    address = _text(answer, "publicIp")
    _tag(_text(answer, "allocationId"), properties)
    return address, _address_attributes(address)


def _allocation(address: str) -> str:
    from ministack.services import ec2

    return next((key for key, record in ec2._addresses.items() if record["PublicIp"] == address), "")


def _address_attributes(address: str) -> dict[str, Any]:
    return {"AllocationId": _allocation(address), "PublicIp": address}


def _delete_address(address: str, properties: Properties) -> None:
    allocation = _allocation(address)
    if allocation:
        _ask("ReleaseAddress", {"AllocationId": allocation})


def _create_gateway(logical_id: str, properties: Properties, stack: str) -> Created:
    wanted = {"SubnetId": _required(properties, "SubnetId", "AWS::EC2::NatGateway")}
    for name in ("AllocationId", "ConnectivityType"):
        if properties.get(name):
            wanted[name] = str(properties[name])
    if wanted.get("ConnectivityType", "public") == "public" and "AllocationId" not in wanted:
        raise ResourceFailed("AWS::EC2::NatGateway: a public gateway requires AllocationId")
    gateway = _text(_ask("CreateNatGateway", wanted), "natGatewayId")
    _tag(gateway, properties)
    return gateway, {"NatGatewayId": gateway}


def _delete_gateway(gateway: str, properties: Properties) -> None:
    _ask("DeleteNatGateway", {"NatGatewayId": gateway})


# --- rules of security groups -----------------------------------------------------------------------------------------


def _rules(group_id: str, egress: bool) -> list[dict[str, Any]]:
    from ministack.services import ec2

    group = ec2._security_groups.get(group_id)
    if group is None:
        raise ResourceFailed(f"The security group '{group_id}' does not exist")
    return group.setdefault("IpPermissionsEgress" if egress else "IpPermissions", [])


def _permission(properties: Properties) -> dict[str, Any]:
    from ministack.services.cloudformation import provisioners

    return provisioners._ec2_sg_permissions([properties])[0]


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    names = ("IpProtocol", "FromPort", "ToPort", "IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
    bare = [{name: _undescribed(rule.get(name)) for name in names} for rule in (one, other)]
    return bare[0] == bare[1]


def _undescribed(value: Any) -> Any:
    if isinstance(value, list):
        return [{name: part for name, part in entry.items() if name != "Description"} for entry in value]
    return value


def _rule_type(egress: bool) -> ResourceType:
    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        from ministack.services import ec2

        kind = "Egress" if egress else "Ingress"
        group_id = _required(properties, "GroupId", f"AWS::EC2::SecurityGroup{kind}")
        rules, wanted = _rules(group_id, egress), _permission(properties)
        if any(_same(wanted, rule) for rule in rules):
            raise ResourceFailed(f"the specified rule already exists in {group_id} (InvalidPermission.Duplicate)")
        wanted["SecurityGroupRuleId"] = ec2._sg_rule_id(group_id, egress, wanted)
        rules.append(wanted)
        return wanted["SecurityGroupRuleId"], {"Id": wanted["SecurityGroupRuleId"]}

    def delete(rule_id: str, properties: Properties) -> None:
        from ministack.services import ec2

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


# --- flow logs and DHCP options ---------------------------------------------------------------------------------------


def _create_flow_log(logical_id: str, properties: Properties, stack: str) -> Created:
    wanted = {"ResourceId.1": _required(properties, "ResourceId", "AWS::EC2::FlowLog")}
    for name in ("ResourceType", "TrafficType", "LogDestinationType", "LogDestination", "LogGroupName"):
        if properties.get(name):
            wanted[name] = str(properties[name])
    flow_log = _text(_ask("CreateFlowLogs", wanted), "item")
    _tag(flow_log, properties)
    return flow_log, {"Id": flow_log}


def _delete_flow_log(flow_log: str, properties: Properties) -> None:
    _ask("DeleteFlowLogs", {"FlowLogId.1": flow_log})


_OPTIONS = {
    "DomainName": "domain-name",
    "DomainNameServers": "domain-name-servers",
    "NtpServers": "ntp-servers",
    "NetbiosNameServers": "netbios-name-servers",
    "NetbiosNodeType": "netbios-node-type",
}


def _create_options(logical_id: str, properties: Properties, stack: str) -> Created:
    parameters: dict[str, str] = {}
    given = [(key, properties[name]) for name, key in _OPTIONS.items() if properties.get(name)]
    for index, (key, values) in enumerate(given, 1):
        parameters[f"DhcpConfiguration.{index}.Key"] = key
        for place, value in enumerate(values if isinstance(values, list) else [values], 1):
            parameters[f"DhcpConfiguration.{index}.Value.{place}"] = str(value)
    options = _text(_ask("CreateDhcpOptions", parameters), "dhcpOptionsId")
    _tag(options, properties)
    return options, {"DhcpOptionsId": options}


def _delete_options(options: str, properties: Properties) -> None:
    _ask("DeleteDhcpOptions", {"DhcpOptionsId": options})


def _associate_options(logical_id: str, properties: Properties, stack: str) -> Created:
    vpc = _required(properties, "VpcId", "AWS::EC2::VPCDHCPOptionsAssociation")
    options = _required(properties, "DhcpOptionsId", "AWS::EC2::VPCDHCPOptionsAssociation")
    _ask("AssociateDhcpOptions", {"VpcId": vpc, "DhcpOptionsId": options})
    return f"{options}|{vpc}", {}


def _disassociate_options(association: str, properties: Properties) -> None:
    """The VPC goes back to Amazon's options, unless another association has replaced this one."""
    from ministack.services import ec2

    options, _bar, vpc = association.partition("|")
    if (ec2._vpcs.get(vpc) or {}).get("DhcpOptionsId") == options:
        _ask("AssociateDhcpOptions", {"VpcId": vpc, "DhcpOptionsId": "default"})


contract.expect(EC2, "_vpcs")


def rows() -> dict[str, dict[str, Any]]:
    """The handler rows by resource type."""
    found = {
        "AWS::EC2::EIP": ResourceType(_create_address, _delete_address, _address_attributes, _allocation),
        "AWS::EC2::NatGateway": ResourceType(_create_gateway, _delete_gateway, lambda own: {"NatGatewayId": own}),
        "AWS::EC2::FlowLog": ResourceType(_create_flow_log, _delete_flow_log, lambda own: {"Id": own}),
        "AWS::EC2::DHCPOptions": ResourceType(_create_options, _delete_options, lambda own: {"DhcpOptionsId": own}),
        "AWS::EC2::VPCDHCPOptionsAssociation": ResourceType(_associate_options, _disassociate_options, lambda own: {}),
    }
    made = {name: kind.row() for name, kind in found.items()}
    for name, egress in (("AWS::EC2::SecurityGroupIngress", False), ("AWS::EC2::SecurityGroupEgress", True)):
        kind = _rule_type(egress)
        made[name] = {**kind.row(), "update": _update_rule(kind, egress)}
    return made
