"""The instance metadata service and the credentials it gives out."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.credentials import InstanceMetadataProvider
from botocore.exceptions import ClientError
from botocore.utils import InstanceMetadataFetcher
from regions import REPOSITORY, Region
from waiting import wait_for

IDLE = "setInterval(() => 0, 1000)"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    ],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"}],
}


class Metadata:
    def __init__(self, address: str) -> None:
        self.endpoint = f"http://{address}:8169"

    def call(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
        request = urllib.request.Request(f"{self.endpoint}{path}", method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""

    def token(self, seconds: int = 60) -> str:
        return self.call("PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": str(seconds)})[
            1
        ]

    def get(self, path: str, token: str | None = None) -> tuple[int, str]:
        return self.call("GET", path, {"X-aws-ec2-metadata-token": token or self.token()})


@pytest.fixture(scope="module")
def profile(region: Region) -> str:
    iam = region.client("iam")
    iam.create_role(RoleName="program", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="program", PolicyName="own", PolicyDocument=json.dumps(POLICY))
    iam.create_instance_profile(InstanceProfileName="program")
    iam.add_role_to_instance_profile(InstanceProfileName="program", RoleName="program")
    return "program"


@pytest.fixture(scope="module")
def guest(region: Region, profile: str) -> Iterator[dict[str, Any]]:
    [instance_id] = region.launch(
        region.image(IDLE),
        tags={"Name": "a & b", "nanofleet:app": "web"},
        UserData="A=1\n",
        IamInstanceProfile={"Name": profile},
        MetadataOptions={"HttpTokens": "required", "InstanceMetadataTags": "enabled"},
    )
    yield region.await_state(instance_id, "running")
    region.terminate([instance_id])


def test_the_identity_of_the_instance_is_there(region: Region, guest: dict[str, Any]) -> None:
    metadata = Metadata(guest["PrivateIpAddress"])
    token = metadata.token()
    wanted = {
        "meta-data/instance-id": guest["InstanceId"],
        "meta-data/ami-id": guest["ImageId"],
        "meta-data/local-ipv4": guest["PrivateIpAddress"],
        "meta-data/hostname": guest["PrivateDnsName"],
        "meta-data/placement/availability-zone": "eu-west-1a",
        "meta-data/placement/region": "eu-west-1",
        "meta-data/tags/instance": "Name\nnanofleet:app",
        "meta-data/tags/instance/Name": "a & b",
        "meta-data/iam/security-credentials/": "program",
        "user-data": "A=1\n",
    }
    assert {path: metadata.get(f"/latest/{path}", token)[1] for path in wanted} == wanted
    [vpc] = region.client("ec2").describe_vpcs(VpcIds=[guest["VpcId"]])["Vpcs"]
    mac = metadata.get("/latest/meta-data/mac", token)[1]
    blocks = metadata.get(f"/latest/meta-data/network/interfaces/macs/{mac}/vpc-ipv4-cidr-blocks", token)[1]
    assert blocks == vpc["CidrBlock"]
    document = json.loads(metadata.get("/latest/dynamic/instance-identity/document")[1])
    assert (document["instanceId"], document["region"]) == (guest["InstanceId"], "eu-west-1")
    info = json.loads(metadata.get("/latest/meta-data/iam/info")[1])
    assert info["InstanceProfileArn"] == guest["IamInstanceProfile"]["Arn"]
    assert metadata.get("/latest/meta-data/absent")[0] == 404
    assert metadata.get("/latest/meta-data/autoscaling/target-lifecycle-state")[0] == 404, "it is in no group"


def test_version_2_asks_for_a_token_that_lives(guest: dict[str, Any]) -> None:
    metadata = Metadata(guest["PrivateIpAddress"])
    path = "/latest/meta-data/instance-id"
    assert metadata.call("GET", path, {})[0] == 401
    assert metadata.get(path, "made-up")[0] == 401
    short = metadata.token(1)
    assert metadata.get(path, short)[0] == 200
    time.sleep(1.1)
    assert metadata.get(path, short)[0] == 401
    assert metadata.call("PUT", "/latest/api/token", {})[0] == 400
    assert (
        metadata.call("PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "21601"})[0] == 400
    )
    forwarded = {"X-aws-ec2-metadata-token-ttl-seconds": "60", "X-Forwarded-For": "10.0.0.1"}
    assert metadata.call("PUT", "/latest/api/token", forwarded)[0] == 403


def test_version_1_answers_where_tokens_are_optional_and_tags_only_where_enabled(region: Region) -> None:
    [instance_id] = region.launch(region.image(IDLE), tags={"Name": "x"})
    metadata = Metadata(region.await_state(instance_id, "running")["PrivateIpAddress"])
    assert metadata.call("GET", "/latest/meta-data/instance-id", {}) == (200, instance_id)
    assert metadata.get("/latest/meta-data/tags/instance/Name")[0] == 404
    assert metadata.get("/latest/meta-data/iam/info")[0] == 404
    region.terminate([instance_id])
    with pytest.raises(OSError):
        metadata.call("GET", "/latest/meta-data/instance-id", {})


def test_botocore_gets_a_session_of_the_role_and_no_more_rights(
    region: Region, guest: dict[str, Any]
) -> None:
    endpoint = Metadata(guest["PrivateIpAddress"]).endpoint
    fetcher = InstanceMetadataFetcher(config={"ec2_metadata_service_endpoint": endpoint})
    found = InstanceMetadataProvider(iam_role_fetcher=fetcher).load()
    assert found is not None
    keys = {"key": found.access_key, "secret": found.secret_key, "token": found.token}
    caller = region.client("sts", **keys).get_caller_identity()["Arn"]
    assert caller == f"arn:aws:sts::000000000000:assumed-role/program/{guest['InstanceId']}"
    region.client("ec2", **keys).describe_instances()
    with pytest.raises(ClientError) as error:
        region.client("ec2", **keys).terminate_instances(InstanceIds=[guest["InstanceId"]])
    assert error.value.response["Error"]["Code"] == "UnauthorizedOperation"


def test_the_javascript_sdk_finds_the_role_by_itself(region: Region, profile: str) -> None:
    sdk = REPOSITORY / "node_modules" / "@aws-sdk" / "client-ec2" / "dist-cjs" / "index.js"
    source = f"""import {{ createRequire }} from 'node:module'
    const require = createRequire(import.meta.url)
    const {{ EC2Client, DescribeInstancesCommand }} = require({json.dumps(str(sdk.resolve()))})
    const answer = await new EC2Client({{}}).send(new DescribeInstancesCommand({{}})).catch(e => e)
    console.log(answer instanceof Error ? `failed: ${{answer.message}}` : 'described')
    setInterval(() => 0, 1000)"""
    [instance_id] = region.launch(
        region.image(source), IamInstanceProfile={"Name": profile}, MetadataOptions={"HttpTokens": "required"}
    )
    ec2 = region.client("ec2")
    output = wait_for("output", lambda: ec2.get_console_output(InstanceId=instance_id).get("Output"))
    assert output.strip() == "described"
    region.terminate([instance_id])


@pytest.mark.parametrize(
    "foreign",
    [
        {"Host": "evil.example:8169"},
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_page_of_the_web_gets_no_token_and_no_keys(guest: dict[str, Any], foreign: dict[str, str]) -> None:
    metadata = Metadata(guest["PrivateIpAddress"])
    asked = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    assert metadata.call("PUT", "/latest/api/token", {**asked, **foreign}) == (403, "")
    keys = "/latest/meta-data/iam/security-credentials/program"
    held = {"X-aws-ec2-metadata-token": metadata.token()}
    assert metadata.call("GET", keys, held)[0] == 200
    assert metadata.call("GET", keys, {**held, **foreign}) == (403, "")
