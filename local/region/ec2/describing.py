"""DescribeInstances: what is shown of an instance, which filters choose it, and pages."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import re
import time
from collections.abc import Callable
from datetime import datetime
from xml.sax.saxutils import escape

from region.base import contract
from region.base.emulator import ec2
from region.base.settings import current as settings
from region.instances import states
from region.instances.query import Parameters, Refused, Response, filters, first, listed, number
from region.machines import retention

EC2 = "ministack.services.ec2"
contract.expect(EC2, "_resource_matches_tag_filters", "(resource_id, filters)")
contract.expect(EC2, "_instances")

MOST = 1000


def xml(original: Callable[[states.Instance], str], instance: states.Instance) -> str:
    """The emulator's element without empty addresses and with what it leaves out."""
    text = re.sub(
        r"<(privateDnsName|privateIpAddress|dnsName|ipAddress|keyName)></\1>", "", original(instance)
    )
    if states.name(instance) == "terminated":
        text = re.sub(r"<(vpcId|subnetId)>[^<]*</\1>", "", text)  # it has left its network, as on AWS
    reason = instance.get("StateReason")
    options = instance.get("MetadataOptions") or {}
    more = f"<reason>{escape(instance.get('StateTransitionReason', ''))}</reason>"
    if reason:
        more += (
            f"<stateReason><code>{escape(reason['Code'])}</code>"
            f"<message>{escape(reason['Message'])}</message></stateReason>"
        )
    if instance.get("ClientToken"):
        more += f"<clientToken>{escape(instance['ClientToken'])}</clientToken>"
    if options:
        more += (
            f"<metadataOptions><state>applied</state><httpTokens>{options['HttpTokens']}</httpTokens>"
            f"<httpPutResponseHopLimit>{options['HttpPutResponseHopLimit']}</httpPutResponseHopLimit>"
            f"<httpEndpoint>{options['HttpEndpoint']}</httpEndpoint>"
            f"<instanceMetadataTags>{options['InstanceMetadataTags']}</instanceMetadataTags></metadataOptions>"
        )
    if processors := instance.get("CpuOptions"):
        more += (
            f"<cpuOptions><coreCount>{processors['CoreCount']}</coreCount>"
            f"<threadsPerCore>{processors['ThreadsPerCore']}</threadsPerCore></cpuOptions>"
        )
    return text.removesuffix("</item>") + more + "</item>"


_FILTERS: dict[str, Callable[[states.Instance], list[str]]] = {
    "availability-zone": lambda i: [i["Placement"]["AvailabilityZone"]],
    "architecture": lambda i: [i["Architecture"]],
    "client-token": lambda i: [i.get("ClientToken", "")],
    "iam-instance-profile.arn": lambda i: [(i.get("IamInstanceProfile") or {}).get("Arn", "")],
    "image-id": lambda i: [i["ImageId"]],
    "instance-id": lambda i: [i["InstanceId"]],
    "instance-state-code": lambda i: [str(i["State"]["Code"])],
    "instance-state-name": lambda i: [states.name(i)],
    "instance-type": lambda i: [i["InstanceType"]],
    "instance.group-id": lambda i: [group["GroupId"] for group in i["SecurityGroups"]],
    "network-interface.addresses.private-ip-address": lambda i: [i["PrivateIpAddress"]],
    "owner-id": lambda i: [settings.account],
    "private-dns-name": lambda i: [i["PrivateDnsName"]],
    "private-ip-address": lambda i: [i["PrivateIpAddress"]],
    "reservation-id": lambda i: [f"r-{i['InstanceId'][2:]}"],
    "subnet-id": lambda i: [i["SubnetId"]] if states.name(i) != "terminated" else [],
    "vpc-id": lambda i: [i["VpcId"]] if states.name(i) != "terminated" else [],
}


def matches(instance: states.Instance, wanted: dict[str, list[str]]) -> bool:
    """Whether `instance` passes every filter of DescribeInstances; Refused for one that is not known here."""
    if not ec2._resource_matches_tag_filters(instance["InstanceId"], wanted):
        return False
    for name, patterns in wanted.items():
        if name.startswith("tag:") or name in ("tag-key", "tag-value"):
            continue
        if name not in _FILTERS:
            raise Refused("InvalidParameterValue", f"The filter '{name}' is invalid")
        if not any(
            fnmatch.fnmatchcase(value, pattern) for value in _FILTERS[name](instance) for pattern in patterns
        ):
            return False
    return True


def describe(parameters: Parameters) -> Response:
    """DescribeInstances in pages by id, so that one is right even when instances come and go between two."""
    retention.clean()
    ids = listed(parameters, "InstanceId")
    if ids and first(parameters, "MaxResults"):
        raise Refused(
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        )
    size = number(parameters, "MaxResults", MOST)
    if not 5 <= size <= MOST:
        raise Refused(
            "InvalidParameterValue",
            f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value between 5 and {MOST}.",
        )
    wanted = filters(parameters)
    after = _decode(first(parameters, "NextToken"))
    found = [
        instance
        for instance in _candidates(ids, wanted)
        if instance["InstanceId"] > after and matches(instance, wanted) and not _is_unseen(instance)
    ]
    found.sort(key=lambda instance: instance["InstanceId"])
    page = found[:size]
    items = "".join(
        f"<item><reservationId>r-{instance['InstanceId'][2:]}</reservationId><ownerId>{settings.account}</ownerId>"
        f"<groupSet/><instancesSet>{ec2._instance_xml(instance)}</instancesSet></item>"
        for instance in page
    )
    more = f"<nextToken>{_encode(page[-1]['InstanceId'])}</nextToken>" if len(found) > size else ""
    return ec2._xml(200, "DescribeInstancesResponse", f"<reservationSet>{items}</reservationSet>{more}")


def _is_unseen(instance: states.Instance) -> bool:
    """Whether EC2 does not show an instance yet: "Eventual consistency in the Amazon EC2 API"."""
    if settings.lag_seconds == 0:
        return False
    launched = datetime.fromisoformat(instance["LaunchTime"].replace("Z", "+00:00")).timestamp()
    return time.time() - launched < settings.lag_seconds


def _candidates(ids: list[str], wanted: dict[str, list[str]]) -> list[states.Instance]:
    """The records that a filter has to look at: of a thousand, ten when it names ten."""
    named = wanted.get("instance-id")
    if ids or not named or any(re.search(r"[*?[]", pattern) for pattern in named):
        return _named(ids)
    return [ec2._instances[instance_id] for instance_id in set(named) if instance_id in ec2._instances]


def _named(ids: list[str]) -> list[states.Instance]:
    for instance_id in ids:
        if not re.fullmatch(r"i-([0-9a-f]{8}|[0-9a-f]{17})", instance_id):
            raise Refused("InvalidInstanceID.Malformed", f'Invalid id: "{instance_id}"')
    unknown = [
        instance_id
        for instance_id in ids
        if instance_id not in ec2._instances or _is_unseen(ec2._instances[instance_id])
    ]
    if unknown:
        kind = "ID" if len(unknown) == 1 else "IDs"
        raise Refused(
            "InvalidInstanceID.NotFound",
            f"The instance {kind} '{', '.join(unknown)}' do{'es' if kind == 'ID' else ''} not exist",
        )
    return [ec2._instances[instance_id] for instance_id in ids] if ids else ec2._instances.values()


def _encode(instance_id: str) -> str:
    return base64.urlsafe_b64encode(instance_id.encode()).decode()


def _decode(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise Refused("InvalidNextToken", f"The token '{token}' is invalid") from error
