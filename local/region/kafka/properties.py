"""A broker's server.properties: what MSK sets, what its configuration says, what a small machine needs."""

from __future__ import annotations

from pathlib import Path

from region.kafka import offered
from region.kafka.members import Member

TLS_PORT, PLAIN_PORT, REPLICATION_PORT, CONTROLLER_PORT = 9094, 9092, 9093, 9091

# On one machine beside everything else: less memory, fewer files, and a broker that starts again is known
# again soon. None of them may be set on MSK, but for the numbers of threads.
_SMALL = {
    "log.cleaner.dedupe.buffer.size": "4194304",
    "log.cleaner.threads": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "2",
    "broker.session.timeout.ms": "6000",
    "broker.heartbeat.interval.ms": "1000",
    "num.network.threads": "2",
    "num.io.threads": "3",
}
# What cannot be more than the number of brokers; and how many of them have to be there.
_COPIES = {
    "default.replication.factor": "3",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "share.coordinator.state.topic.replication.factor": "3",
}
_IN_SYNC = {
    "min.insync.replicas": "2",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.min.isr": "2",
}


def text(member: Member, own: dict[str, str]) -> str:
    """`own` is what the cluster's configuration sets."""
    given = {name: value for name, value in own.items() if name not in offered.OBSOLETE}
    merged = offered.DEFAULTS | _SMALL | _COPIES | _IN_SYNC | given
    running = len(member.addresses)
    for name in _COPIES:
        merged[name] = str(min(int(merged[name]), running))
    for name in _IN_SYNC:
        merged[name] = str(min(int(merged[name]), max(running - 1, 1)))
    merged |= _place(member) | _listeners(member) | _access(member)
    return "".join(f"{name}={value}\n" for name, value in sorted(merged.items()))


def _place(member: Member) -> dict[str, str]:
    voters = member.addresses[: member.voters]
    quorum = ",".join(f"{number}@{one}:{CONTROLLER_PORT}" for number, one in enumerate(voters, 1))
    return {
        "process.roles": "broker,controller" if member.votes else "broker",
        "node.id": str(member.number),
        "broker.rack": member.zone,
        "controller.quorum.voters": quorum,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "REPLICATION",
        "log.dirs": str(member.home / "data"),
    }


def _listeners(member: Member) -> dict[str, str]:
    at = member.address
    served = {"REPLICATION": REPLICATION_PORT}
    if member.wanted.tls:
        served["CLIENT_SECURE"] = TLS_PORT
    if member.wanted.plaintext:
        served["CLIENT"] = PLAIN_PORT
    listening = served | ({"CONTROLLER": CONTROLLER_PORT} if member.votes else {})
    protocols = {"CLIENT": "PLAINTEXT", "CLIENT_SECURE": "SSL", "REPLICATION": "SSL", "CONTROLLER": "SSL"}
    return {
        "listeners": ",".join(f"{name}://{at}:{port}" for name, port in listening.items()),
        "advertised.listeners": ",".join(f"{name}://{at}:{port}" for name, port in served.items()),
        "listener.security.protocol.map": ",".join(f"{name}:{kind}" for name, kind in protocols.items()),
    }


def _access(member: Member) -> dict[str, str]:
    """Brokers know each other by the region's authority, clients are let in by those of the cluster.

    The brokers' name cannot be guessed: an authority of the cluster could otherwise make one of them.
    """
    secret = str(member.home / "broker.pem")
    roots = str(member.home / "roots.pem")
    clients = str(member.home / "clients.pem")
    asked = (
        "none" if not member.wanted.authorities else "requested" if member.wanted.anonymous else "required"
    )
    access = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:CN={member.secret_name}",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": secret,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": roots,
        "ssl.client.auth": "required",
        "listener.name.client_secure.ssl.client.auth": asked,
    }
    if member.wanted.authorities:
        access["listener.name.client_secure.ssl.truststore.location"] = clients
        access["listener.name.client_secure.ssl.truststore.type"] = "PEM"
    return access


def write(member: Member, own: dict[str, str]) -> Path:
    file = member.home / "server.properties"
    file.write_text(text(member, own))
    return file
