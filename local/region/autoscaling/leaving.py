"""How a member begins to leave its group: out of the load balancers, into its terminating hooks."""

from __future__ import annotations

from region.autoscaling import activities, lifecycle
from region.autoscaling.groups import Group, Member
from region.elb import targets


def begin_termination(group: Group, member: Member, cause: str, with_hooks: bool = True) -> str:
    """Takes a member out of service and returns the id of the activity that follows it to its end."""
    instance_id = member["InstanceId"]
    details = {"Subnet ID": member.get("SubnetId", ""), "Availability Zone": member["AvailabilityZone"]}
    pending = member["LifecycleState"].startswith("Pending")
    if pending and activities.is_open(group, member["_activity"]):
        activities.finish(
            group, member["_activity"], "Cancelled", f"{instance_id} was terminated before it served"
        )
    member["_activity"] = activities.start(group, f"Terminating EC2 instance: {instance_id}", cause, details)
    member["LifecycleState"] = "Terminating"
    lifecycle.clear(member)
    for arn in group.get("TargetGroupARNs", []):
        targets.deregister(arn, instance_id, at_once=not with_hooks)
    if not with_hooks or pending:
        member["LifecycleState"] = "Terminating:Proceed"
    return member["_activity"]
