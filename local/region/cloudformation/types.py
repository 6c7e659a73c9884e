"""CloudFormation: the resource types the emulator lacks, and those it leaves half done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import provisioners
from region.cloudformation import (
    authorities,
    balancers,
    bounded_roles,
    buckets,
    change_sets,
    cleaning,
    described_types,
    early_validation,
    groups,
    guarded_balancers,
    interrupted,
    kafka,
    listing,
    names,
    network,
    replacement,
    retyped,
    schedules,
    security_rules,
    service_role,
    settling,
    stack_policies,
    stored_values,
    tables,
    taken,
    taken_up,
    typed_values,
    unchanged,
)
from region.cloudformation.resource import PROVISIONERS

STACKS = "ministack.services.cloudformation.stacks"
contract.expect(PROVISIONERS, "_RESOURCE_HANDLERS")
CHANGE_SETS = "ministack.services.cloudformation.changesets"
contract.expect(STACKS, "_runs_on_worker_thread", "(resource_type)")
contract.expect(CHANGE_SETS, "_IMPORT_LOOKUPS")
contract.expect(PROVISIONERS, "_STACK_TAG_PROPERTY")

WAITING = {
    groups.GROUP,
    kafka.CLUSTER,
    authorities.AUTHORITY,
    authorities.CERTIFICATE,
    authorities.ACTIVATION,
}


def _hook_row(resource_type: str, verb: str, name: str, around: Callable[..., Any]) -> None:
    """Wraps a handler in both its places: as a function that others call, and in its type's row."""
    patch.wrap(PROVISIONERS, name, around)
    provisioners._RESOURCE_HANDLERS[resource_type][verb] = getattr(provisioners, name)


def _waits(original: Callable[[str], bool], resource_type: str) -> bool:
    """What waits for processes must not hold up the event loop."""
    return resource_type in WAITING or original(resource_type)


def _found(problem: Callable[[str, str], str | None], kind: str) -> Callable[..., str | None]:
    return lambda *identifier: problem(kind, str(identifier[-1]))


def install() -> None:
    listing.install()
    described_types.install()
    replacement.install()
    change_sets.install()
    retyped.install()
    cleaning.install()
    stored_values.install()
    typed_values.install()
    own = {
        **network.rows(),
        **security_rules.rows(),
        **guarded_balancers.rows(),
        **bounded_roles.rows(),
        **authorities.rows(),
        **kafka.rows(),
    }
    for resource_type, row in own.items():
        patch.entry(PROVISIONERS, "_RESOURCE_HANDLERS", resource_type, row)
    for resource_type, verb, name, around in (
        *groups.HOOKS,
        *balancers.HOOKS,
        *bounded_roles.HOOKS,
        *buckets.HOOKS,
        *guarded_balancers.HOOKS,
        *tables.HOOKS,
        *taken.HOOKS,
        *names.HOOKS,
        *schedules.HOOKS,
    ):
        _hook_row(resource_type, verb, name, around)
    patch.wrap(PROVISIONERS, "_elbv2_listener_actions", balancers.listener_actions)
    patch.wrap(STACKS, "_runs_on_worker_thread", _waits)
    for kind, key, problem in (
        (kafka.CLUSTER, ("Arn",), kafka.problem),
        (kafka.CONFIGURATION, ("Arn",), kafka.problem),
        (authorities.AUTHORITY, ("Arn",), authorities.problem),
        (authorities.CERTIFICATE, ("CertificateAuthorityArn", "Arn"), authorities.problem),
        (authorities.ACTIVATION, ("CertificateAuthorityArn",), authorities.problem),
    ):
        patch.entry(CHANGE_SETS, "_IMPORT_LOOKUPS", kind, (key, _found(problem, kind)))
    for kind, form in ((kafka.CLUSTER, "map"), (authorities.AUTHORITY, "list")):
        patch.entry(PROVISIONERS, "_STACK_TAG_PROPERTY", kind, ("Tags", form))
    taken_up.install()
    service_role.install()
    settling.install()
    unchanged.install()
    early_validation.install()
    stack_policies.install()
    # Last, so that whatever asks about a new resource knows its name.
    names.install()
    # The last, so that it is asked first.
    interrupted.install()
