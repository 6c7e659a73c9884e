"""A cluster as an app makes it: its network, its authority, its configuration; and clients of librdkafka."""

from __future__ import annotations

import subprocess
import uuid
from pathlib import Path
from typing import Any

from regions import Region

ROOT_TEMPLATE = "arn:aws:acm-pca:::template/RootCACertificate/V1"
CLIENT_TEMPLATE = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1"
ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")


def authority(**changed: Any) -> dict[str, Any]:
    """An authority with its certificate, as CloudFormation makes it."""
    return {
        "Authority": {
            "Type": "AWS::ACMPCA::CertificateAuthority",
            "Properties": {
                "Type": "ROOT",
                "UsageMode": "SHORT_LIVED_CERTIFICATE",
                "KeyAlgorithm": "EC_prime256v1",
                "SigningAlgorithm": "SHA256WITHECDSA",
                "Subject": {"CommonName": "events"},
                **changed,
            },
        },
        "AuthorityCertificate": {
            "Type": "AWS::ACMPCA::Certificate",
            "Properties": {
                "CertificateAuthorityArn": {"Ref": "Authority"},
                "CertificateSigningRequest": {"Fn::GetAtt": ["Authority", "CertificateSigningRequest"]},
                "SigningAlgorithm": "SHA256WITHECDSA",
                "TemplateArn": ROOT_TEMPLATE,
                "Validity": {"Type": "YEARS", "Value": 10},
            },
        },
        "Activation": {
            "Type": "AWS::ACMPCA::CertificateAuthorityActivation",
            "Properties": {
                "CertificateAuthorityArn": {"Ref": "Authority"},
                "Certificate": {"Fn::GetAtt": ["AuthorityCertificate", "Certificate"]},
            },
        },
    }


def subnets(region: Region, count: int = 2) -> list[str]:
    return [region.network(zone, 16 * part)[1] for part, zone in enumerate(ZONES[:count])]


def cluster(region: Region, name: str = "", **changed: Any) -> dict[str, Any]:
    """The properties of a cluster of two brokers, in two zones, for clients of the authority."""
    return {
        "ClusterName": name or f"events-{uuid.uuid4().hex[:6]}",
        "KafkaVersion": "3.9.x.kraft",
        "NumberOfBrokerNodes": 2,
        "BrokerNodeGroupInfo": {"ClientSubnets": subnets(region), "InstanceType": "kafka.t3.small"},
        "ClientAuthentication": {
            "Tls": {
                "Enabled": True,
                "CertificateAuthorityArnList": [{"Ref": "Activation"}],
            }
        },
        **changed,
    }


def template(region: Region, properties: str = "", **changed: Any) -> dict[str, Any]:
    """All of it; `properties` is the text of server.properties."""
    resources = authority()
    wanted = cluster(region, **changed)
    if properties:
        resources["Settings"] = {
            "Type": "AWS::MSK::Configuration",
            "Properties": {"Name": f"settings-{uuid.uuid4().hex[:6]}", "ServerProperties": properties},
        }
        revision = {"Fn::GetAtt": ["Settings", "LatestRevision.Revision"]}
        wanted["ConfigurationInfo"] = {"Arn": {"Ref": "Settings"}, "Revision": revision}
    return {**resources, "Cluster": {"Type": "AWS::MSK::Cluster", "Properties": wanted}}


class Identity:
    """A client's key and certificate, requested with OpenSSL and issued by an authority of the region."""

    def __init__(self, region: Region, arn: str, folder: Path, name: str, days: int = 1) -> None:
        self.key, csr = folder / f"{name}.key", folder / f"{name}.csr"
        self.certificate = folder / f"{name}.pem"
        subprocess.run(
            [
                *("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
                *("-keyout", str(self.key), "-out", str(csr), "-subj", f"/CN={name}"),
            ],
            check=True,
            capture_output=True,
        )
        pca = region.client("acm-pca")
        issued = pca.issue_certificate(
            CertificateAuthorityArn=arn,
            Csr=csr.read_bytes(),
            SigningAlgorithm="SHA256WITHECDSA",
            TemplateArn=CLIENT_TEMPLATE,
            Validity={"Type": "DAYS", "Value": days},
        )["CertificateArn"]
        got = pca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued)
        self.certificate.write_text(f"{got['Certificate']}\n{got['CertificateChain']}\n")

    def settings(self, region: Region, brokers: str) -> dict[str, Any]:
        """Of a client of librdkafka."""
        return {
            "bootstrap.servers": brokers,
            "security.protocol": "SSL",
            "ssl.ca.location": str(region.state / "kafka" / "trusted.pem"),
            "ssl.certificate.location": str(self.certificate),
            "ssl.key.location": str(self.key),
            "socket.timeout.ms": 10_000,
        }


def bootstrap(region: Region, arn: str) -> str:
    return region.client("kafka").get_bootstrap_brokers(ClusterArn=arn)["BootstrapBrokerStringTls"]


def physical(region: Region, stack: str) -> dict[str, str]:
    """Physical ids by logical ones."""
    found = region.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}
