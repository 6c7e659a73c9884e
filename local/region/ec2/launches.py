"""RunInstances and CreateFleet.

For the other rooms:

    run_instances({"ImageId": …, "SubnetId": …, "LaunchTemplate.LaunchTemplateId": …}) -> instance records

It takes the parameters of EC2's Query API and raises query.Refused where EC2 refuses.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import ec2
from region.base.settings import current as settings
from region.ec2 import run_request, templates
from region.instances import records, states
from region.instances.addresses import Allocator, SubnetFull
from region.instances.query import Parameters, Refused, Response, answering, truth
from region.machines import lives

EC2 = "ministack.services.ec2"

contract.expect(
    EC2,
    "_launch_instances_internal",
    "(image_id, instance_type, subnet_id, count, key_name='', user_data='', sg_ids=None, "
    "requested_private_ip=None, iam_profile=None)",
)
contract.expect(EC2, "_instance_xml", "(inst)")
contract.expect(EC2, "_xml", "(status, root_tag, inner)")
contract.expect_entry(EC2, "_ACTION_MAP", "RunInstances", "(p)")
contract.expect_entry(EC2, "_ACTION_MAP", "CreateFleet", "(p)")

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
    _base_run = patch.entry(EC2, "_ACTION_MAP", "RunInstances", answering(_run))
    patch.wrap_entry(EC2, "_ACTION_MAP", "CreateFleet", answering(_fleet))
