"""The actions that move an instance through its states.

For the other rooms:

    terminate_instances(["i-…"], reason=("Server.…", "text")) -> instance records

It raises query.Refused where EC2 refuses.
"""

from __future__ import annotations

from typing import Any

from region.base import contract, patch
from region.base.emulator import ec2
from region.ec2 import describing
from region.instances import states
from region.instances.query import Parameters, Refused, Response, answering, listed
from region.instances.records import require
from region.machines import lives, retention

EC2 = "ministack.services.ec2"

contract.expect(EC2, "_docker_touched", "()")
contract.expect(EC2, "_cleanup_terminated", "()")
contract.expect(EC2, "_instance_xml", "(inst)")
contract.expect(EC2, "_matches_filters", "(inst, filters)")
contract.expect(EC2, "_xml", "(status, root_tag, inner)")
for _action in (
    "TerminateInstances",
    "StopInstances",
    "StartInstances",
    "RebootInstances",
    "DescribeInstances",
):
    contract.expect_entry(EC2, "_ACTION_MAP", _action, "(p)")


def terminate_instances(
    instance_ids: list[str], reason: tuple[str, str] | None = None
) -> list[tuple[states.Instance, dict[str, Any]]]:
    """Terminates as TerminateInstances does: (record, state before) of each; Refused when one is unknown."""
    found = [require(instance_id) for instance_id in instance_ids]
    for instance in found:
        if instance.get("DisableApiTermination"):
            raise Refused(
                "OperationNotPermitted",
                f"The instance '{instance['InstanceId']}' may not be terminated. Modify its "
                "'disableApiTermination' instance attribute and try again.",
            )
    because = reason or ("Client.UserInitiatedShutdown", "User initiated shutdown")
    return [_leave(instance, "terminated", because) for instance in found]


def _terminate(parameters: Parameters) -> Response:
    return _changes("TerminateInstancesResponse", terminate_instances(listed(parameters, "InstanceId")))


def _stop(parameters: Parameters) -> Response:
    found = [require(instance_id) for instance_id in listed(parameters, "InstanceId")]
    for instance in found:
        _require_state(instance, "stopped", ("pending", "running", "stopping", "stopped"))
    because = ("Client.UserInitiatedShutdown", "User initiated shutdown")
    return _changes("StopInstancesResponse", [_leave(instance, "stopped", because) for instance in found])


def _start(parameters: Parameters) -> Response:
    found = [require(instance_id) for instance_id in listed(parameters, "InstanceId")]
    for instance in found:
        _require_state(instance, "started", ("stopped", "running", "pending"))
    changes = []
    for instance in found:
        before = dict(instance["State"])
        if states.name(instance) == "stopped":
            states.change(instance, "pending")
            lives.boot(instance)
        changes.append((instance, before))
    return _changes("StartInstancesResponse", changes)


def _reboot(parameters: Parameters) -> Response:
    for instance in [require(instance_id) for instance_id in listed(parameters, "InstanceId")]:
        if states.name(instance) == "running":
            lives.reboot(instance)
    return ec2._xml(200, "RebootInstancesResponse", "<return>true</return>")


def _leave(
    instance: states.Instance, end: str, reason: tuple[str, str]
) -> tuple[states.Instance, dict[str, Any]]:
    """Sends `instance` on its way to `stopped` or `terminated`; (record, state before)."""
    passing = {"stopped": "stopping", "terminated": "shutting-down"}[end]
    with states.lock:
        before = dict(instance["State"])
        at_rest = {"stopped": ("stopped", "stopping"), "terminated": ("terminated", "shutting-down")}[end]
        if states.name(instance) not in at_rest:
            states.change(instance, passing, reason)
            lives.end(instance, end, reason)
    return instance, before


def _changes(root: str, changes: list[tuple[states.Instance, dict[str, Any]]]) -> Response:
    def state(tag: str, value: dict[str, Any]) -> str:
        return f"<{tag}><code>{value['Code']}</code><name>{value['Name']}</name></{tag}>"

    items = "".join(
        f"<item><instanceId>{instance['InstanceId']}</instanceId>"
        f"{state('previousState', before)}{state('currentState', instance['State'])}</item>"
        for instance, before in changes
    )
    return ec2._xml(200, root, f"<instancesSet>{items}</instancesSet>")


def _require_state(instance: states.Instance, wanted: str, allowed: tuple[str, ...]) -> None:
    if states.name(instance) not in allowed:
        raise Refused(
            "IncorrectInstanceState",
            f"The instance '{instance['InstanceId']}' is not in a state from which it can be {wanted}.",
        )


def install() -> None:
    patch.replace(EC2, "_docker_touched", lambda: False)
    patch.replace(EC2, "_cleanup_terminated", retention.clean)
    patch.wrap(EC2, "_instance_xml", describing.xml)
    patch.replace(EC2, "_matches_filters", describing.matches)
    for action, function in (
        ("TerminateInstances", _terminate),
        ("StopInstances", _stop),
        ("StartInstances", _start),
        ("RebootInstances", _reboot),
        ("DescribeInstances", describing.describe),
    ):
        patch.entry(EC2, "_ACTION_MAP", action, answering(function))
