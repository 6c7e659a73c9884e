"""A template such as a control plane has: functions, a state machine, a queue, a rule."""

from __future__ import annotations

from typing import Any

from parts import att, out, ref


def control(greeting: str, minutes: int, memory: int) -> dict[str, Any]:
    """Functions, queues, rules, a state machine in JSONata, a build project, a table, logs and a schedule."""
    code = f"exports.handler = async (event) => ({{greeting: '{greeting}', n: event.n}})"
    machine = {
        "QueryLanguage": "JSONata",
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "${Function}", "Payload": {"n": "{% $states.input.n + 1 %}"}},
                "Output": "{% $states.result.Payload %}",
                "End": True,
            }
        },
    }
    queue_policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": att("Queue", "Arn"),
            }
        ],
    }
    role = {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {
                        "Service": [
                            "lambda.amazonaws.com",
                            "states.amazonaws.com",
                            "codebuild.amazonaws.com",
                            "scheduler.amazonaws.com",
                        ]
                    },
                    "Action": "sts:AssumeRole",
                }
            ],
        },
        "Policies": [
            {
                "PolicyName": "all",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
                },
            }
        ],
    }
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Logs": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {
                    "LogGroupName": "/aws/lambda/hello",
                    "RetentionInDays": 7 if memory == 128 else 14,
                },
            },
            "Hello": {
                "Type": "AWS::Lambda::Function",
                "DependsOn": "Logs",
                "Properties": {
                    "FunctionName": "hello",
                    "Runtime": "nodejs22.x",
                    "Handler": "index.handler",
                    "Role": att("Role", "Arn"),
                    "Code": {"ZipFile": code},
                    "MemorySize": memory,
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue", "Properties": {}},
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": minutes * 60,
                    "RedrivePolicy": {"deadLetterTargetArn": att("Dead", "Arn"), "maxReceiveCount": 3},
                },
            },
            "Policy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {"Queues": [ref("Queue")], "PolicyDocument": queue_policy},
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "EventPattern": {"source": ["test.control"], "detail": {"g": [greeting]}},
                    "Targets": [{"Id": "queue", "Arn": att("Queue", "Arn")}],
                },
            },
            "Source": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {
                    "EventSourceArn": att("Dead", "Arn"),
                    "FunctionName": ref("Hello"),
                    "BatchSize": 5,
                    "FunctionResponseTypes": ["ReportBatchItemFailures"],
                },
            },
            "Tick": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "ScheduleExpression": f"rate({minutes} minutes)",
                    "Targets": [{"Id": "hello", "Arn": att("Hello", "Arn")}],
                },
            },
            "MayCall": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "FunctionName": ref("Hello"),
                    "Action": "lambda:InvokeFunction",
                    "Principal": "events.amazonaws.com",
                    "SourceArn": att("Tick", "Arn"),
                },
            },
            "Timer": {
                "Type": "AWS::Scheduler::Schedule",
                "Properties": {
                    "ScheduleExpression": f"rate({minutes} minutes)",
                    "FlexibleTimeWindow": {"Mode": "OFF"},
                    "Target": {"Arn": att("Hello", "Arn"), "RoleArn": att("Role", "Arn")},
                },
            },
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "StateMachineName": "greeter",
                    "RoleArn": att("Role", "Arn"),
                    "Definition": machine,
                    "DefinitionSubstitutions": {"Function": att("Hello", "Arn")},
                },
            },
            "Builds": {
                "Type": "AWS::CodeBuild::Project",
                "Properties": {
                    "Name": "builder",
                    "ServiceRole": att("Role", "Arn"),
                    "TimeoutInMinutes": 5 + minutes,
                    "Artifacts": {"Type": "NO_ARTIFACTS"},
                    "Environment": {
                        "Type": "LINUX_CONTAINER",
                        "ComputeType": "BUILD_GENERAL1_SMALL",
                        "Image": "aws/codebuild/standard:7.0",
                        "EnvironmentVariables": [{"Name": "GREETING", "Value": greeting}],
                    },
                    "Source": {"Type": "NO_SOURCE", "BuildSpec": "version: 0.2"},
                },
            },
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "TableName": "state",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [
                        {"AttributeName": "pk", "AttributeType": "S"},
                        {"AttributeName": "sk", "AttributeType": "S"},
                    ],
                    "KeySchema": [
                        {"AttributeName": "pk", "KeyType": "HASH"},
                        {"AttributeName": "sk", "KeyType": "RANGE"},
                    ],
                    "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": memory == 256},
                },
            },
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "control-sources"}},
            "Word": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Name": "/word", "Type": "String", "Value": greeting},
            },
        },
        "Outputs": out(
            Machine=ref("Machine"), Queue=ref("Queue"), Table=att("Table", "Arn"), Builds=ref("Builds")
        ),
    }
