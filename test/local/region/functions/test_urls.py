"""URLs of functions: who is let in, and what the function learns of the caller."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from lambdas import template
from world import REGION, World, started

ECHO = "exports.handler = async (event) => ({statusCode: 201, body: JSON.stringify(event)})"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with started() as made:
        yield made


@pytest.fixture(scope="module")
def url(world: World) -> str:
    made = template("echo", ECHO)
    made["Resources"]["Url"] = {
        "Type": "AWS::Lambda::Url",
        "Properties": {"AuthType": "AWS_IAM", "TargetFunctionArn": {"Ref": "Function"}},
    }
    made["Outputs"] = {"Url": {"Value": {"Fn::GetAtt": ["Url", "FunctionUrl"]}}}
    return world.stack("echo", made)["Url"]


def ask(url: str, keys: tuple[str, str] | None, body: str = "") -> tuple[int, dict[str, str]]:
    place = urlsplit(url)
    request = AWSRequest("POST", url, data=body, headers={"Host": place.netloc, "Content-Type": "text/plain"})
    if keys is not None:
        SigV4Auth(Credentials(*keys), "lambda", REGION).add_auth(request)
    here = url.replace(place.hostname or "", "127.0.0.1")
    sent = urllib.request.Request(here, body.encode(), dict(request.headers), method="POST")
    try:
        with urllib.request.urlopen(sent) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_the_url_leads_to_this_machine(world: World, url: str) -> None:
    assert urlsplit(url).port == world.region.port
    assert (urlsplit(url).hostname or "").endswith(f".lambda-url.{REGION}.localhost")


def test_the_function_learns_who_signed_the_request(world: World, url: str) -> None:
    status, event = ask(url + "a/b?c=d", world.region.root, "hello")
    assert (status, event["rawPath"], event["rawQueryString"], event["body"]) == (201, "/a/b", "c=d", "hello")
    context = json.loads(json.dumps(event["requestContext"]))
    assert context["authorizer"]["iam"]["userArn"] == "arn:aws:iam::000000000000:root"


def test_a_caller_needs_both_permissions_and_a_signature(world: World, url: str) -> None:
    iam = world.client("iam")
    iam.create_user(UserName="caller")
    made = iam.create_access_key(UserName="caller")["AccessKey"]
    keys = (made["AccessKeyId"], made["SecretAccessKey"])

    def allow(*actions: str, **more: object) -> None:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName="caller", PolicyName="url", PolicyDocument=document)

    forbidden = {
        "Message": "Forbidden. For troubleshooting Function URL authorization issues, see: "
        "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
    }
    assert ask(url, None) == (403, forbidden)
    assert ask(url, keys) == (403, forbidden)
    allow("lambda:InvokeFunction")
    assert ask(url, keys) == (403, forbidden)
    allow("lambda:InvokeFunctionUrl")
    assert ask(url, keys) == (403, forbidden)
    by_url = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    allow("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
    assert ask(url, keys)[0] == 201
    assert ask(url, (keys[0], "x" * 40))[0] == 403
    iam.put_user_policy(
        UserName="caller",
        PolicyName="url",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "lambda:InvokeFunctionUrl", "Resource": "*"},
                    {
                        "Effect": "Allow",
                        "Action": "lambda:InvokeFunction",
                        "Resource": "*",
                        "Condition": by_url,
                    },
                ],
            }
        ),
    )
    assert ask(url, keys)[0] == 201
