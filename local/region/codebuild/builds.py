"""CodeBuild that builds: StartBuild runs the project's buildspec as processes of this machine.

A build gets a folder under the state folder, an environment that holds nothing of the developer's but the
network settings of the machine, and the credentials of the project's service role, so that IAM applies to it
as on AWS. At most CONCURRENT builds run; the others wait in QUEUED, in the order of their start.

Differences from AWS: no container (the project's image is not used), no artifacts, no cache, no reports,
sources of type NO_SOURCE and S3 only.
"""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections import deque
from typing import Any

from region.base import contract, patch, quotas
from region.base.emulator import Response, codebuild, get_account_id, iam_evaluator, responses
from region.codebuild import record
from region.codebuild.job import BuildJob, sweep

logger = logging.getLogger("region.codebuild")

CONCURRENT = 2
# The AWS page "StartBuild": the token is valid for 5 minutes.
IDEMPOTENCY_SECONDS = 300

_SERVICE = "ministack.services.codebuild"
for _hook, _signature in (
    ("_start_build", "(data)"),
    ("_stop_build", "(data)"),
    ("_batch_get_builds", "(data)"),
    ("_build_id", "(project_name)"),
    ("_build_arn", "(build_id)"),
    ("_projects", None),
    ("_builds", None),
):
    contract.expect(_SERVICE, _hook, _signature)

_lock = threading.Lock()
_waiting: deque[tuple[BuildJob, contextvars.Context]] = deque()
_running: dict[str, BuildJob] = {}
_tokens: dict[str, tuple[float, str]] = {}


def install() -> None:
    patch.replace(_SERVICE, "_start_build", start_build)
    patch.replace(_SERVICE, "_stop_build", stop_build)
    patch.replace(_SERVICE, "_batch_get_builds", batch_get_builds)
    sweep()


def start_build(data: dict[str, Any]) -> Response:
    """StartBuild: returns the build's record and queues it."""
    name = str(data.get("projectName") or "").rsplit(":project/", 1)[-1]
    project = codebuild._projects.get(name)
    if project is None:
        return responses.error_response_json(
            "ResourceNotFoundException", f"Project cannot be found: {name}", 400
        )
    earlier = _earlier(data.get("idempotencyToken"))
    if earlier is not None:
        return responses.json_response({"build": record.snapshot(earlier)})

    most = quotas.imposed(quotas.BUILDS)
    with _lock:
        under_way = len(_waiting) + len(_running)
    if most is not None and under_way >= most:
        return responses.error_response_json(
            "AccountLimitExceededException",
            f"Cannot have more than {most:.0f} builds in queue for the account",
            400,
        )

    build_id = codebuild._build_id(name)
    build = record.create(
        project,
        data,
        {"id": build_id, "arn": codebuild._build_arn(build_id), "initiator": _initiator(get_account_id())},
        1 + max((item.get("buildNumber", 0) for item in _of_project(name)), default=0),
    )
    codebuild._builds[build_id] = build
    if data.get("idempotencyToken"):
        _tokens[data["idempotencyToken"]] = (time.monotonic() + IDEMPOTENCY_SECONDS, build_id)
    record.announce(build)
    with _lock:
        _waiting.append((BuildJob(build), contextvars.copy_context()))
    _dispatch()
    return responses.json_response({"build": record.snapshot(build)})


def stop_build(data: dict[str, Any]) -> Response:
    """StopBuild: a queued build never starts, a running one is ended with all its processes."""
    build = _find(str(data.get("id") or ""))
    if build is None:
        return responses.error_response_json(
            "ResourceNotFoundException", f"Build not found: {data.get('id')}", 400
        )
    with _lock:
        queued = next((item for item in _waiting if item[0].build is build), None)
        if queued is not None:
            _waiting.remove(queued)
        running = _running.get(build["id"])
    if queued is not None:
        record.finish(build, "STOPPED")
    elif running is not None:
        record.set_status(build, "STOPPED")
        running.stop("STOPPED")
    return responses.json_response({"build": record.snapshot(build)})


def batch_get_builds(data: dict[str, Any]) -> Response:
    """BatchGetBuilds: takes build ids and build ARNs."""
    found = {build_id: _find(build_id) for build_id in data.get("ids", [])}
    return responses.json_response(
        {
            "builds": [record.snapshot(build) for build in found.values() if build is not None],
            "buildsNotFound": [build_id for build_id, build in found.items() if build is None],
        }
    )


def stop_all() -> None:
    """Ends every build, for the region's shutdown."""
    with _lock:
        _waiting.clear()
        jobs = list(_running.values())
    for job in jobs:
        job.stop("STOPPED")


def _dispatch() -> None:
    with _lock:
        while _waiting and len(_running) < CONCURRENT:
            job, context = _waiting.popleft()
            _running[job.build["id"]] = job
            name = f"region-build-{job.build['id']}"
            threading.Thread(target=context.run, args=(_work, job), name=name, daemon=True).start()


def _work(job: BuildJob) -> None:
    try:
        job.run()
    except Exception:
        logger.exception("build %s ended unexpectedly", job.build["id"])
        record.finish(job.build, "FAULT")
    finally:
        with _lock:
            _running.pop(job.build["id"], None)
        _dispatch()


def _find(identifier: str) -> dict[str, Any] | None:
    return codebuild._builds.get(identifier.rsplit(":build/", 1)[-1])


def _of_project(name: str) -> list[dict[str, Any]]:
    return [build for build in codebuild._builds.values() if build.get("projectName") == name]


def _earlier(token: str | None) -> dict[str, Any] | None:
    now = time.monotonic()
    for key in [key for key, (until, _) in _tokens.items() if until < now]:
        del _tokens[key]
    return _find(_tokens[token][1]) if token in _tokens else None


def _initiator(account: str) -> str:
    arn = iam_evaluator.caller_arn()
    return arn.split(":", 5)[-1].replace("assumed-role/", "", 1) if arn else account
