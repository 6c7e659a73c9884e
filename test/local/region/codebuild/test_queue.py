"""CodeBuild: builds wait their turn, are stopped, tell their states."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from projects import Project, folders, phases
from regions import Region
from waiting import wait_for


def test_stop_build_ends_the_build_with_all_its_processes(region: Region) -> None:
    marker = f"86400.{int(time.time())}"
    project = Project(
        region, f"version: 0.2\nphases: {{build: {{commands: ['sleep {marker} & sleep {marker}']}}}}\n"
    )
    build = project.start()
    wait_for("the build does not run", lambda: project.get(build)["currentPhase"] == "BUILD")
    answer = project.client.stop_build(id=build)["build"]
    assert answer["buildStatus"] == "STOPPED"
    assert phases(project.end(build))["BUILD"] == "STOPPED"
    assert not running(marker) and folders(region) == []


def running(argument: str) -> bool:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if argument.encode() in path.read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False


def test_two_builds_run_and_the_third_waits_in_the_queue(region: Region) -> None:
    project = Project(region, "version: 0.2\nphases: {build: {commands: [sleep 1.5]}}\n")
    builds = [project.start() for _ in range(3)]
    wait_for(
        "two builds do not run", lambda: [project.get(b)["currentPhase"] for b in builds[:2]] == ["BUILD"] * 2
    )
    assert project.get(builds[2])["currentPhase"] == "QUEUED"
    project.client.stop_build(id=builds[0])
    wait_for("the third does not start", lambda: project.get(builds[2])["currentPhase"] == "BUILD")
    assert [project.end(b)["buildStatus"] for b in builds] == ["STOPPED", "SUCCEEDED", "SUCCEEDED"]


def test_a_queued_build_that_is_stopped_never_starts(region: Region) -> None:
    project = Project(region, "version: 0.2\nphases: {build: {commands: [sleep 1]}}\n")
    builds = [project.start() for _ in range(3)]
    assert project.client.stop_build(id=builds[2])["build"]["buildStatus"] == "STOPPED"
    assert "BUILD" not in phases(project.end(builds[2]))
    assert [project.end(b)["buildStatus"] for b in builds[:2]] == ["SUCCEEDED"] * 2


def test_a_build_that_is_stopped_while_it_is_prepared_is_stopped(region: Region) -> None:
    project = Project(region, "version: 0.2\nphases: {build: {commands: [sleep 5]}}\n")
    for _ in range(15):
        build = project.start()
        project.client.stop_build(id=build)
        assert project.end(build)["buildStatus"] == "STOPPED"


def test_states_and_phases_are_events(region: Region) -> None:
    inbox = region.inbox({"source": ["aws.codebuild"]})
    project = Project(region, "version: 0.2\nphases: {build: {commands: ['true']}}\n")
    build = project.run()

    def own(kind: str) -> list[dict[str, Any]]:
        return [
            e["detail"]
            for e in inbox.fetch()
            if e["detail-type"] == kind and e["detail"]["build-id"] == build["arn"]
        ]

    wait_for(
        "no last state",
        lambda: (
            [d["build-status"] for d in own("CodeBuild Build State Change")] == ["IN_PROGRESS", "SUCCEEDED"]
        ),
    )
    completed = [detail["completed-phase"] for detail in own("CodeBuild Build Phase Change")]
    assert completed[0] == "QUEUED" and "BUILD" in completed and completed[-1] == "FINALIZING"
    last = own("CodeBuild Build State Change")[-1]
    assert last["project-name"] == project.name and last["additional-information"]["build-complete"] is True


def test_the_same_token_starts_one_build(region: Region) -> None:
    project = Project(region, "version: 0.2\nphases: {build: {commands: ['true']}}\n")
    assert project.start(idempotencyToken="once") == project.start(idempotencyToken="once")
