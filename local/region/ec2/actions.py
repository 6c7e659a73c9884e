"""RunInstances and the actions that move an instance through its states.

For the other modules of the region:

    run_instances({"ImageId": …, "SubnetId": …, "LaunchTemplate.LaunchTemplateId": …}) -> instance records
    terminate_instances(["i-…"], reason=("Server.…", "text")) -> instance records
    find("i-…") -> record or None

Both take the parameters of EC2's Query API and raise query.Refused where EC2 refuses.
"""

from __future__ import annotations

import contextvars
import re
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import ec2
from region.base.settings import current as settings
from region.ec2 import describing, run_request, templates
from region.instances import records, states
from region.instances.addresses import Allocator, SubnetFull
from region.instances.query import Parameters, Refused, Response, answering, listed, truth
from region.machines import lives, retention

EC2 = "ministack.services.ec2"

contract.expect(
    EC2,
    "_launch_instances_internal",
    "(image_id, instance_type, subnet_id, count, key_name='', user_data='', sg_ids=None, "
    "requested_private_ip=None, iam_profile=None)",
)
contract.expect(EC2, "_docker_touched", "()")
contract.expect(EC2, "_cleanup_terminated", "()")
contract.expect(EC2, "_instance_xml", "(inst)")
contract.expect(EC2, "_matches_filters", "(inst, filters)")
contract.expect(EC2, "_xml", "(status, root_tag, inner)")
contract.expect(EC2, "_instances")
for _action in (
    "RunInstances",
    "CreateFleet",
    "TerminateInstances",
    "StopInstances",
    "StartInstances",
    "RebootInstances",
    "DescribeInstances",
):
    contract.expect_entry(EC2, "_ACTION_MAP", _action, "(p)")

# Launched by the request that is being served, announced once their tags are there.
_launched: contextvars.ContextVar[list[states.Instance] | None] = contextvars.ContextVar(
    "launched", default=None
)
_allocator: Allocator | None = None
_base_run: Callable[[Parameters], Response] | None = None


def run_instances(parameters: Parameters) -> list[states.Instance]:
    """Launches like RunInstances and returns the records; raises Refused where EC2 refuses."""
    merged = templates.merge(parameters)
    if truth(merged, "DryRun"):
        raise Refused("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
    digest = run_request.digest_of(merged)
    repeated = run_request.repeated(merged, digest)
    if repeated:
        return repeated
    run_request.check(merged)
    launched: list[states.Instance] = []
    token = _launched.set(launched)
    try:
        status, _, body = _base_run(run_request.normalised(merged))  # type: ignore[misc]
    finally:
        _launched.reset(token)
    if status != 200:
        raise run_request.refusal_in(body, status)
    for index, instance in enumerate(launched):
        instance["AmiLaunchIndex"] = index
        run_request.apply(instance, merged, digest)
    _begin(launched)
    return launched


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


def find(instance_id: str) -> states.Instance | None:
    return ec2._instances.get(instance_id)


def _run(parameters: Parameters) -> Response:
    launched = run_instances(parameters)
    items = "".join(ec2._instance_xml(instance) for instance in launched)
    return ec2._xml(
        200,
        "RunInstancesResponse",
        (
            f"<reservationId>r-{launched[0]['InstanceId'][2:]}</reservationId><ownerId>{settings.account}</ownerId>"
            f"<groupSet/><instancesSet>{items}</instancesSet>"
        ),
    )


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


def require(instance_id: str) -> states.Instance:
    instance = find(instance_id)
    if instance is None:
        if not re.fullmatch(r"i-([0-9a-f]{8}|[0-9a-f]{17})", instance_id):
            raise Refused("InvalidInstanceID.Malformed", f'Invalid id: "{instance_id}"')
        raise Refused("InvalidInstanceID.NotFound", f"The instance ID '{instance_id}' does not exist")
    return instance


def _require_state(instance: states.Instance, wanted: str, allowed: tuple[str, ...]) -> None:
    if states.name(instance) not in allowed:
        raise Refused(
            "IncorrectInstanceState",
            f"The instance '{instance['InstanceId']}' is not in a state from which it can be {wanted}.",
        )


def _launch(
    original: Callable[..., list[states.Instance]], *args: Any, **kwargs: Any
) -> list[states.Instance]:
    """The emulator's records, put into their subnet and into `pending`."""
    created = original(*args, **kwargs)
    for instance in created:
        try:
            records.settle(instance, _allocator, kwargs.get("requested_private_ip"))  # type: ignore[arg-type]
        except (SubnetFull, Refused) as error:
            for record in created:
                records.forget(record)
            if isinstance(error, Refused):
                raise
            raise Refused("InsufficientFreeAddressesInSubnet", str(error)) from error
    launched = _launched.get()
    if launched is None:
        _begin(created)
    else:
        launched += created
    return created


def _fleet(original: Callable[[Parameters], Response], parameters: Parameters) -> Response:
    launched: list[states.Instance] = []
    token = _launched.set(launched)
    try:
        return original(parameters)
    finally:
        _launched.reset(token)
        _begin(launched)


def _begin(launched: list[states.Instance]) -> None:
    """Announces `pending`, tags and all being there, and boots."""
    for instance in launched:
        states.announce(instance)
        lives.boot(instance)


def install() -> None:
    global _allocator, _base_run
    _allocator = Allocator(settings.emulator / "addresses.json")
    patch.wrap(EC2, "_launch_instances_internal", _launch)
    patch.replace(EC2, "_docker_touched", lambda: False)
    patch.replace(EC2, "_cleanup_terminated", retention.clean)
    patch.wrap(EC2, "_instance_xml", describing.xml)
    patch.replace(EC2, "_matches_filters", describing.matches)
    _base_run = patch.entry(EC2, "_ACTION_MAP", "RunInstances", answering(_run))
    patch.wrap_entry(EC2, "_ACTION_MAP", "CreateFleet", answering(_fleet))
    for action, function in (
        ("TerminateInstances", _terminate),
        ("StopInstances", _stop),
        ("StartInstances", _start),
        ("RebootInstances", _reboot),
        ("DescribeInstances", describing.describe),
    ):
        patch.entry(EC2, "_ACTION_MAP", action, answering(function))
