"""Tasks of Step Functions: integrations that ministack lacks or answers otherwise, under the policies of the
role.

`startBuild.sync` and `startExecution.sync` wait for what they start and stop it when their own execution is
stopped or the task's TimeoutSeconds pass. A child that fails makes the task fail as States.TaskFailed, its
description as the cause (the AWS pages "Call AWS CodeBuild with Step Functions" and "Start a new AWS state
machine from a running execution").
"""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Callable
from typing import Any

from region.base import contract, patch
from region.base.emulator import get_account_id, get_region, stepfunctions
from region.base.partition import ARN
from region.codebuild import builds
from region.stepfunctions import history, runs
from region.stepfunctions.names import output_names

SERVICE = "ministack.services.stepfunctions"
POLL_SECONDS = 0.05

for _hook, _signature in (
    ("_invoke_resource", "(resource, input_data)"),
    ("_invoke_resource_with_timeout", "(resource, input_data, timeout)"),
    ("_invoke_with_callback", "(resource, input_data, token, state_def)"),
    ("_nested_start_execution_request", "(input_data)"),
    ("_start_execution", "(data)"),
    ("_stop_execution", "(data)"),
    ("_describe_execution", "(data)"),
    ("_executions", None),
    ("_ExecutionError", None),
):
    contract.expect(SERVICE, _hook, _signature)

_timed_out: contextvars.ContextVar[threading.Event | None] = contextvars.ContextVar(
    "region_sfn_timed_out", default=None
)


def install() -> None:
    patch.wrap(SERVICE, "_invoke_resource", _invoke)
    patch.wrap(SERVICE, "_invoke_resource_with_timeout", _invoke_with_timeout)
    patch.wrap(SERVICE, "_invoke_with_callback", _invoke_with_callback)


def _invoke(original: Callable[..., Any], resource: str, input_data: Any) -> Any:
    runs.scope().check()
    integration = resource.removeprefix(f"{ARN}:states:::")
    history.limit_arguments(integration, input_data)
    handler = _INTEGRATIONS.get(integration)
    if handler is not None:
        return handler(integration, input_data)
    _authorize(integration, input_data)
    return original(resource, input_data)


def _invoke_with_timeout(original: Callable[..., Any], resource: str, input_data: Any, timeout: Any) -> Any:
    timed_out = threading.Event()
    token = _timed_out.set(timed_out)
    try:
        return original(resource, input_data, timeout)
    finally:
        # ministack leaves the task's thread to itself; this tells it that its result is no longer wanted.
        timed_out.set()
        _timed_out.reset(token)


def _invoke_with_callback(
    original: Callable[..., Any], resource: str, input_data: Any, token: str, state_def: dict[str, Any]
) -> Any:
    _authorize(resource.removeprefix(f"{ARN}:states:::").replace(".waitForTaskToken", ""), input_data)
    return original(resource, input_data, token, state_def)


def _authorize(integration: str, input_data: Any) -> None:
    """Checks the role for what ministack runs without its gateway; sdk.py checks SDK integrations."""
    if runs.current() is None or not isinstance(input_data, dict):
        return
    region, account = get_region(), get_account_id()
    if integration == "lambda:invoke" or ":function:" in integration:
        name = input_data.get("FunctionName", "") if integration == "lambda:invoke" else integration
        runs.authorize(
            "lambda:InvokeFunction", function_arn(name, region, account), "Lambda.AWSLambdaException"
        )
    elif integration == "sqs:sendMessage":
        queue = str(input_data.get("QueueUrl", "")).rsplit("/", 1)[-1]
        runs.authorize("sqs:SendMessage", f"{ARN}:sqs:{region}:{account}:{queue}", "SQS.AmazonSQSException")
    elif integration == "sns:publish":
        runs.authorize("sns:Publish", str(input_data.get("TopicArn", "*")), "SNS.AmazonSNSException")
    elif integration.startswith("dynamodb:"):
        action = "dynamodb:" + integration.split(":")[1][0].upper() + integration.split(":")[1][1:]
        table = f"{ARN}:dynamodb:{region}:{account}:table/{input_data.get('TableName', '')}"
        runs.authorize(action, table, "DynamoDB.AmazonDynamoDBException")
    elif integration == "events:putEvents":
        for entry in input_data.get("Entries", []):
            bus = str(entry.get("EventBusName") or "default").rsplit("/", 1)[-1]
            arn = f"{ARN}:events:{region}:{account}:event-bus/{bus}"
            runs.authorize("events:PutEvents", arn, "EventBridge.EventBridgeException")


def forget_timeout() -> None:
    """A child execution runs in a copy of its parent's context, but its parent's timeout is not its own."""
    _timed_out.set(None)


def function_arn(name: str, region: str, account: str) -> str:
    """The ARN of a function given by name, `name:qualifier` or ARN; a qualifier stays, as IAM compares it."""
    return name if name.startswith("arn:") else f"{ARN}:lambda:{region}:{account}:function:{name}"


