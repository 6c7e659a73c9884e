"""What a build is given: its source, its buildspec and its environment."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

from region.base import contract
from region.base.emulator import s3, ssm
from region.base.partition import ARN
from region.base.settings import current as settings
from region.codebuild.buildspec import Buildspec
from region.iam import roles

contract.expect("ministack.services.s3", "_get_object", "(bucket_name, key, headers, query_params=None)")
contract.expect("ministack.services.ssm", "_get_parameters", "(data)")


class InputFailure(Exception):
    """A build's source, buildspec or variable is not available; `code` is CodeBuild's status code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def fetch_source(build: dict[str, Any], target: Path, session: str) -> None:
    """Puts the project's source into `target`: nothing for NO_SOURCE, a zip archive of a bucket for S3."""
    source = build["source"]
    kind = source.get("type", "NO_SOURCE")
    if kind == "NO_SOURCE":
        return
    if kind != "S3":
        raise InputFailure(
            "CLIENT_ERROR", f"source.type is {kind}; the local region fetches NO_SOURCE and S3 only"
        )
    bucket, _, key = str(source.get("location", "")).partition("/")
    try:
        with zipfile.ZipFile(io.BytesIO(_object(build, bucket, key, session))) as archive:
            archive.extractall(target)
    except zipfile.BadZipFile as error:
        raise InputFailure("CLIENT_ERROR", f"s3://{bucket}/{key} is not a zip archive") from error


def buildspec_text(build: dict[str, Any], source: Path) -> str:
    """The buildspec: written in the project, or a file of the source (buildspec.yml unless named)."""
    written = build["source"].get("buildspec") or ""
    if "\n" in written.strip() or written.lstrip().startswith("{"):
        return written
    file = source / (written.strip() or "buildspec.yml")
    if not file.is_file() or not file.resolve().is_relative_to(source.resolve()):
        raise InputFailure("YAML_FILE_ERROR", f"stat {file.name}: no such file in the source")
    return file.read_text(encoding="utf-8")


def environment(build: dict[str, Any], spec: Buildspec, folder: Path, session: str) -> dict[str, str]:
    """All variables of the build. A call's override beats the project's value, which beats the buildspec's
    (the AWS page "Environment variables in build environments")."""
    declared = spec.variables | {
        name: _parameter(build, value, session) for name, value in spec.parameters.items()
    }
    for variable in build["environment"].get("environmentVariables", []):
        declared[variable["name"]] = _value(build, variable, session)
    return _machine(folder) | declared | _codebuild(build, folder)


def _machine(folder: Path) -> dict[str, str]:
    home, temporary = folder / "home", folder / "tmp"
    home.mkdir(parents=True, exist_ok=True)
    temporary.mkdir(parents=True, exist_ok=True)
    programs = [
        settings.repository / "node_modules" / ".bin",
        Path(settings.node).parent,
        settings.cache / "go" / "bin",
    ]
    path = [str(entry) for entry in programs if entry.is_dir()] + [settings.machine.get("PATH", os.defpath)]
    return {
        "GOMODCACHE": str(settings.cache / "gomod"),
        "GOCACHE": str(settings.cache / "gobuild"),
        "PIP_CACHE_DIR": str(settings.cache / "pip-cache"),
        "npm_config_cache": str(settings.cache / "npm"),
        **settings.machine,
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "PATH": os.pathsep.join(path),
        "LANG": "C.UTF-8",
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_ENDPOINT_URL": settings.endpoint,
        "NANOFLEET_REPO": str(settings.repository),
        "NANOFLEET_SNAPSHOTS": str(settings.snapshots),
        "NANOFLEET_PROGRAMS": str(settings.cache / "programs"),
        # Its pip installs what a service in Python needs, and what it was made from starts the service.
        "NANOFLEET_PYTHON": sys.executable,
    }


def _codebuild(build: dict[str, Any], folder: Path) -> dict[str, str]:
    """The AWS page "Environment variables in build environments"."""
    return {
        "CODEBUILD_BUILD_ARN": build["arn"],
        "CODEBUILD_BUILD_ID": build["id"],
        "CODEBUILD_BUILD_NUMBER": str(build["buildNumber"]),
        "CODEBUILD_BUILD_IMAGE": build["environment"].get("image", ""),
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_CI": "true",
        "CODEBUILD_INITIATOR": build["initiator"],
        "CODEBUILD_KMS_KEY_ID": build["encryptionKey"],
        "CODEBUILD_LOG_PATH": build["logs"]["streamName"],
        "CODEBUILD_SOURCE_REPO_URL": build["source"].get("location", ""),
        "CODEBUILD_SOURCE_VERSION": build["sourceVersion"],
        "CODEBUILD_SRC_DIR": str(folder / "src"),
        "CODEBUILD_START_TIME": str(int(build["startTime"] * 1000)),
    }


def _value(build: dict[str, Any], variable: dict[str, Any], session: str) -> str:
    kind = variable.get("type", "PLAINTEXT")
    if kind == "PLAINTEXT":
        return str(variable.get("value", ""))
    if kind == "PARAMETER_STORE":
        return _parameter(build, str(variable.get("value", "")), session)
    raise InputFailure(
        "CLIENT_ERROR",
        f"{variable['name']}: the local region has no {kind}; use PLAINTEXT or PARAMETER_STORE",
    )


def _parameter(build: dict[str, Any], name: str, session: str) -> str:
    account, region = build["arn"].split(":")[4], build["arn"].split(":")[3]
    resource = f"{ARN}:ssm:{region}:{account}:parameter/{name.lstrip('/')}"
    _allow(build, session, "ssm:GetParameters", resource)
    _, _, body = ssm._get_parameters({"Names": [name], "WithDecryption": True})
    found = json.loads(body)["Parameters"]
    if not found:
        raise InputFailure("CLIENT_ERROR", f"Parameter Store: parameter does not exist: {name}")
    return str(found[0]["Value"])


def _object(build: dict[str, Any], bucket: str, key: str, session: str) -> bytes:
    _allow(build, session, "s3:GetObject", f"{ARN}:s3:::{bucket}/{key}")
    status, _, body = s3._get_object(bucket, key, {}, {})
    if status != 200:
        raise InputFailure("CLIENT_ERROR", f"s3://{bucket}/{key} cannot be read: status code {status}")
    return body


def _allow(build: dict[str, Any], session: str, action: str, resource: str) -> None:
    denial = roles.check(build["serviceRole"], session, action, resource)
    if denial is not None:
        raise InputFailure("CLIENT_ERROR", f"AccessDenied: {denial}")
