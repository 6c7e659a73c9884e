"""CloudFormation types of Amazon EC2 networking that the emulator does not know.

Each follows its page in the "AWS CloudFormation Template Reference": what Ref and Fn::GetAtt return, which
properties replace the resource.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from region.base import contract
from region.base.emulator import ec2, provisioners
from region.cloudformation.resource import Created, Properties, ResourceFailed, ResourceType, required

EC2 = "ministack.services.ec2"
for _action in (
    *(
        "CreateNatGateway",
        "DeleteNatGateway",
        "AllocateAddress",
        "ReleaseAddress",
        "CreateFlowLogs",
        "DeleteFlowLogs",
    ),
    *("CreateDhcpOptions", "DeleteDhcpOptions", "AssociateDhcpOptions"),
):
    contract.expect_entry(EC2, "_ACTION_MAP", _action)
contract.expect(EC2, "_addresses")
contract.expect(EC2, "_vpcs")


def _ask(action: str, parameters: dict[str, str]) -> ElementTree.Element:
    """One EC2 action inside the process; ResourceFailed with EC2's message when it is refused."""
    status, _headers, body = ec2._ACTION_MAP[action](parameters)
    root = ElementTree.fromstring(body)
    if status >= 400:
        raise ResourceFailed(_text(root, "Message") or f"{action} was refused")
    return root


def _text(root: ElementTree.Element, name: str) -> str:
    return next((node.text or "" for node in root.iter() if node.tag.rsplit("}", 1)[-1] == name), "")


def _tag(resource_id: str, properties: Properties) -> None:
    provisioners._ec2_apply_tags(resource_id, properties)


# --- Elastic IP addresses and NAT gateways ------------------------------------------------------------------


def _create_address(logical_id: str, properties: Properties, stack: str) -> Created:
    answer = _ask("AllocateAddress", {"Domain": str(properties.get("Domain", "vpc"))})
    address = _text(answer, "publicIp")
    _tag(_text(answer, "allocationId"), properties)
    return address, _address_attributes(address)


def _allocation(address: str) -> str:
    return next((key for key, record in ec2._addresses.items() if record["PublicIp"] == address), "")


def _address_attributes(address: str) -> dict[str, Any]:
    return {"AllocationId": _allocation(address), "PublicIp": address}


def _delete_address(address: str, properties: Properties) -> None:
    allocation = _allocation(address)
    if allocation:
        _ask("ReleaseAddress", {"AllocationId": allocation})


def _create_gateway(logical_id: str, properties: Properties, stack: str) -> Created:
    wanted = {"SubnetId": required(properties, "SubnetId", "AWS::EC2::NatGateway")}
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


# --- flow logs and DHCP options -----------------------------------------------------------------------------


def _create_flow_log(logical_id: str, properties: Properties, stack: str) -> Created:
    wanted = {"ResourceId.1": required(properties, "ResourceId", "AWS::EC2::FlowLog")}
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
    vpc = required(properties, "VpcId", "AWS::EC2::VPCDHCPOptionsAssociation")
    options = required(properties, "DhcpOptionsId", "AWS::EC2::VPCDHCPOptionsAssociation")
    _ask("AssociateDhcpOptions", {"VpcId": vpc, "DhcpOptionsId": options})
    return f"{options}|{vpc}", {}


def _disassociate_options(association: str, properties: Properties) -> None:
    """The VPC goes back to Amazon's options, unless another association has replaced this one."""
    options, _bar, vpc = association.partition("|")
    if (ec2._vpcs.get(vpc) or {}).get("DhcpOptionsId") == options:
        _ask("AssociateDhcpOptions", {"VpcId": vpc, "DhcpOptionsId": "default"})


def rows() -> dict[str, dict[str, Any]]:
    """The handler rows by resource type."""
    found = {
        "AWS::EC2::EIP": ResourceType(_create_address, _delete_address, _address_attributes, _allocation),
        "AWS::EC2::NatGateway": ResourceType(
            _create_gateway, _delete_gateway, lambda own: {"NatGatewayId": own}
        ),
        "AWS::EC2::FlowLog": ResourceType(_create_flow_log, _delete_flow_log, lambda own: {"Id": own}),
        "AWS::EC2::DHCPOptions": ResourceType(
            _create_options, _delete_options, lambda own: {"DhcpOptionsId": own}
        ),
        "AWS::EC2::VPCDHCPOptionsAssociation": ResourceType(
            _associate_options, _disassociate_options, lambda own: {}
        ),
    }
    return {name: kind.row() for name, kind in found.items()}
