"""Every environment variable of the region, read once; nothing else looks at the environment."""

from __future__ import annotations

import ipaddress
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from region import PINNED_CFN_LINT
from region.base import values
from region.base.machine_variables import MACHINE_VARIABLES
from region.base.values import SettingsError

ACCOUNT = "000000000000"
# A quota of Lambda's; region/base/quotas.py lists them all.
CONCURRENT_EXECUTIONS = "L-B99A9384"


@dataclass(frozen=True)
class Settings:
    repository: Path
    state: Path
    port: int
    region: str
    zones: str
    account: str
    vpc_cidr: ipaddress.IPv4Network
    gateway: str
    node: str
    boot_seconds: float
    grace_seconds: float
    save_seconds: float
    drain_seconds: float
    lag_seconds: float
    rebalance_seconds: float
    nlb_register_seconds: float
    nlb_stale_seconds: float
    worker_idle_seconds: float
    refuse_silently: bool
    accept_loss: bool
    most_workers: int
    count_seconds: float
    log_level: str
    quotas: dict[str, float]
    kafka_brokers: int
    kafka_heap: int
    cache: Path
    machine: dict[str, str]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def emulator(self) -> Path:
        """Where the emulator's own services keep what survives a restart."""
        return self.state / "emulator"

    @property
    def schemas(self) -> Path:
        """CloudFormation's registry: `providers/<region>.json` and `resources/<hash>.json`, from set-up."""
        return self.cache / f"cfn-lint-{PINNED_CFN_LINT}" / "cfnlint" / "data" / "schemas"

    @property
    def snapshots(self) -> Path:
        """`<snapshot-id>/` is the disk of an image; builds know it as NANOFLEET_SNAPSHOTS."""
        return self.state / "snapshots"

    @property
    def temporary(self) -> Path:
        """Scratch of the emulator and its workers, emptied at each start."""
        return self.state / "tmp"

    @property
    def instances(self) -> Path:
        return self.state / "instances"

    @property
    def trusted_roots(self) -> Path:
        """The machine's roots and the one of the region's brokers; exists once there is a Kafka cluster."""
        return self.state / "kafka" / "trusted.pem"


def read(environment: dict[str, str]) -> Settings:
    """Settings out of `environment`; SettingsError names the variable that cannot be used."""
    repository = Path(__file__).resolve().parents[3]
    state = Path(environment.get("NANOFLEET_STATE") or repository / ".nanofleet" / "local")
    return Settings(
        repository=repository,
        state=Path(os.path.abspath(state)),
        port=values.integer(environment, "NANOFLEET_PORT", 4566, 1, 65535),
        region=environment.get("NANOFLEET_REGION") or "eu-west-1",
        zones=values.zones(environment, "NANOFLEET_ZONES"),
        account=ACCOUNT,
        vpc_cidr=values.network(environment, "NANOFLEET_VPC_CIDR", "127.77.0.0/16"),
        gateway=environment.get("NANOFLEET_GATEWAY") or "127.0.0.1:8080",
        node=environment.get("NANOFLEET_NODE") or _node(repository),
        boot_seconds=values.seconds(environment, "NANOFLEET_BOOT_SECONDS", 0.2),
        grace_seconds=values.seconds(environment, "NANOFLEET_GRACE_SECONDS", 8.0),
        save_seconds=values.seconds(environment, "NANOFLEET_SAVE_SECONDS", 4.0),
        # A target group's deregistration delay is cut to this, and an idle Lambda worker ends after the
        # other.
        drain_seconds=values.seconds(environment, "NANOFLEET_DRAIN_SECONDS", 5.0),
        rebalance_seconds=values.seconds(environment, "NANOFLEET_REBALANCE_SECONDS", 0.0),
        lag_seconds=values.seconds(environment, "NANOFLEET_LAG_SECONDS", 0.0),
        # How slow a network load balancer is: region/elb/flows.py.
        nlb_register_seconds=values.seconds(environment, "NANOFLEET_NLB_REGISTER_SECONDS", 0.2),
        nlb_stale_seconds=values.seconds(environment, "NANOFLEET_NLB_STALE_SECONDS", 0.0),
        worker_idle_seconds=values.seconds(environment, "NANOFLEET_WORKER_IDLE_SECONDS", 20.0),
        # A refused connection hangs, as on AWS, instead of failing at once.
        refuse_silently=environment.get("NANOFLEET_REFUSE") == "silently",
        # What a damaged journal no longer holds is given up.
        accept_loss=environment.get("NANOFLEET_ACCEPT_LOSS") == "yes",
        most_workers=values.integer(
            environment, "NANOFLEET_MOST_WORKERS", 8 * (os.cpu_count() or 1), 1, 1000
        ),
        # How old the counts of DescribeTable may be: region/tables/counts.py.
        count_seconds=values.seconds(environment, "NANOFLEET_COUNT_SECONDS", 21600.0),
        log_level=environment.get("NANOFLEET_LOG_LEVEL") or "INFO",
        quotas=values.quotas(environment, "NANOFLEET_QUOTAS"),
        kafka_brokers=values.integer(environment, "NANOFLEET_KAFKA_BROKERS", 0, 0, 30),
        kafka_heap=values.integer(environment, "NANOFLEET_KAFKA_HEAP", 192, 128, 65536),
        cache=_cache(environment),
        machine={name: environment[name] for name in MACHINE_VARIABLES if environment.get(name)},
    )


def _cache(environment: dict[str, str]) -> Path:
    """What set-up downloads and compiles once for every checkout: Go, its module and build caches."""
    base = environment.get("XDG_CACHE_HOME") or str(
        Path(environment.get("HOME") or "~").expanduser() / ".cache"
    )
    return Path(base) / "nanofleet"


def _node(repository: Path) -> str:
    """The Node of the checkout, else the one on PATH; a program that needs it says so when there is none."""
    own = repository / "node_modules" / ".bin" / "node"
    return str(own) if own.exists() else shutil.which("node") or "node"


def emulator_environment(settings: Settings) -> dict[str, str]:
    """What ministack and its Lambda workers see: none of the developer's own credentials.

    ministack reads its variables while it is imported, so they are set before.
    """
    return {
        **settings.machine,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(settings.port),
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": settings.region,
        "MINISTACK_ACCOUNT_ID": settings.account,
        "AUTH": "true",
        "LAMBDA_EXECUTOR": "local",
        **_concurrency(settings),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(settings.emulator),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(settings.emulator / "s3"),
        "LOG_LEVEL": settings.log_level,
        # Docker is never asked for: a missing socket keeps every container path shut.
        "DOCKER_HOST": f"unix://{settings.state}/no-docker.sock",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(settings.temporary),
        # Functions talk to this region, whatever the developer's shell says.
        "AWS_ENDPOINT_URL": settings.endpoint,
        # Workers find the Node of the checkout first.
        "PATH": os.pathsep.join([str(Path(settings.node).parent), settings.machine.get("PATH", os.defpath)]),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        # The mark by which `nanofleet local` finds every process of this region.
        "NANOFLEET_SUPERVISED": str(settings.state),
    }


def _concurrency(settings: Settings) -> dict[str, str]:
    """How many functions may run at once; left alone, the emulator goes by the machine's memory."""
    quota = settings.quotas.get(CONCURRENT_EXECUTIONS)
    return {} if quota is None else {"LAMBDA_ACCOUNT_CONCURRENCY": str(int(quota))}


def _current() -> Settings:
    try:
        return read(dict(os.environ))
    except SettingsError as error:
        sys.exit(f"local region: {error}")


current = _current()
