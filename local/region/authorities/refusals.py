"""What AWS Private CA refuses; the names of the exceptions are those of its API reference."""

from __future__ import annotations

from region.base.emulator import Response, responses


class Refused(Exception):
    """A request that is answered with the exception `name`."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message

    def response(self) -> Response:
        return responses.error_response_json(self.name, self.message, 400)


def not_found(arn: str) -> Refused:
    return Refused("ResourceNotFoundException", f"Could not find Certificate Authority with ARN {arn}.")


def invalid_state(state: str) -> Refused:
    return Refused("InvalidStateException", f"The certificate authority is in state {state}.")
