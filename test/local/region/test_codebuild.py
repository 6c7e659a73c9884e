"""CodeBuild: builds run, fail, stop, time out, wait their turn, and act as their role."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from conftest import Region, wait_for
from roles import allow, arn, make_role

from region.codebuild.buildspec import InvalidBuildspec, parse

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


def test_a_build_runs_its_phases_with_exports_and_folder_carried_on(region: Region) -> None:
    project = Project(
        region,
        """
version: 0.2
env:
  variables: {GREETING: hello}
  exported-variables: [ANSWER, NEVER_SET]
phases:
  install: {commands: ["export ANSWER='fourty two'", "mkdir -p deep", "cd deep"]}
  build:
    commands:
      - |
        echo "$GREETING from $(basename "$PWD")"
        echo to stderr >&2
  post_build: {commands: ['echo "$ANSWER, succeeding $CODEBUILD_BUILD_SUCCEEDING"']}
""",
    )
    build = project.run()
    assert build["buildStatus"] == "SUCCEEDED"
    assert [phase["phaseType"] for phase in build["phases"]] == [
        "SUBMITTED",
        "QUEUED",
        "PROVISIONING",
        "DOWNLOAD_SOURCE",
        "INSTALL",
        "PRE_BUILD",
        "BUILD",
        "POST_BUILD",
        "UPLOAD_ARTIFACTS",
        "FINALIZING",
        "COMPLETED",
    ]
    assert build["exportedEnvironmentVariables"] == [{"name": "ANSWER", "value": "fourty two"}]
    log = project.log(build)
    assert "hello from deep\nto stderr" in log
    assert "fourty two, succeeding 1" in log
    assert folders(region) == []


def test_a_failed_build_still_runs_post_build_and_finally(region: Region) -> None:
    project = Project(
        region,
        """
version: 0.2
phases:
  build: {commands: ["sh -c 'exit 7'", echo unreached], finally: [echo cleaned]}
  post_build: {commands: ["echo succeeding $CODEBUILD_BUILD_SUCCEEDING"]}
""",
    )
    build = project.run()
    assert build["buildStatus"] == "FAILED"
    assert phases(build)["BUILD"] == "FAILED" and phases(build)["POST_BUILD"] == "SUCCEEDED"
    [failed] = [phase for phase in build["phases"] if phase["phaseType"] == "BUILD"]
    assert failed["contexts"] == [
        {
            "statusCode": "COMMAND_EXECUTION_ERROR",
            "message": "Error while executing command: sh -c 'exit 7'. Reason: exit status 7",
        }
    ]
    log = project.log(build)
    assert (
        "cleaned" in log and "succeeding 0" in log and "unreached" not in log.replace("Running command", "")
    )


def test_a_failed_install_skips_the_build(region: Region) -> None:
    build = Project(
        region,
        """
version: 0.2
phases:
  install: {commands: ["false"]}
  build: {commands: ["true"]}
""",
    ).run()
    assert phases(build)["INSTALL"] == "FAILED" and "BUILD" not in phases(build)


def test_a_phase_may_fail_when_it_says_so(region: Region) -> None:
    build = Project(
        region,
        """
version: 0.2
phases:
  install: {on-failure: CONTINUE, commands: ["false"]}
  build: {commands: ["true"]}