def _start_build(integration: str, input_data: dict[str, Any]) -> dict[str, Any]:
    project = f"{ARN}:codebuild:{get_region()}:{get_account_id()}:project/{input_data.get('ProjectName', '')}"
    error = "CodeBuild.AWSCodeBuildException"
    if integration.endswith(".sync"):
        _authorize_managed_rule("StepFunctionsGetEventForCodeBuildStartBuildRule", error)
    runs.authorize("codebuild:StartBuild", project, error)
    status, _, body = builds.start_build(_camel(input_data))
    answer = json.loads(body)
    if status >= 400:
        raise runs.failure(f"CodeBuild.{answer['__type']}", answer.get("message", ""))
    build = answer["build"]
    if not integration.endswith(".sync"):
        return output_names({"Build": build})
    runs.authorize("codebuild:BatchGetBuilds", project, error)
    runs.authorize("codebuild:StopBuild", project, error)
    history.submitted(integration, output_names({"Build": build}))

    def ended() -> dict[str, Any] | None:
        found = json.loads(builds.batch_get_builds({"ids": [build["id"]]})[2])["builds"]
        return found[0] if found and found[0]["buildComplete"] else None

    final = _wait(ended, lambda: builds.stop_build({"id": build["id"]}))
    described = output_names({"Build": final})
    if final["buildStatus"] != "SUCCEEDED":
        # In the order of AWS, which begins with Arn: a caller that cuts the cause keeps its beginning.
        raise runs.failure("States.TaskFailed", json.dumps(described, sort_keys=True))
    return described


def _start_execution(integration: str, input_data: dict[str, Any]) -> dict[str, Any]:
    request = stepfunctions._nested_start_execution_request(input_data)
    machine = request["stateMachineArn"]
    error = "StepFunctions.AWSStepFunctionsException"
    if ".sync" in integration:
        _authorize_managed_rule("StepFunctionsGetEventsForStepFunctionsExecutionRule", error)
    runs.authorize("states:StartExecution", machine, error)
    status, _, body = stepfunctions._start_execution(request)
    answer = json.loads(body)
    if status >= 400:
        raise runs.failure(f"StepFunctions.{answer['__type']}Exception", answer.get("message", ""))
    started = {"ExecutionArn": answer["executionArn"], "StartDate": answer["startDate"]}
    if ".sync" not in integration:
        return started
    executions = (
        machine.replace(":stateMachine:", ":execution:") + ":" + answer["executionArn"].rsplit(":", 1)[-1]
    )
    runs.authorize("states:DescribeExecution", executions, error)
    runs.authorize("states:StopExecution", executions, error)
    history.submitted(integration, started)
    child = stepfunctions._executions[answer["executionArn"]]

    def stop() -> None:
        cause = "The parent execution or its task ended."
        stepfunctions._stop_execution({"executionArn": answer["executionArn"], "cause": cause})

    _wait(lambda: child if child["status"] != "RUNNING" else None, stop)
    described = _described(child)
    if child["status"] != "SUCCEEDED":
        raise runs.failure("States.TaskFailed", json.dumps(described))
    if integration.endswith(".sync:2"):
        described["Output"] = json.loads(described["Output"])
    return described


def _authorize_managed_rule(rule: str, error: str) -> None:
    """A role of a `.sync` task lets Step Functions keep the rule by which it learns that the child ended.

    AWS asks for it when the state machine is made, here it is asked when the task runs ("How Step Functions
    generates IAM policies for integrated services").
    """
    arn = f"{ARN}:events:{get_region()}:{get_account_id()}:rule/{rule}"
    for action in ("events:PutTargets", "events:PutRule", "events:DescribeRule"):
        runs.authorize(action, arn, error)


def _described(child: dict[str, Any]) -> dict[str, Any]:
    failed = child["status"] != "SUCCEEDED"
    described = {
        "ExecutionArn": child["executionArn"],
        "Input": child["input"],
        "InputDetails": {"Included": True},
        "Name": child["name"],
        "StartDate": child["startDate"],
        "StateMachineArn": child["stateMachineArn"],
        "Status": child["status"],
        "StopDate": child["stopDate"],
    }
    if failed:
        described |= {"Error": child.get("error") or "", "Cause": child.get("cause") or ""}
    else:
        described |= {"Output": child["output"], "OutputDetails": {"Included": True}}
    return described


def _wait(ended: Callable[[], Any], stop: Callable[[], Any]) -> Any:
    """Returns what `ended` returns once it is not None; calls `stop` when nobody waits for it any longer."""
    scope, timed_out = runs.scope(), _timed_out.get()
    result = ended()
    while result is None:
        try:
            scope.pause(POLL_SECONDS)
        except runs.Stopped:
            stop()
            raise
        if timed_out is not None and timed_out.is_set():
            stop()
            raise runs.Stopped
        result = ended()
    return result


def _camel(value: Any) -> Any:
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _camel(item) for key, item in value.items()}
    return value


_INTEGRATIONS: dict[str, Callable[[str, dict[str, Any]], Any]] = {
    "codebuild:startBuild": _start_build,
    "codebuild:startBuild.sync": _start_build,
    "states:startExecution": _start_execution,
    "states:startExecution.sync": _start_execution,
    "states:startExecution.sync:2": _start_execution,
}
