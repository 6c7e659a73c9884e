"""What MSK offers: versions, machines, and the properties of brokers that a configuration may set.

MSK Developer Guide, "Supported Apache Kafka versions", "Broker types and sizes" (Standard) and "Custom Amazon
MSK configurations".
"""

from __future__ import annotations

VERSIONS = (
    *("3.6.0", "3.7.x", "3.7.x.kraft", "3.8.x", "3.8.x.kraft", "3.9.x", "3.9.x.kraft"),
    *("4.0.x.kraft", "4.1.x.kraft"),
)

_SIZES = {
    "m5": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"),
    "m7g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"),
}
MACHINES = (
    "kafka.t3.small",
    *(f"kafka.{family}.{size}" for family, sizes in _SIZES.items() for size in sizes),
)

_NAMES = """
allow.everyone.if.no.acl.found auto.create.topics.enable compression.type connections.max.idle.ms
default.replication.factor delete.topic.enable group.initial.rebalance.delay.ms
group.max.session.timeout.ms group.min.session.timeout.ms leader.imbalance.per.broker.percentage
log.cleaner.delete.retention.ms log.cleaner.min.cleanable.ratio log.cleanup.policy
log.flush.interval.messages log.flush.interval.ms log.local.retention.bytes log.local.retention.ms
log.message.timestamp.after.max.ms log.message.timestamp.before.max.ms
log.message.timestamp.difference.max.ms log.message.timestamp.type log.retention.bytes
log.retention.hours log.retention.minutes log.retention.ms log.roll.ms log.segment.bytes
max.incremental.fetch.session.cache.slots message.max.bytes min.insync.replicas num.io.threads
num.network.threads num.partitions num.recovery.threads.per.data.dir num.replica.fetchers
offsets.retention.minutes offsets.topic.replication.factor replica.fetch.max.bytes
replica.fetch.response.max.bytes replica.lag.time.max.ms replica.selector.class
replica.socket.receive.buffer.bytes socket.receive.buffer.bytes socket.request.max.bytes
socket.send.buffer.bytes transaction.max.timeout.ms transaction.state.log.min.isr
transaction.state.log.replication.factor transactional.id.expiration.ms
unclean.leader.election.enable zookeeper.connection.timeout.ms zookeeper.session.timeout.ms
"""
PROPERTIES = frozenset(_NAMES.split())

# Of Kafka versions that are gone: MSK takes them, Kafka 4 does not know them.
OBSOLETE = frozenset(
    {
        "log.message.timestamp.difference.max.ms",
        "zookeeper.connection.timeout.ms",
        "zookeeper.session.timeout.ms",
    }
)

# MSK Developer Guide, "Default Amazon MSK configuration".
DEFAULTS = {
    "allow.everyone.if.no.acl.found": "true",
    "auto.create.topics.enable": "false",
    "auto.leader.rebalance.enable": "true",
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "num.partitions": "1",
    "replica.lag.time.max.ms": "30000",
    "unclean.leader.election.enable": "false",
}
