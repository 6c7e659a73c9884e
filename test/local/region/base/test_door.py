"""The region's door: programs of this machine with the region's keys come in, nobody else."""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
import stat
from typing import Any

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from lambdas import function, invoke
from regions import Region
from world import World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CREATE_ROLE = "Action=CreateRole&Version=2010-05-08&RoleName=intruder&AssumeRolePolicyDocument=%7B%7D"


def ask(
    region: Region, method: str, path: str, headers: dict[str, str], body: str = ""
) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of one request with exactly these headers."""
    connection = http.client.HTTPConnection("127.0.0.1", region.port, timeout=10)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def signed(region: Region, body: str = "", key: tuple[str, str] | None = None) -> dict[str, str]:
    """The headers of a signed call of IAM."""
    request = AWSRequest("POST", f"{region.endpoint}/", headers=dict(FORM), data=body)
    SigV4Auth(Credentials(*(key or region.root)), "iam", "us-east-1").add_auth(request)
    return dict(request.headers)


def foreign(region: Region) -> list[tuple[str, dict[str, str]]]:
    here = f"127.0.0.1:{region.port}"
    return [
        ("a page of another site", {"Origin": "https://evil.example"}),
        ("a page of another port", {"Origin": "http://127.0.0.1:8080"}),
        ("a sandboxed page", {"Origin": "null"}),
        ("an image or a form of another site", {"Sec-Fetch-Site": "cross-site"}),
        ("a page of a sibling", {"Sec-Fetch-Site": "same-site"}),
        ("a name that DNS points here", {"Host": f"evil.example:{region.port}"}),
        ("a name that ends like one of ours", {"Host": f"localhost.evil.example:{region.port}"}),
        ("an address of the network", {"Host": f"10.0.0.7:{region.port}"}),
        ("an address of a page", {"Host": here, "Origin": f"http://evil.example:{region.port}"}),
    ]


def test_a_foreign_page_is_refused_at_aws_and_the_private_api_even_with_the_right_key(region: Region) -> None:
    for who, headers in foreign(region):
        status, answer, _ = ask(region, "POST", "/", {**signed(region, CREATE_ROLE), **headers}, CREATE_ROLE)
        assert status == 403, who
        assert not [name for name in answer if name.startswith("access-control-")], who
        key = {"x-nanofleet-key": region.root[1], **headers}
        for path in ("/_nanofleet/health", "/_nanofleet/instances"):
            assert ask(region, "GET", path, key)[0] == 403, (who, path)
    roles = region.client("iam").list_roles()["Roles"]
    assert "intruder" not in [role["RoleName"] for role in roles]


def test_programs_of_this_machine_come_in_under_each_of_its_names(region: Region) -> None:
    for host in ("127.0.0.1", "localhost", "aws.localhost", "127.1.2.3", "[::1]"):
        status, _, _ = ask(region, "GET", "/_nanofleet/health", {"Host": f"{host}:{region.port}"})
        assert status == 200, host


def test_no_answer_lets_another_origin_read_it(region: Region) -> None:
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    status, headers, _ = ask(region, "OPTIONS", "/", preflight)
    assert (status, "access-control-allow-origin" in headers) == (403, False)
    body = "Action=ListRoles&Version=2010-05-08"
    status, headers, _ = ask(region, "POST", "/", signed(region, body), body)
    assert status == 200
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize("name", ["nothing", "test", "000000000000", "123456789012", "AKIAIOSFODNN7EXAMPLE"])
def test_only_a_known_key_with_its_secret_is_a_key(region: Region, name: str) -> None:
    headers = FORM if name == "nothing" else signed(region, CREATE_ROLE, (name, "test"))
    status, _, text = ask(region, "POST", "/", headers, CREATE_ROLE)
    assert status in (400, 401, 403) and "<Error>" in text
    wrong = signed(region, CREATE_ROLE, (region.root[0], "test"))
    status, _, text = ask(region, "POST", "/", wrong, CREATE_ROLE)
    assert (status, "SignatureDoesNotMatch" in text) == (403, True)


def test_the_signature_covers_the_body(region: Region) -> None:
    headers = signed(region, "Action=ListRoles&Version=2010-05-08")
    assert ask(region, "POST", "/", headers, CREATE_ROLE)[0] == 403


def test_routes_of_the_emulator_itself_are_closed(region: Region) -> None:
    for method, path in (
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/sqs/messages"),
        ("GET", "/_ministack/lambda-code/any"),
        ("GET", "/_localstack/health"),
        ("GET", "/_aws/execute-api/abc/prod/"),
    ):
        assert ask(region, method, path, signed(region))[0] == 404, path


def test_the_private_api_wants_the_regions_key(region: Region) -> None:
    for key in ({}, {"x-nanofleet-key": "test"}, {"x-nanofleet-key": region.root[0]}):
        assert ask(region, "GET", "/_nanofleet/inventory", key)[0] == 403
    assert ask(region, "GET", "/_nanofleet/inventory", {"x-nanofleet-key": region.root[1]})[0] == 200


def test_root_is_root_with_the_regions_key(region: Region) -> None:
    identity = region.client("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::000000000000:root"


def test_two_host_headers_are_refused(region: Region) -> None:
    with socket.create_connection(("127.0.0.1", region.port), timeout=5) as raw:
        raw.sendall(b"GET /_nanofleet/health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
        assert raw.recv(100).split(b" ")[1] in (b"400", b"403")


def test_what_the_region_keeps_is_for_its_owner_only(own_region: Region) -> None:
    own_region.client("ssm").put_parameter(Name="/secret", Value="s", Type="SecureString")
    own_region.stop()

    def mode(path: Any) -> str:
        return oct(stat.S_IMODE(os.stat(path).st_mode))

    assert mode(own_region.state) == "0o700"
    assert mode(own_region.state / "root-key.json") == "0o600"
    files = list((own_region.state / "emulator").glob("journal-*"))
    assert files and {mode(file) for file in files} == {"0o600"}


def test_the_key_is_the_same_after_a_restart_and_another_in_each_region(
    own_region: Region, region: Region
) -> None:
    before = own_region.root
    own_region.stop()
    own_region.start()
    assert own_region.root == before != region.root
    assert own_region.client("sts").get_caller_identity()["Account"] == "000000000000"


def test_keys_of_functions_cannot_be_worked_out_from_their_names(region: Region) -> None:
    world = World(region)
    name = function(world, "exports.handler = async () => process.env.AWS_ACCESS_KEY_ID")
    assert invoke(world, name).startswith("ASIA")
    made = region.client("lambda").get_function_configuration(FunctionName=name)
    digest = hashlib.sha256(f"{made['FunctionArn']}:{made['Role']}".encode()).hexdigest()
    guess = botocore.session.get_session().create_client(
        "sts",
        region_name="eu-west-1",
        endpoint_url=region.endpoint,
        aws_access_key_id=f"ASIA{digest[:16].upper()}",
        aws_secret_access_key=hashlib.sha256(f"secret:{digest}".encode()).hexdigest(),
        aws_session_token=hashlib.sha256(f"token:{digest}".encode()).hexdigest(),
    )
    with pytest.raises(ClientError) as refused:
        guess.get_caller_identity()
    assert refused.value.response["Error"]["Code"] in ("InvalidClientTokenId", "UnrecognizedClientException")


def test_what_is_stored_can_be_presigned(region: Region) -> None:
    s3 = region.client("s3")
    s3.create_bucket(Bucket="door", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="door", Key="note", Body=b"hello")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "door", "Key": "note"})
    status, _, text = ask(region, "GET", url.removeprefix(region.endpoint), {})
    assert (status, text) == (200, "hello")
    assert ask(region, "GET", "/door/note", {})[0] == 403
