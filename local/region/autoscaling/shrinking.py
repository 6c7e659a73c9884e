"""Scale-in: which members end when a group has more than it wants."""

from __future__ import annotations

from collections import Counter

from region.autoscaling import leaving, rebalancing
from region.autoscaling.groups import Group, Member, deleting, moment, staying, suspended


def shrink(group: Group) -> None:
    """Takes the surplus out of service."""
    surplus = len(staying(group)) - group["DesiredCapacity"] - rebalancing.extra(group)
    if surplus <= 0 or (suspended(group, "Terminate") and not deleting(group)):
        return
    before = len(staying(group))
    for number in range(surplus):
        member = choose_to_end(group)
        if member is None:
            return
        change = f"shrinking the capacity from {before - number} to {before - number - 1}"
        taken = f"At {moment()} an instance was taken out of service in response to a difference"
        cause = f"{group.get('_request', '')} {taken} between desired and actual capacity, {change}.".strip()
        leaving.begin_termination(group, member, cause, with_hooks=not group.get("_force_delete"))


def choose_to_end(group: Group) -> Member | None:
    """The member that scale-in ends next, as "Default termination policy" says.

    In the zones that hold the most: the oldest launch template version first, then the oldest instance.
    """
    candidates = [one for one in staying(group) if deleting(group) or not one.get("ProtectedFromScaleIn")]
    if not candidates:
        return None
    # Instances that do not serve yet go before those that do.
    early = [one for one in candidates if one["LifecycleState"] != "InService"]
    pool = early or candidates
    sizes = Counter(one["AvailabilityZone"] for one in staying(group))
    fullest = max(sizes[one["AvailabilityZone"]] for one in pool)
    pool = [one for one in pool if sizes[one["AvailabilityZone"]] == fullest]
    policies = group.get("TerminationPolicies") or ["Default"]
    newest_first = "NewestInstance" in policies
    by_age = "OldestInstance" in policies or newest_first

    def rank(member: Member) -> tuple[float, float]:
        version = 0.0 if by_age else float((member.get("LaunchTemplate") or {}).get("Version") or 0)
        return version, -member["_launched"] if newest_first else member["_launched"]

    return min(pool, key=rank)
