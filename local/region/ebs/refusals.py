"""What the EBS direct APIs refuse, in their form: an exception's name, a reason and a sentence.

The reasons are those of the API reference ("ValidationException", "ResourceNotFoundException"). AWS publishes
no sentences for them, so these are ours.
"""

from __future__ import annotations

import json

from region.base.emulator import Response

_STATUS = {
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ConflictException": 503,
    "ConcurrentLimitExceededException": 400,
}


class Refused(Exception):
    """A request that is answered with the exception `name`."""

    def __init__(self, name: str, reason: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.reason = reason
        self.message = message

    def response(self) -> Response:
        body = {"Message": self.message} | ({"Reason": self.reason} if self.reason else {})
        headers = {"Content-Type": "application/json", "x-amzn-errortype": self.name}
        return _STATUS.get(self.name, 400), headers, json.dumps(body).encode()


def invalid(reason: str, message: str) -> Refused:
    return Refused("ValidationException", reason, message)


def not_found(snapshot: str) -> Refused:
    message = f"The snapshot '{snapshot}' does not exist."
    return Refused("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", message)
