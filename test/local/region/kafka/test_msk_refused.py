"""What MSK and AWS Private CA refuse, in their words; no broker is started here."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloudformation.stacks import Stack
from msk_parts import ROOT_TEMPLATE, authority, cluster, physical, template
from regions import Region
from roles import Actor, allow

DAY = {"Type": "DAYS", "Value": 1}
ZONES = "The number of broker nodes must be a multiple of Availability Zones in the Client Subnets parameter."


def nodes(region: Region, **changed: Any) -> dict[str, Any]:
    return {"BrokerNodeGroupInfo": {**cluster(region)["BrokerNodeGroupInfo"], **changed}}


def reason(stack: Stack, logical_id: str) -> str:
    events = stack.client.describe_stack_events(StackName=stack.name)["StackEvents"]
    failed = [one for one in events if one["LogicalResourceId"] == logical_id]
    return next(one["ResourceStatusReason"] for one in failed if one["ResourceStatus"] == "CREATE_FAILED")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        # aws/aws-cdk#25565
        ({"KafkaVersion": "1.1.1"}, "Unsupported KafkaVersion [1.1.1]. Valid values: [3.6.0, 3.7.x,"),
        # hashicorp/terraform-provider-aws#35151
        (
            {"machine": "kafka.m4.large"},
            "Unsupported InstanceType specified. Valid values: [kafka.m5.12xlarge,",
        ),
        ({"NumberOfBrokerNodes": 3}, ZONES),
        # hashicorp/terraform-provider-aws#8793
        ({"ClusterName": "a_b"}, "The parameter value contains one or more characters that are not valid."),
        # The sentences of these are ours.
        ({"ClientAuthentication": {"Sasl": {"Iam": {"Enabled": True}}}}, "certificates only, not SASL"),
        ({"volume": 16385}, "The volume size must be between 1 GiB and 16384 GiB."),
    ],
)
def test_a_cluster_is_refused_in_the_words_of_msk(
    region: Region, changed: dict[str, Any], sentence: str
) -> None:
    if "machine" in changed:
        changed = nodes(region, InstanceType=changed["machine"])
    if "volume" in changed:
        size = {"EBSStorageInfo": {"VolumeSize": changed["volume"]}}
        changed = nodes(region, StorageInfo=size)
    stack = Stack(region, seconds=90)
    assert stack.create(template(region, **changed)) == "ROLLBACK_COMPLETE"
    assert sentence in reason(stack, "Cluster")
    assert "[ClientRequestToken: " in reason(stack, "Cluster")
    assert region.client("kafka").list_clusters()["ClusterInfoList"] == []


@pytest.mark.parametrize(
    ("properties", "name"),
    [("super.users=User:me", "super.users"), ("log.dirs=/tmp\nnum.partitions=3", "log.dirs")],
)
def test_a_configuration_sets_only_what_msk_lets_anybody_set(
    region: Region, properties: str, name: str
) -> None:
    stack = Stack(region, seconds=60)
    settings = {"Name": "wrong", "ServerProperties": properties}
    made = stack.create({"Settings": {"Type": "AWS::MSK::Configuration", "Properties": settings}})
    assert made == "ROLLBACK_COMPLETE"
    assert f"Key '{name}' is not supported." in reason(stack, "Settings")


def test_configurations_have_revisions_and_stay_while_a_cluster_uses_them(region: Region) -> None:
    stack = Stack(region, seconds=60)
    kafka = region.client("kafka")

    def settings(text: str) -> dict[str, Any]:
        return {
            "Settings": {"Type": "AWS::MSK::Configuration", "Properties": {"Name": "s1", **properties(text)}}
        }

    def properties(text: str) -> dict[str, Any]:
        return {"ServerProperties": text}

    assert stack.create(settings("num.partitions=3")) == "CREATE_COMPLETE"
    arn = physical(region, stack.name)["Settings"]
    assert stack.update(settings("num.partitions=4")) == "UPDATE_COMPLETE"
    assert kafka.describe_configuration(Arn=arn)["LatestRevision"]["Revision"] == 2
    found = kafka.describe_configuration_revision(Arn=arn, Revision=1)
    assert found["ServerProperties"] == b"num.partitions=3"
    assert stack.delete() == "DELETE_COMPLETE"
    assert kafka.list_configurations()["Configurations"] == []


def request(folder: Path, subject: str) -> bytes:
    done = subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-new",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "/dev/null",
                "-subj",
                subject,
            )
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    return done.stdout


def refused(function: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        function(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_a_short_lived_authority_signs_for_a_week_at_most_and_openssl_believes_it(
    region: Region, actor: Actor, tmp_path: Path
) -> None:
    stack = Stack(region, seconds=60)
    assert stack.create(authority()) == "CREATE_COMPLETE"
    arn = physical(region, stack.name)["Authority"]
    pca = region.client("acm-pca")
    told = pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]
    assert (told["Status"], told["UsageMode"]) == ("ACTIVE", "SHORT_LIVED_CERTIFICATE")
    asked = {
        "CertificateAuthorityArn": arn,
        "Csr": request(tmp_path, "/O=shop/CN=page"),
        "SigningAlgorithm": "SHA256WITHECDSA",
    }
    issued = pca.issue_certificate(**asked, Validity=DAY)["CertificateArn"]
    got = pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued)
    (tmp_path / "root.pem").write_text(got["CertificateChain"])
    (tmp_path / "leaf.pem").write_text(got["Certificate"])
    verified = subprocess.run(
        ["openssl", "verify", "-x509_strict", "-CAfile", "root.pem", "leaf.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.stdout == "leaf.pem: OK\n", verified.stderr
    code, sentence = refused(pca.issue_certificate, **asked, Validity={"Type": "DAYS", "Value": 8})
    assert (code, "at most 7 days" in sentence) == ("ValidationException", True)
    wrong = {**asked, "SigningAlgorithm": "SHA256WITHRSA"}
    assert refused(pca.issue_certificate, **wrong, Validity=DAY)[0] == "ValidationException"
    malformed = {
        **asked,
        "Csr": b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
    }
    assert refused(pca.issue_certificate, **malformed, Validity=DAY)[0] == "MalformedCSRException"
    assert (
        refused(pca.delete_certificate_authority, CertificateAuthorityArn=arn)[0] == "InvalidStateException"
    )
    _only_its_template(actor, asked)
    assert stack.delete() == "DELETE_COMPLETE"
    gone = pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]
    assert gone["Status"] == "DELETED"


def _only_its_template(actor: Actor, asked: dict[str, Any]) -> None:
    """The condition key by which a role may let an authority sign clients and nothing else."""
    client = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1"
    actor.may(allow("acm-pca:IssueCertificate", StringEquals={"acm-pca:TemplateArn": client}))
    own = actor("acm-pca")
    assert own.issue_certificate(**asked, TemplateArn=client, Validity=DAY)["CertificateArn"]
    code, sentence = refused(own.issue_certificate, **asked, TemplateArn=ROOT_TEMPLATE, Validity=DAY)
    assert (code, "acm-pca:IssueCertificate" in sentence) == ("AccessDeniedException", True)
