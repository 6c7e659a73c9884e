"""Builds that the end of the region cut short: at fault, as those whose host was lost."""

from __future__ import annotations

from region.base import contract
from region.base.emulator import codebuild, ec2
from region.codebuild import record
from region.durable import restoring

contract.expect("ministack.services.codebuild", "_builds")
contract.expect("ministack.services.ec2", "_volumes")
contract.expect("ministack.services.ec2", "_tags")

# The mark of what a build makes: docs/architecture.md, "Names and tags".
_OURS = {"Key": "CreatedBy", "Value": "ops"}


def recover() -> None:
    """At the start: ends the builds, and removes the volumes that one of them had made and not yet removed.

    Snapshots and images stay: who cleans up images knows them.
    """
    cut_short = [build for build in codebuild._builds.all_values() if not build.get("buildComplete")]
    for build in cut_short:
        record.finish(build, "FAULT")
        restoring.say(f"build {build['id']} was running: FAULT")
    if cut_short:
        _remove_volumes()


def _remove_volumes() -> None:
    for (account, region, volume_id), volume in list(ec2._volumes.all_items()):
        tags = ec2._tags.get_scoped(account, region, volume_id) or []
        if volume.get("Attachments") or _OURS not in tags:
            continue
        ec2._volumes.pop_scoped(account, region, volume_id)
        ec2._tags.pop_scoped(account, region, volume_id)
        restoring.say(f"volume {volume_id} of a build that was cut short: removed")
