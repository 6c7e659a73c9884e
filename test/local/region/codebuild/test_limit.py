"""CodeBuild of an account that may run one build at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from projects import Project
from regions import Region
from state_machines import Machines

REFUSED = "Cannot have more than 1 builds in queue for the account"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    running = Region(tmp_path_factory.mktemp("one-build"), {"NANOFLEET_QUOTAS": "L-2DC20C30=1"})
    running.start()
    yield running
    running.stop()


def test_a_second_build_is_refused_until_the_first_has_ended(small: Region) -> None:
    project = Project(small, "version: 0.2\nphases: {build: {commands: [sleep 0.5]}}\n")
    first = project.start()
    with pytest.raises(ClientError, match=REFUSED) as told:
        project.start()
    assert told.value.response["Error"]["Code"] == "AccountLimitExceededException"
    project.end(first)
    assert project.end(project.start())["buildStatus"] == "SUCCEEDED"


def test_a_workflow_that_tries_again_builds_everything_one_after_the_other(small: Region) -> None:
    project = Project(small, "version: 0.2\nphases: {build: {commands: [sleep 0.3]}}\n")
    machines = Machines(small)

    def build(patience: dict[str, Any]) -> dict[str, Any]:
        machine = machines.task("codebuild:startBuild.sync", {"ProjectName": project.name}, **patience)
        started = [machines.start(machine) for _ in range(4)]
        ends = [machines.end(one) for one in started]
        return {one["status"]: one.get("error") for one in ends}

    again = {
        "ErrorEquals": ["CodeBuild.AccountLimitExceededException"],
        "IntervalSeconds": 1,
        "MaxAttempts": 30,
        "BackoffRate": 1,
    }
    assert build({"Retry": [again]}) == {"SUCCEEDED": None}
    assert build({})["FAILED"] == "CodeBuild.AccountLimitExceededException"
