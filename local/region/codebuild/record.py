"""What the CodeBuild API and its events say about a build.

Shapes: the AWS pages "Build" (CodeBuild API Reference) and "Build notifications input format reference".
"""

from __future__ import annotations

import copy
import threading
import time
from typing import Any

from region.base import events

# BatchGetBuilds reads a record while its build writes it.
_lock = threading.RLock()


def create(
    project: dict[str, Any], request: dict[str, Any], identity: dict[str, Any], number: int
) -> dict[str, Any]:
    """Returns the record of a build that was just submitted; `identity` holds its id, arn and initiator."""
    now = _now()
    group = f"/aws/codebuild/{project['name']}"
    stream = identity["id"].split(":", 1)[1]
    return {
        **identity,
        "buildNumber": number,
        "projectName": project["name"],
        "startTime": now,
        "currentPhase": "QUEUED",
        "buildStatus": "IN_PROGRESS",
        "buildComplete": False,
        "sourceVersion": request.get("sourceVersion") or project.get("sourceVersion") or "",
        "source": _source(project, request),
        "artifacts": copy.deepcopy(project.get("artifacts") or {"type": "NO_ARTIFACTS"}),
        "environment": _environment(project, request),
        "serviceRole": request.get("serviceRoleOverride") or project.get("serviceRole", ""),
        "logs": {
            "groupName": group,
            "streamName": stream,
            "cloudWatchLogs": {"status": "ENABLED"},
            "s3Logs": {"status": "DISABLED"},
        },
        "timeoutInMinutes": request.get("timeoutInMinutesOverride") or project.get("timeoutInMinutes") or 60,
        "queuedTimeoutInMinutes": 480,
        "encryptionKey": project.get("encryptionKey", ""),
        "exportedEnvironmentVariables": [],
        "phases": [
            {
                "phaseType": "SUBMITTED",
                "phaseStatus": "SUCCEEDED",
                "startTime": now,
                "endTime": now,
                "durationInSeconds": 0,
            },
            {"phaseType": "QUEUED", "startTime": now},
        ],
    }


def snapshot(build: dict[str, Any]) -> dict[str, Any]:
    """Returns a copy of the record as it is at this moment."""
    with _lock:
        return copy.deepcopy(build)


def enter(build: dict[str, Any], phase: str) -> None:
    """The build is in `phase` from now on; a phase that is still open ends as succeeded."""
    with _lock:
        if any("endTime" not in item for item in build["phases"]):
            leave(build, "SUCCEEDED")
        build["currentPhase"] = phase
        build["phases"].append({"phaseType": phase, "startTime": _now()})


def leave(build: dict[str, Any], status: str, code: str = "", message: str = "") -> None:
    """Ends the phase that is open, if any, and publishes its event."""
    with _lock:
        phase = next((item for item in build["phases"] if "endTime" not in item), None)
        if phase is None:
            return
        phase["endTime"] = max(_now(), phase["startTime"])
        phase["durationInSeconds"] = int(phase["endTime"] - phase["startTime"])
        phase["phaseStatus"] = status
        phase["contexts"] = [{"statusCode": code, "message": message}]
        detail = _detail(build) | {
            "completed-phase": phase["phaseType"],
            "completed-phase-status": status,
            "completed-phase-context": _context(code, message),
            "completed-phase-duration-seconds": phase["durationInSeconds"],
            "completed-phase-start": _moment(phase["startTime"]),
            "completed-phase-end": _moment(phase["endTime"]),
        }
    events.publish("aws.codebuild", "CodeBuild Build Phase Change", detail, [build["arn"]])


def finish(build: dict[str, Any], status: str) -> None:
    """The build is over; its record does not change afterwards."""
    with _lock:
        leave(build, status)
        now = _now()
        build["phases"].append({"phaseType": "COMPLETED", "startTime": now})
        build["currentPhase"] = "COMPLETED"
        build["buildStatus"] = status
        build["buildComplete"] = True
        build["endTime"] = now
    announce(build)


def set_status(build: dict[str, Any], status: str) -> None:
    """Says how the build will end before it has (StopBuild answers at once)."""
    with _lock:
        build["buildStatus"] = status


def set_exported(build: dict[str, Any], values: dict[str, str]) -> None:
    with _lock:
        build["exportedEnvironmentVariables"] = [
            {"name": name, "value": value} for name, value in values.items()
        ]


def announce(build: dict[str, Any]) -> None:
    """Publishes the state that the build is in."""
    with _lock:
        detail = _detail(build) | {
            "build-status": build["buildStatus"],
            "current-phase": build["currentPhase"],
            "current-phase-context": "[]",
        }
    events.publish("aws.codebuild", "CodeBuild Build State Change", detail, [build["arn"]])


def _detail(build: dict[str, Any]) -> dict[str, Any]:
    environment = build["environment"]
    return {
        "project-name": build["projectName"],
        "build-id": build["arn"],
        "version": "1",
        "additional-information": {
            "artifact": {"location": ""},
            "environment": {
                "image": environment.get("image", ""),
                "privileged-mode": environment.get("privilegedMode", False),
                "compute-type": environment.get("computeType", ""),
                "type": environment.get("type", ""),
                "environment-variables": copy.deepcopy(environment.get("environmentVariables", [])),
            },
            "timeout-in-minutes": build["timeoutInMinutes"],
            "build-complete": build["buildComplete"],
            "build-number": build["buildNumber"],
            "initiator": build["initiator"],
            "build-start-time": _moment(build["startTime"]),
            "source": {"type": build["source"].get("type", "NO_SOURCE")},
            "logs": {
                "group-name": build["logs"]["groupName"],
                "stream-name": build["logs"]["streamName"],
            },
            "phases": [_phase(phase) for phase in build["phases"]],
        },
    }


def _phase(phase: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"phase-type": phase["phaseType"], "start-time": _moment(phase["startTime"])}
    if "endTime" in phase:
        context = (phase.get("contexts") or [{}])[0]
        shown |= {
            "phase-context": [_context(context.get("statusCode", ""), context.get("message", ""))],
            "end-time": _moment(phase["endTime"]),
            "duration-in-seconds": phase["durationInSeconds"],
            "phase-status": phase["phaseStatus"],
        }
    return shown


def _source(project: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    source = copy.deepcopy(project.get("source") or {"type": "NO_SOURCE"})
    for override, member in (
        ("buildspecOverride", "buildspec"),
        ("sourceTypeOverride", "type"),
        ("sourceLocationOverride", "location"),
    ):
        if request.get(override):
            source[member] = request[override]
    return source


def _environment(project: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """The project's environment with the call's variables over it, by name."""
    environment = copy.deepcopy(project.get("environment") or {})
    overrides = copy.deepcopy(request.get("environmentVariablesOverride") or [])
    variables = {item["name"]: item for item in (environment.get("environmentVariables") or []) + overrides}
    environment["environmentVariables"] = list(variables.values())
    for override, member in (("imageOverride", "image"), ("computeTypeOverride", "computeType")):
        if request.get(override):
            environment[member] = request[override]
    return environment


def _context(code: str, message: str) -> str:
    return f"{code}: {message}" if code or message else ": "


def _now() -> float:
    return round(time.time(), 3)


def _moment(seconds: float) -> str:
    parts = time.gmtime(seconds)
    month = time.strftime("%b", parts)
    return f"{month} {parts.tm_mday}, {parts.tm_year} {time.strftime('%I:%M:%S %p', parts).lstrip('0')}"
