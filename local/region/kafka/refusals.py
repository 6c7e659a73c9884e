"""What MSK refuses; the names of the exceptions are those of its API reference."""

from __future__ import annotations

import json

from region.base.emulator import Response

_STATUS = {"NotFoundException": 404, "ConflictException": 409}


class Refused(Exception):
    """A request that is answered with the exception `name`; `parameter` is the one that is wrong."""

    def __init__(self, name: str, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.parameter = parameter

    def response(self) -> Response:
        body = {"message": self.message} | ({"invalidParameter": self.parameter} if self.parameter else {})
        headers = {"Content-Type": "application/json", "x-amzn-errortype": self.name}
        return _STATUS.get(self.name, 400), headers, json.dumps(body).encode()


def bad(message: str, parameter: str = "") -> Refused:
    return Refused("BadRequestException", message, parameter)
