"""What security groups let through, as decisions."""

from __future__ import annotations

from typing import Any

import pytest

from region.reach.rules import Place, between, holds

WEB = Place("127.77.0.20", frozenset({"sg-web"}))
DB = Place("127.77.0.33", frozenset({"sg-db"}))
OPEN = Place("127.77.0.10", frozenset())


def rule(protocol: str = "tcp", ports: tuple[int, int] | None = (6379, 6379), **peers: Any) -> dict[str, Any]:
    pairs = [{"GroupId": peers["group"]}] if "group" in peers else []
    ranges = [{"CidrIp": peers["cidr"]}] if "cidr" in peers else []
    lists = [{"PrefixListId": peers["prefixes"]}] if "prefixes" in peers else []
    made = {"IpProtocol": protocol, "UserIdGroupPairs": pairs, "IpRanges": ranges, "PrefixListIds": lists}
    return made if ports is None else {**made, "FromPort": ports[0], "ToPort": ports[1]}


def group(leaving: list[Any], entering: list[Any]) -> dict[str, Any]:
    return {"IpPermissionsEgress": leaving, "IpPermissions": entering}


TO_DB, FROM_WEB = rule(group="sg-db"), rule(group="sg-web")
ANYWHERE = rule("-1", None, cidr="0.0.0.0/0")


@pytest.mark.parametrize(
    ("leaving", "entering", "ports"),
    [
        pytest.param([TO_DB], [FROM_WEB], [(6379, 6379)], id="both ends name each other"),
        pytest.param([TO_DB], [], [], id="the target lets nobody in"),
        pytest.param([], [FROM_WEB], [], id="the caller lets nothing out"),
        pytest.param(
            [rule(cidr="127.0.0.1/32", protocol="-1", ports=None)], [FROM_WEB], [], id="a rule for nobody"
        ),
        pytest.param([ANYWHERE], [FROM_WEB], [(6379, 6379)], id="everything leaves, one port enters"),
        pytest.param([ANYWHERE], [ANYWHERE], [(0, 65535)], id="everything"),
        pytest.param([TO_DB], [rule(cidr="127.77.0.0/20")], [(6379, 6379)], id="addresses"),
        pytest.param([TO_DB], [rule(cidr="127.77.16.0/20")], [], id="other addresses"),
        pytest.param(
            [rule(prefixes="pl-s3", ports=(443, 443))], [ANYWHERE], [], id="a service of AWS is no place"
        ),
        pytest.param([TO_DB], [rule("udp", group="sg-web")], [], id="another protocol"),
        pytest.param([rule("6", group="sg-db")], [FROM_WEB], [(6379, 6379)], id="a protocol's number"),
        pytest.param([rule(ports=(6000, 7000), group="sg-db")], [FROM_WEB], [(6379, 6379)], id="a range"),
        pytest.param(
            [ANYWHERE],
            [FROM_WEB, rule(ports=(6380, 6390), group="sg-web"), rule(ports=(80, 80), group="sg-web")],
            [(80, 80), (6379, 6390)],
            id="rules add up",
        ),
    ],
)
def test_a_connection_takes_a_rule_at_both_ends(
    leaving: list[Any], entering: list[Any], ports: list[tuple[int, int]]
) -> None:
    groups = {"sg-web": group(leaving, []), "sg-db": group([], entering)}
    assert between(WEB, DB, groups) == ports


def test_a_group_may_let_in_itself() -> None:
    own = rule(ports=(8300, 8301), group="sg-db")
    groups = {"sg-db": group([own], [own])}
    assert between(DB, Place("127.77.16.9", frozenset({"sg-db"})), groups) == [(8300, 8301)]
    assert between(WEB, DB, groups) == []


def test_a_load_balancer_without_a_group_is_open_and_its_targets_see_addresses() -> None:
    groups = {"sg-web": group([rule(ports=(53, 53), cidr="127.77.0.0/16")], []), "sg-db": group([], [TO_DB])}
    assert between(WEB, OPEN, groups) == [(53, 53)]
    assert between(OPEN, DB, groups) == []


def test_groups_of_one_place_add_up_and_a_group_that_is_gone_opens_nothing() -> None:
    both = Place(WEB.address, frozenset({"sg-web", "sg-more", "sg-gone"}))
    groups = {
        "sg-web": group([], []),
        "sg-more": group([TO_DB], []),
        "sg-db": group([], [rule(group="sg-more")]),
    }
    assert between(both, DB, groups) == [(6379, 6379)]


def test_a_port_lies_in_a_range_with_both_ends() -> None:
    assert [holds([(80, 80), (90, 92)], port) for port in (79, 80, 81, 90, 92, 93)] == [
        False,
        True,
        False,
        True,
        True,
        False,
    ]
