"""Answers who it is."""

import os
from urllib.request import Request, urlopen

from bottle import get, run

METADATA = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254")


def ask(method: str, path: str, header: str, value: str) -> str:
    with urlopen(Request(METADATA + path, method=method, headers={header: value}), timeout=2) as answer:
        return answer.read().decode()


@get("/")
def hello() -> str:
    token = ask("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds", "60")
    instance = ask("GET", "/latest/meta-data/instance-id", "X-aws-ec2-metadata-token", token)
    return f"hello from python on {instance}\n"


@get("/healthz")
def healthz() -> str:
    return "ok\n"


# On AWS HOST is not set: all addresses.
run(host=os.environ.get("HOST", "0.0.0.0"), port=int(os.environ.get("PORT", "8080")), quiet=True)
