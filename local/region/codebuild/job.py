"""The course of one build: its phases in CodeBuild's order, its folder, its environment, its end.

The order of phases and what a failure skips come from the AWS page "View build details: build phase
transitions".
"""

from __future__ import annotations

import logging
import threading
import uuid
from pathlib import Path
from typing import Any

from region.base import contract
from region.base.emulator import codebuild
from region.base.partition import ARN
from region.base.settings import current as settings
from region.codebuild import buildspec, inputs, record
from region.codebuild.buildspec import Buildspec, Phase
from region.codebuild.shell import BuildShell, PhaseFailure, end_group, remove_folder
from region.iam import roles

logger = logging.getLogger("region.codebuild")

contract.expect("ministack.services.codebuild", "_log_sink", "(build)")


def builds_folder() -> Path:
    return settings.state / "builds"


def sweep() -> None:
    """Removes the folders of builds that a crash of the region cut short; their processes died with it."""
    for folder in builds_folder().glob("*"):
        remove_folder(folder)


class BuildJob:
    """One build, from QUEUED to COMPLETED; `run` is called once, `stop` at any time by another thread."""

    def __init__(self, build: dict[str, Any]) -> None:
        self.build = build
        self._folder = builds_folder() / f"{build['id'].split(':', 1)[1]}-{uuid.uuid4().hex[:6]}"
        self._shell: BuildShell | None = None
        self._stopped = ""
        self._lock = threading.Lock()

    def run(self) -> None:
        """Runs the build to its end; whatever happens its folder and its credentials are gone afterwards."""
        emit = codebuild._log_sink(self.build)
        seconds = int(self.build["timeoutInMinutes"]) * 60
        clock = threading.Timer(seconds, self.stop, ["TIMED_OUT"])
        clock.daemon = True
        clock.start()
        credentials: dict[str, str] = {}
        try:
            credentials = roles.session(self.build["serviceRole"], self._session_name(), seconds + 60)
            failure = self._phases(emit, credentials)
        finally:
            clock.cancel()
            if credentials:
                roles.end_session(credentials)
            self._clean_up()
        record.finish(self.build, self._stopped or ("FAILED" if failure else "SUCCEEDED"))

    def stop(self, status: str) -> None:
        """Ends the build as `status`, STOPPED or TIMED_OUT; its commands are ended with their children."""
        with self._lock:
            self._stopped = self._stopped or status
            shell = self._shell
        if shell is not None:
            shell.end()

    def _phases(self, emit: Any, credentials: dict[str, str]) -> PhaseFailure | None:
        failure = self._step("PROVISIONING", self._provision)
        if failure:
            return self._report(emit, failure)
        prepared: list[tuple[Buildspec, dict[str, str]]] = []
        failure = self._step("DOWNLOAD_SOURCE", lambda: self._prepare(credentials, prepared))
        if failure:
            return self._report(emit, failure)
        if not prepared:  # stopped before it had its source
            return None
        spec, environment = prepared[0]
        with self._lock:
            self._shell = shell = BuildShell(self._folder, spec.shell, environment, emit)
        for name in ("install", "pre_build"):
            failure = self._command_phase(shell, spec, name, emit)
            if failure:
                return failure
        failure = self._command_phase(shell, spec, "build", emit)
        if failure:
            shell.set("CODEBUILD_BUILD_SUCCEEDING", "0")
        build_phase = spec.phases.get("build")
        if not (failure and build_phase and build_phase.abort_on_failure):
            failure = self._command_phase(shell, spec, "post_build", emit) or failure
        if self._stopped:
            return failure
        record.set_exported(self.build, shell.exported(spec.exported))
        failure = self._step("UPLOAD_ARTIFACTS", self._upload) or failure
        record.enter(self.build, "FINALIZING")
        record.leave(self.build, "SUCCEEDED")
        return failure

    def _provision(self) -> PhaseFailure | None:
        role = self.build["serviceRole"]
        if not roles.exists(role):
            return PhaseFailure("ACCESS_DENIED", f"Service role {role} does not exist")
        region, account = self.build["arn"].split(":")[3:5]
        logs = self.build["logs"]
        stream = (
            f"{ARN}:logs:{region}:{account}:log-group:{logs['groupName']}:log-stream:{logs['streamName']}"
        )
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            denial = roles.check(role, self._session_name(), action, stream)
            if denial is not None:
                return PhaseFailure(
                    "ACCESS_DENIED", f"Service role {role} does not allow to write logs: {denial}"
                )
        return None

    def _prepare(
        self, credentials: dict[str, str], prepared: list[tuple[Buildspec, dict[str, str]]]
    ) -> PhaseFailure | None:
        source = self._folder / "src"
        source.mkdir(parents=True)
        try:
            inputs.fetch_source(self.build, source, self._session_name())
            spec = buildspec.parse(inputs.buildspec_text(self.build, source))
            environment = inputs.environment(self.build, spec, self._folder, self._session_name())
        except (inputs.InputFailure, buildspec.InvalidBuildspec) as error:
            code = error.code if isinstance(error, inputs.InputFailure) else "YAML_FILE_ERROR"
            return PhaseFailure(code, str(error))
        prepared.append((spec, environment | credentials))
        return None

    def _command_phase(self, shell: BuildShell, spec: Buildspec, name: str, emit: Any) -> PhaseFailure | None:
        if self._stopped:
            return None
        phase = spec.phases.get(name) or Phase(name)
        emit(f"[Container] Entering phase {name.upper()}")
        failure = self._step(name.upper(), lambda: shell.run(phase))
        status = self.build["phases"][-1].get("phaseStatus", "")
        emit(f"[Container] Phase complete: {name.upper()} State: {status}")
        return None if phase.continue_on_failure else failure

    def _step(self, phase: str, work: Any) -> PhaseFailure | None:
        record.enter(self.build, phase)
        failure = work() if not self._stopped else None
        if self._stopped:
            record.leave(self.build, self._stopped)
            return None
        record.leave(
            self.build,
            "FAILED" if failure else "SUCCEEDED",
            failure.code if failure else "",
            failure.message if failure else "",
        )
        return failure

    def _upload(self) -> PhaseFailure | None:
        kind = self.build["artifacts"].get("type", "NO_ARTIFACTS")
        if kind == "NO_ARTIFACTS":
            return None
        return PhaseFailure(
            "CLIENT_ERROR",
            f"artifacts.type is {kind}; the local region builds projects with NO_ARTIFACTS only",
        )

    def _report(self, emit: Any, failure: PhaseFailure) -> PhaseFailure:
        emit(f"[Container] {failure.code}: {failure.message}")
        return failure

    def _clean_up(self) -> None:
        group = self._shell.process_group if self._shell is not None else None
        if group is not None:
            end_group(group)
        try:
            remove_folder(self._folder)
        except OSError:
            logger.exception("the folder of build %s was not removed", self.build["id"])

    def _session_name(self) -> str:
        # The AWS page "CodeBuild service role": sessions are named AWSCodeBuild-<build>.
        return f"AWSCodeBuild-{self.build['id'].split(':', 1)[1]}"
