"""Clusters of real brokers, made by a stack and used by a client of another library."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cloudformation.stacks import Stack
from kafka_clients import consume, make_topic, produce, reaches
from msk_parts import Identity, authority, bootstrap, physical, subnets, template
from regions import Region
from waiting import wait_for

SECONDS = 240


@dataclass
class Events:
    """A region with a cluster of one broker, and somebody who may use it."""

    region: Region
    stack: Stack
    made: dict[str, str]
    settings: dict[str, Any]

    @property
    def pid(self) -> int:
        """Of the broker; 0 between two lives."""
        files = list((self.region.state / "kafka").glob("*/broker-1/process.json"))
        return json.loads(files[0].read_text())["pid"] if files else 0

    def log(self) -> str:
        [file] = (self.region.state / "kafka").glob("*/broker-1/console.log")
        return file.read_text()


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Events]:
    region = Region(tmp_path_factory.mktemp("region"), {"NANOFLEET_KAFKA_BROKERS": "1"})
    region.start()
    stack = Stack(region, seconds=SECONDS)
    assert stack.create(template(region, "num.partitions=2\n")) == "CREATE_COMPLETE"
    made = physical(region, stack.name)
    who = Identity(region, made["Authority"], tmp_path_factory.mktemp("client"), "writer")
    settings = who.settings(region, bootstrap(region, made["Cluster"]))
    make_topic(settings, "orders", 2)
    yield Events(region, stack, made, settings)
    region.stop()


def test_a_record_goes_in_and_comes_out(events: Events) -> None:
    assert sorted(produce(events.settings, "orders", ["one", "two"])) == ["one", "two"]
    assert sorted(consume(events.settings, "orders", 2, "first")) == ["one", "two"]


def test_a_client_without_a_certificate_of_the_authority_is_refused_and_seen_in_the_log(
    events: Events, tmp_path: Path
) -> None:
    other = Stack(events.region, seconds=60)
    assert other.create(authority()) == "CREATE_COMPLETE"
    stranger = Identity(events.region, physical(events.region, other.name)["Authority"], tmp_path, "stranger")
    nobody = {key: value for key, value in events.settings.items() if not key.endswith(".location")}
    brokers = events.settings["bootstrap.servers"]
    assert reaches(events.settings)
    assert not reaches(stranger.settings(events.region, brokers))
    assert not reaches({**nobody, "ssl.ca.location": events.settings["ssl.ca.location"]})
    wait_for("nothing of it in the log", lambda: "Failed authentication" in events.log(), 20)


def test_it_is_told_as_msk_tells_it(events: Events) -> None:
    kafka, arn = events.region.client("kafka"), events.made["Cluster"]
    told = kafka.describe_cluster(ClusterArn=arn)["ClusterInfo"]
    assert (told["State"], told["NumberOfBrokerNodes"]) == ("ACTIVE", 2)
    assert told["CurrentBrokerSoftwareInfo"]["ConfigurationArn"] == events.made["Settings"]
    [node] = kafka.list_nodes(ClusterArn=arn)["NodeInfoList"]
    assert bootstrap(events.region, arn) == f"{node['BrokerNodeInfo']['ClientVpcIpAddress']}:9094"
    named = kafka.list_clusters_v2(ClusterNameFilter=told["ClusterName"])["ClusterInfoList"]
    assert [one["Provisioned"]["NumberOfBrokerNodes"] for one in named] == [2]


def test_a_broker_that_dies_is_started_again_with_its_records(events: Events) -> None:
    before = events.pid
    os.kill(before, signal.SIGKILL)
    wait_for("no other broker", lambda: events.pid not in (0, before), 60)
    assert produce(events.settings, "orders", ["three"]) == ["three"]
    assert sorted(consume(events.settings, "orders", 3, "second")) == ["one", "three", "two"]


def test_a_region_that_is_killed_leaves_no_broker_and_has_it_back_with_its_records(events: Events) -> None:
    before = events.pid
    events.region.kill()
    assert not Path(f"/proc/{before}").exists()
    events.region.start()
    wait_for("no broker again", lambda: reaches(events.settings), 120)
    assert sorted(consume(events.settings, "orders", 3, "third")) == ["one", "three", "two"]


def test_a_region_that_ends_ends_its_brokers_in_order(events: Events) -> None:
    before = events.pid
    assert events.region.stop() == 0
    assert not Path(f"/proc/{before}").exists()
    events.region.start()
    wait_for("no broker again", lambda: reaches(events.settings), 120)
    assert len(consume(events.settings, "orders", 3, "fourth")) == 3


def test_a_deleted_stack_takes_brokers_and_records_with_it(events: Events) -> None:
    before = events.pid
    assert events.stack.delete() == "DELETE_COMPLETE"
    assert not Path(f"/proc/{before}").exists()
    assert list((events.region.state / "kafka").glob("*/broker-1/data")) == []
    counts = events.region.get("/_nanofleet/inventory")
    assert (counts["kafkaClusters"], counts["kafkaBrokers"]) == (0, 0)


def test_three_brokers_keep_what_was_acknowledged_when_one_of_them_dies(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    region = Region(tmp_path_factory.mktemp("region"), {"NANOFLEET_KAFKA_HEAP": "160"})
    region.start()
    try:
        three = {
            "NumberOfBrokerNodes": 3,
            "BrokerNodeGroupInfo": {"ClientSubnets": subnets(region, 3), "InstanceType": "kafka.t3.small"},
        }
        stack = Stack(region, seconds=SECONDS)
        assert stack.create(template(region, **three)) == "CREATE_COMPLETE"
        made = physical(region, stack.name)
        brokers = bootstrap(region, made["Cluster"])
        assert len(set(brokers.split(","))) == 3
        settings = Identity(region, made["Authority"], tmp_path, "writer").settings(region, brokers)
        make_topic(settings, "orders", 3, 3)
        assert len(produce(settings, "orders", ["before"] * 50)) == 50
        first = sorted((region.state / "kafka").glob("*/broker-*/process.json"))[0]
        os.kill(json.loads(first.read_text())["pid"], signal.SIGKILL)
        assert len(produce(settings, "orders", ["while"] * 50)) == 50
        assert len(consume(settings, "orders", 100, "all")) >= 100
        assert stack.delete() == "DELETE_COMPLETE"
    finally:
        region.stop()
