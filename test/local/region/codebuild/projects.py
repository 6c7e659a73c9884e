"""Build projects for tests."""

from __future__ import annotations

import uuid
from typing import Any

from regions import Region
from roles import allow, make_role
from waiting import wait_for

LOGS = allow(["logs:CreateLogStream", "logs:PutLogEvents"])


class Project:
    """A project whose builds run the given buildspec."""

    def __init__(self, region: Region, buildspec: str, *statements: dict[str, Any], **details: Any) -> None:
        self.name = f"project-{uuid.uuid4().hex[:8]}"
        self.region = region
        self.client = region.client("codebuild")
        role = make_role(region, f"role-{self.name}", "codebuild", *(statements or (LOGS,)))
        self.client.create_project(
            name=self.name,
            serviceRole=role,
            source={"type": "NO_SOURCE", "buildspec": buildspec},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "none",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": details.pop("variables", []),
            },
            **details,
        )

    def start(self, **overrides: Any) -> str:
        return self.client.start_build(projectName=self.name, **overrides)["build"]["id"]

    def get(self, build: str) -> dict[str, Any]:
        return self.client.batch_get_builds(ids=[build])["builds"][0]

    def end(self, build: str) -> dict[str, Any]:
        return wait_for("the build goes on", lambda: (b := self.get(build))["buildComplete"] and b)

    def run(self, **overrides: Any) -> dict[str, Any]:
        return self.end(self.start(**overrides))

    def log(self, build: dict[str, Any]) -> str:
        events = self.region.client("logs").get_log_events(
            logGroupName=build["logs"]["groupName"], logStreamName=build["logs"]["streamName"]
        )["events"]
        return "\n".join(event["message"] for event in events)


def phases(build: dict[str, Any]) -> dict[str, str]:
    return {phase["phaseType"]: phase.get("phaseStatus", "") for phase in build["phases"]}


def folders(region: Region) -> list[str]:
    return [path.name for path in (region.state / "builds").glob("*")]
