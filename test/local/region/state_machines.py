"""State machines for tests."""

from __future__ import annotations

import json
import uuid
from typing import Any

from regions import Region
from roles import allow, make_role
from waiting import wait_for

EVERYTHING = allow("*")


STS = "arn:aws:states:::"


class Machines:
    """Makes state machines and runs them to their end."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.client = region.client("stepfunctions")
        self.role = make_role(region, "machine", "states", EVERYTHING)

    def make(self, definition: dict[str, Any], role: str = "") -> str:
        return self.client.create_state_machine(
            name=f"m-{uuid.uuid4().hex[:8]}",
            roleArn=role or self.role,
            definition=json.dumps({"QueryLanguage": "JSONata"} | definition),
        )["stateMachineArn"]

    def task(self, integration: str, arguments: dict[str, Any], role: str = "", **more: Any) -> str:
        state = {"Type": "Task", "Resource": STS + integration, "Arguments": arguments, "End": True} | more
        return self.make({"StartAt": "Call", "States": {"Call": state}}, role)

    def start(self, machine: str, data: Any = None) -> str:
        return self.client.start_execution(stateMachineArn=machine, input=json.dumps(data or {}))[
            "executionArn"
        ]

    def end(self, execution: str) -> dict[str, Any]:
        def over() -> dict[str, Any] | None:
            found = self.client.describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None

        return wait_for("the execution goes on", over)

    def run(self, machine: str, data: Any = None) -> dict[str, Any]:
        return self.end(self.start(machine, data))

    def output(self, machine: str, data: Any = None) -> Any:
        ended = self.run(machine, data)
        assert ended["status"] == "SUCCEEDED", ended
        return json.loads(ended["output"])

    def history(self, execution: str) -> list[dict[str, Any]]:
        return self.client.get_execution_history(executionArn=execution, maxResults=1000)["events"]
