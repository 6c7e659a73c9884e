"""CloudFormation's buckets: their access logs, and that only an empty one can be deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from region.base import contract
from region.base.emulator import s3
from region.cloudformation.resource import (
    CREATE,
    DELETE,
    PROVISIONERS,
    Created,
    Properties,
    ResourceFailed,
)
from region.elb.attributes import may_put

S3 = "ministack.services.s3"
contract.expect(PROVISIONERS, "_s3_create", CREATE)
contract.expect(PROVISIONERS, "_s3_update", "(physical_id, old_props, new_props, stack_name)")
contract.expect(PROVISIONERS, "_s3_delete", DELETE)
contract.expect(S3, "_buckets")
contract.expect(S3, "_bucket_logging_config")
contract.expect(S3, "_delete_bucket", "(name)")
contract.expect(S3, "_put_bucket_logging", "(name, body)")

BUCKET = "AWS::S3::Bucket"


def _create(original: Callable[..., Created], logical_id: str, props: Properties, stack_name: str) -> Created:
    _check(props.get("LoggingConfiguration"))
    made = original(logical_id, props, stack_name)
    _log(made[0], props.get("LoggingConfiguration"))
    return made


def _update(
    original: Callable[..., Created], physical_id: str, old: Properties, new: Properties, *rest: Any
) -> Created:
    _check(new.get("LoggingConfiguration"))
    made = original(physical_id, old, new, *rest)
    _log(made[0], new.get("LoggingConfiguration"))
    return made


def _check(logging: Properties | None) -> None:
    """S3 asks whether the bucket for logs lets its log delivery in ("Enabling access logging")."""
    if not logging or not logging.get("DestinationBucketName"):
        return
    prefix = str(logging.get("LogFilePrefix", ""))
    if not may_put(str(logging["DestinationBucketName"]), f"{prefix}log", "logging.s3.amazonaws.com"):
        raise ResourceFailed(
            "The target bucket for logging does not exist, is not owned by you, or does not have the"
            " appropriate grants for the log-delivery group."
        )


def _log(bucket: str, logging: Properties | None) -> None:
    if not logging:
        s3._bucket_logging_config.pop(bucket, None)
        return
    target, prefix = (
        escape(str(logging.get(name, ""))) for name in ("DestinationBucketName", "LogFilePrefix")
    )
    body = (
        f'<BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LoggingEnabled>'
        f"<TargetBucket>{target}</TargetBucket><TargetPrefix>{prefix}</TargetPrefix>"
        f"</LoggingEnabled></BucketLoggingStatus>"
    )
    s3._put_bucket_logging(bucket, body.encode())


def _delete(original: Callable[..., None], physical_id: str, props: Properties) -> None:
    if physical_id in s3._buckets:
        status, _headers, _body = s3._delete_bucket(physical_id)
        if status == 409:
            raise ResourceFailed(
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
            )
        if status >= 400:
            raise ResourceFailed("Bucket has access points attached and cannot be deleted.")
    original(physical_id, props)


HOOKS: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    (BUCKET, "create", "_s3_create", _create),
    (BUCKET, "update", "_s3_update", _update),
    (BUCKET, "delete", "_s3_delete", _delete),
)
