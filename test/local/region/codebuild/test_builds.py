"""CodeBuild: builds run, fail, and act as their role."""

from __future__ import annotations

import pytest
from projects import LOGS, Project, folders, phases
from regions import Region
from roles import allow, arn


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


def test_a_role_that_may_not_write_logs_fails_the_build(region: Region) -> None:
    project = Project(region, "version: 0.2\nphases: {build: {commands: ['true']}}\n", allow("s3:GetObject"))
    build = project.run()
    assert phases(build)["PROVISIONING"] == "FAILED" and build["buildStatus"] == "FAILED"
