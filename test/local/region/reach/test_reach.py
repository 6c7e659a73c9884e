"""Security groups around the processes of a real region."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from regions import Region
from waiting import wait_for

SERVER = """import net from 'node:net'
net.createServer((socket) => socket.end('hi')).listen(6379)
net.createServer((socket) => socket.end('hi')).listen(7000)
"""
# Calls whom it is told to, and answers what came of it.
CALLER = """import http from 'node:http'
import net from 'node:net'
http.createServer((request, response) => {
  const [host, port] = request.url.slice(1).split(':')
  const socket = net.connect({ host, port: Number(port) })
  socket.on('error', (error) => response.end(error.code))
  socket.on('data', (data) => response.end(String(data)))
}).listen(8080)
"""
# As a Go program would: no preload, its own resolver, a connection that stays open.
STRANGER = """import os, socket, time
while True:
    try:
        with socket.create_connection((os.environ["TARGET"], 7001)) as call:
            print("connected", flush=True)
            print("cut" if call.recv(9) == b"" else "answered", flush=True)
    except OSError as error:
        print(error, flush=True)
    time.sleep(0.2)
"""
PATIENT = """import net from 'node:net'
net.createServer((socket) => {}).listen(7001)
"""


@dataclass
class Fleet:
    region: Region
    groups: dict[str, str]
    instances: list[str]

    def group(self, name: str) -> str:
        """A group that lets nothing out or in."""
        ec2 = self.region.client("ec2")
        vpc, _subnet = self.region.network()
        made: str = ec2.create_security_group(GroupName=f"reach-{name}", Description=name, VpcId=vpc)[
            "GroupId"
        ]
        everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        ec2.revoke_security_group_egress(GroupId=made, IpPermissions=everything)
        self.groups[name] = made
        return made

    def start(self, name: str, image: str, **more: Any) -> str:
        """The address of a new instance in a group of its own."""
        group = self.groups.get(name) or self.group(name)
        tags = {"nanofleet:app": "shop", "nanofleet:service": name}
        [made] = self.region.launch(image, tags=tags, SecurityGroupIds=[group], **more)
        self.instances.append(made)
        return str(self.region.await_state(made, "running")["PrivateIpAddress"])

    def let(self, caller: str, target: str, port: int) -> None:
        ec2 = self.region.client("ec2")
        ports = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        out = {**ports, "UserIdGroupPairs": [{"GroupId": self.groups[target]}]}
        into = {**ports, "UserIdGroupPairs": [{"GroupId": self.groups[caller]}]}
        ec2.authorize_security_group_egress(GroupId=self.groups[caller], IpPermissions=[out])
        ec2.authorize_security_group_ingress(GroupId=self.groups[target], IpPermissions=[into])

    def refusals(self, caller: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.region.get("/_nanofleet/refusals")
        return [one for one in listed if one["caller"]["service"] == caller]

    def said(self, instance: str) -> str:
        return (self.region.state / "instances" / instance / "console.log").read_text()


@pytest.fixture(scope="module")
def fleet(region: Region) -> Iterator[Fleet]:
    made = Fleet(region, {}, [])
    yield made
    region.terminate(made.instances)


def call(caller: str, target: str) -> str:
    try:
        with urllib.request.urlopen(f"http://{caller}:8080/{target}", timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.URLError:
        return "not yet"


def test_a_node_program_reaches_what_a_rule_names_and_nothing_else_until_one_does(fleet: Fleet) -> None:
    db = fleet.start("db", fleet.region.image(SERVER))
    web = fleet.start("web", fleet.region.image(CALLER))
    fleet.let("web", "db", 6379)
    wait_for("the named edge is closed", lambda: call(web, f"{db}:6379") == "hi")

    began = time.monotonic()
    assert [call(web, f"{db}:7000") for _ in range(3)] == ["EACCES"] * 3
    assert time.monotonic() - began < 2, "a refusal does not wait"
    wait_for("not counted", lambda: [one["count"] for one in fleet.refusals("web")] == [3])
    [refusal] = fleet.refusals("web")
    target = {"app": "shop", "service": "db"}
    assert (refusal["target"], refusal["port"], refusal["how"]) == (target, 7000, "refused")
    assert 0 <= time.time() - refusal["last"] < 60
    text = "[network] web may not call db:7000: security groups let nothing through; open is 6379\n"
    assert fleet.said(fleet.instances[-1]).count(text) == 1

    fleet.let("web", "db", 7000)
    wait_for("the new rule is not obeyed", lambda: call(web, f"{db}:7000") == "hi", 3)
    wait_for("what is open is still listed", lambda: fleet.refusals("web") == [], 3)


def test_a_program_reaches_itself_and_an_address_where_nobody_is_refuses(fleet: Fleet) -> None:
    alone = fleet.start(
        "alone", fleet.region.image(CALLER + "net.createServer((s) => s.end('me')).listen(81)\n")
    )
    wait_for("itself", lambda: call(alone, f"{alone}:81") == "me")
    assert call(alone, f"127.{fleet.region.octet}.14.200:81") == "ECONNREFUSED"
    assert fleet.refusals("alone") == []


def test_a_connection_of_any_other_program_is_cut_and_told_and_stays_once_a_rule_allows_it(
    fleet: Fleet,
) -> None:
    patient = fleet.start("patient", fleet.region.image(PATIENT))
    snapshot = fleet.region.snapshot()
    disk = fleet.region.state / "snapshots" / snapshot
    (disk / "root").mkdir(parents=True)
    (disk / "root" / "program.py").write_text(STRANGER)
    (disk / "root" / "main").write_text(f"#!/bin/sh\nexec {sys.executable} program.py\n")
    (disk / "root" / "main").chmod(0o755)
    (disk / "image.json").write_text(json.dumps({"Program": "/main", "Env": {"TARGET": patient}}))
    fleet.start("stranger", fleet.region.register(snapshot))
    stranger = fleet.instances[-1]

    wait_for("not cut", lambda: "connected\ncut\n" in fleet.said(stranger))
    wait_for("not told", lambda: [one["how"] for one in fleet.refusals("stranger")] == ["cut"])
    fleet.let("stranger", "patient", 7001)
    wait_for("still listed", lambda: fleet.refusals("stranger") == [], 5)
    connected = fleet.said(stranger).count("connected")
    wait_for("not open", lambda: fleet.said(stranger).endswith("connected\n"), 3)
    time.sleep(2)
    assert fleet.said(stranger).count("connected") <= connected + 1


def test_a_load_balancer_reaches_its_targets_only_through_their_groups(fleet: Fleet) -> None:
    region, name = fleet.region, "behind"
    address = fleet.start(name, region.image(SERVER))
    balancing, ec2 = region.client("elbv2"), region.client("ec2")
    vpc, subnet = region.network()
    own = fleet.group("balancer")
    made = balancing.create_load_balancer(
        Name="reach", Type="application", Scheme="internal", Subnets=[subnet], SecurityGroups=[own]
    )
    lb = made["LoadBalancers"][0]["LoadBalancerArn"]
    made = balancing.create_target_group(Name="reach", Protocol="HTTP", Port=6379, VpcId=vpc)
    group = made["TargetGroups"][0]["TargetGroupArn"]
    balancing.register_targets(TargetGroupArn=group, Targets=[{"Id": fleet.instances[-1]}])

    def target() -> dict[str, Any]:
        told = region.get("/_nanofleet/elb")["targetGroups"]
        [one] = next(each["targets"] for each in told if each["arn"] == group)
        return dict(one)

    assert target()["address"] == address
    assert "blocked" not in target(), "no load balancer is asked"
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    balancing.create_listener(LoadBalancerArn=lb, Protocol="HTTP", Port=80, DefaultActions=forward)
    assert target()["blocked"] is True
    fleet.let("balancer", name, 6379)
    assert "blocked" not in target()
    cidr = {"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379}
    pairs = [{"GroupId": own}]
    ec2.revoke_security_group_ingress(
        GroupId=fleet.groups[name], IpPermissions=[{**cidr, "UserIdGroupPairs": pairs}]
    )
    assert target()["blocked"] is True
    ranges = [{"CidrIp": f"127.{region.octet}.0.0/20"}]
    ec2.authorize_security_group_ingress(
        GroupId=fleet.groups[name], IpPermissions=[{**cidr, "IpRanges": ranges}]
    )
    assert "blocked" not in target(), "its subnet is let in"


def test_refusals_outlive_the_region(own_region: Region) -> None:
    fleet = Fleet(own_region, {}, [])
    db, web = fleet.start("db", own_region.image(SERVER)), fleet.start("web", own_region.image(CALLER))
    wait_for("not refused", lambda: call(web, f"{db}:6379") == "EACCES")
    wait_for("not listed", lambda: fleet.refusals("web") != [])
    assert "name db in the needs of web" in fleet.said(fleet.instances[-1])
    before = fleet.refusals("web")
    own_region.stop()
    own_region.start()
    assert fleet.refusals("web") == before


def test_a_region_can_be_as_silent_as_aws(tmp_path_factory: pytest.TempPathFactory) -> None:
    silent = Region(tmp_path_factory.mktemp("silent"), {"NANOFLEET_REFUSE": "silently"})
    silent.start()
    try:
        fleet = Fleet(silent, {}, [])
        db, web = fleet.start("db", silent.image(SERVER)), fleet.start("web", silent.image(CALLER))
        wait_for("up", lambda: call(web, f"127.{silent.octet}.14.200:81") == "ECONNREFUSED")
        with pytest.raises(TimeoutError):
            call(web, f"{db}:6379")
        wait_for("not listed", lambda: [one["count"] for one in fleet.refusals("web")] == [1])
    finally:
        silent.stop()