""",
    ).run()
    assert build["buildStatus"] == "SUCCEEDED" and phases(build)["INSTALL"] == "FAILED"


def test_an_override_beats_the_project_and_the_project_beats_the_buildspec(region: Region) -> None:
    project = Project(
        region,
        "version: 0.2\nenv: {variables: {A: spec, B: spec, C: spec}}\n"
        "phases: {build: {commands: ['echo $A $B $C']}}\n",
        variables=[{"name": "B", "value": "project"}, {"name": "C", "value": "project"}],
    )
    build = project.run(environmentVariablesOverride=[{"name": "C", "value": "call"}])
    assert "spec project call" in project.log(build)


def test_a_parameter_becomes_a_variable_only_when_the_role_may_read_it(region: Region) -> None:
    region.client("ssm").put_parameter(
        Name="/build/secret", Value="s3cret", Type="SecureString", Overwrite=True
    )
    spec = (
        "version: 0.2\nenv: {parameter-store: {SECRET: /build/secret}}\n"
        "phases: {build: {commands: ['echo $SECRET']}}\n"
    )
    parameter = arn("ssm", "parameter/build/secret")
    allowed = Project(region, spec, LOGS, allow("ssm:GetParameters", parameter))
    assert "s3cret" in allowed.log(allowed.run())
    denied = Project(region, spec).run()
    assert phases(denied)["DOWNLOAD_SOURCE"] == "FAILED"
    [download] = [phase for phase in denied["phases"] if phase["phaseType"] == "DOWNLOAD_SOURCE"]
    assert f"ssm:GetParameters on resource: {parameter}" in download["contexts"][0]["message"]


def test_a_build_acts_as_its_role_and_its_credentials_end_with_it(region: Region) -> None:
    project = Project(
        region,
        """
version: 0.2
env: {exported-variables: [KEY, SECRET, TOKEN]}
phases:
  build:
    commands:
      - export KEY=$AWS_ACCESS_KEY_ID SECRET=$AWS_SECRET_ACCESS_KEY TOKEN=$AWS_SESSION_TOKEN
      - sleep 1
""",
    )
    build = project.run()
    keys = {item["name"]: item["value"] for item in build["exportedEnvironmentVariables"]}
    assert keys["KEY"].startswith("ASIA")
    with pytest.raises(Exception, match=r"security token|InvalidClientTokenId|not valid|invalid"):
        region.client("sts", keys["KEY"], keys["SECRET"], keys["TOKEN"]).get_caller_identity()


def test_the_environment_holds_nothing_of_the_developer(region: Region) -> None:
    project = Project(region, "version: 0.2\nphases: {build: {commands: [env]}}\n")
    log = project.log(project.run())
    names = {line.split("=", 1)[0] for line in log.splitlines() if "=" in line and not line.startswith("[")}
    assert {
        "HOME",
        "PATH",
        "GOCACHE",
        "AWS_ENDPOINT_URL",
        "NANOFLEET_SNAPSHOTS",
        "CODEBUILD_BUILD_ID",
    } <= names
    assert not {"PYTHONPATH", "NANOFLEET_STATE", "USER", "SSH_AUTH_SOCK"} & names
    assert f"HOME={region.state}/builds/" in log


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


def test_a_role_that_may_not_write_logs_fails_the_build(region: Region) -> None:
    project = Project(region, "version: 0.2\nphases: {build: {commands: ['true']}}\n", allow("s3:GetObject"))
    build = project.run()
    assert phases(build)["PROVISIONING"] == "FAILED" and build["buildStatus"] == "FAILED"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version: 0.1\nphases: {build: {}}", "version is 0.1"),
        ("version: 0.2\nphases: {}", "phases is empty"),
        ("version: 0.2\nphases: {compile: {}}", "unknown key 'compile'"),
        ("version: 0.2\nphases: {build: {commands: [{a: b}]}}", "quote it"),
        ("version: 0.2\nphases: {build: {on-failure: RETRY}}", "on-failure: 'RETRY'"),
        ("version: 0.2\nenv: {shell: zsh}\nphases: {build: {}}", "env.shell: 'zsh'"),
        ("version: 0.2\nenv: {secrets-manager: {A: b}}\nphases: {build: {}}", "no Secrets Manager"),
        ("version: [", "not valid YAML"),
    ],
)
def test_a_wrong_buildspec_is_refused_with_the_place(text: str, problem: str) -> None:
    with pytest.raises(InvalidBuildspec, match=problem.replace("[", r"\[")):
        parse(text)
