"""The processes of brokers: prepared, started, watched, ended. One that dies is started again."""

from __future__ import annotations

import logging
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

from region.authorities import records as authorities
from region.base.settings import current as settings
from region.kafka import configurations, properties, tools, trust
from region.kafka.members import Member
from region.machines import machine
from region.machines.console import Console
from region.machines.machine import Machine
from region.machines.program import Program

logger = logging.getLogger("region.kafka")

READY_SECONDS = 180.0
# From SIGTERM to SIGKILL: a broker hands over what it leads, and closes its files.
END_SECONDS = 10.0
PAUSE_SECONDS = 1.0
_LOOK_SECONDS = 0.1

_LOGGING = """status=error
rootLogger.level=WARN
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=[%d] %p %m (%c{1})%n
logger.ready.name=kafka.server
logger.ready.level=INFO
logger.refused.name=org.apache.kafka.common.network.Selector
logger.refused.level=INFO
logger.denied.name=kafka.authorizer.logger
logger.denied.level=INFO
"""

# By the broker's folder; changed under the lock only.
_running: dict[Path, Machine] = {}
_ended_at: dict[Path, float] = {}
_lock = threading.RLock()


def start(member: Member) -> None:
    """Starts a broker unless it runs; its data stays where it is."""
    with _lock:
        if member.home in _running:
            return
        command = _prepare(member)
        console = Console(
            member.home / "console.log", f"/aws/msk/{member.cluster}", f"broker-{member.number}"
        )
        program = Program(command, {"NANOFLEET_SUPERVISED": str(settings.state)}, member.home)
        _running[member.home] = Machine.start(program, member.home, member.address, console)


def _prepare(member: Member) -> list[str]:
    """Writes what the broker reads, and gives the command that starts it."""
    found = tools.ready()
    member.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (member.home / "broker.pem").exists():
        key, certificate = trust.broker(member.secret_name, member.address)
        authorities.put(member.home / "broker.pem", key + certificate)
    (member.home / "roots.pem").write_text(trust.authority()["certificate"])
    clients = [authorities.read(arn)["Certificate"] for arn in member.wanted.authorities]
    (member.home / "clients.pem").write_text("".join(clients))
    (member.home / "log4j2.properties").write_text(_LOGGING)
    own = configurations.properties(*member.wanted.configuration) if member.wanted.configuration else {}
    file = properties.write(member, own)
    _format(member, found, file)
    heap = settings.kafka_heap
    return [
        found.java,
        *("-Xms64m", f"-Xmx{heap}m", f"-XX:MaxDirectMemorySize={max(heap // 3, 64)}m", "-XX:+UseSerialGC"),
        *("-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true"),
        f"-Dlog4j2.configurationFile={member.home / 'log4j2.properties'}",
        *("-cp", found.class_path, "kafka.Kafka", str(file)),
    ]


def _format(member: Member, found: tools.Tools, file: Path) -> None:
    """Marks the data folder as the cluster's, once."""
    if (member.home / "data" / "meta.properties").exists():
        return
    identity = member.home.parent.name.replace("-", "")[:22].ljust(22, "0")
    done = subprocess.run(
        [
            *(found.java, "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *("-cp", found.class_path, "kafka.tools.StorageTool", "format"),
            *("-t", identity, "-c", str(file), "--ignore-formatted"),
        ],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        text = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise tools.ToolsMissing(f"Kafka cannot format {member.home}: {text[-300:]}")


def await_ready(members: list[Member], seconds: float = READY_SECONDS) -> None:
    """Returns when every broker takes connections; TimeoutError names the first that does not."""
    deadline = time.monotonic() + seconds
    for member in members:
        while not _listens(member):
            if time.monotonic() > deadline:
                last = _last_words(member)
                raise TimeoutError(f"broker {member.number} does not answer after {seconds:.0f} s: {last}")
            time.sleep(_LOOK_SECONDS)


def _listens(member: Member) -> bool:
    port = properties.TLS_PORT if member.wanted.tls else properties.PLAIN_PORT
    with socket.socket() as probe:
        return probe.connect_ex((member.address, port)) == 0


def _last_words(member: Member) -> str:
    file = member.home / "console.log"
    lines = file.read_text(errors="replace").splitlines() if file.exists() else []
    return lines[-1] if lines else "it printed nothing"


def end(members: list[Member]) -> None:
    """Ends brokers in order, and kills what has not ended in time."""
    with _lock:
        found = [(one.home, _running.pop(one.home)) for one in members if one.home in _running]
    _end([one for _home, one in found])


def _end(machines: list[Machine]) -> None:
    for one in machines:
        one.ask_to_end()
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline and not all(one.ended() for one in machines):
        time.sleep(_LOOK_SECONDS)
    for one in machines:
        one.finish()


def remove(members: list[Member]) -> None:
    """Ends brokers and removes their data."""
    end(members)
    for one in members:
        shutil.rmtree(one.home, ignore_errors=True)


def watch(members: list[Member]) -> None:
    """Sends what brokers printed to the logs, and starts again what has died."""
    for member in members:
        with _lock:
            one = _running.get(member.home)
            if one is not None and not one.ended():
                one.console.pump()
                continue
            if one is not None:
                logger.warning("broker %s of %s ended: %s", member.number, member.cluster, one.last_words())
                one.finish()
                del _running[member.home]
                _ended_at[member.home] = time.monotonic()
        if time.monotonic() - _ended_at.get(member.home, 0.0) > PAUSE_SECONDS:
            start(member)


def reap() -> None:
    """Kills what an earlier run left behind."""
    for home in trust.folder().glob("*/broker-*"):
        if machine.reap(home):
            logger.warning("killed a broker of %s, left over from an earlier run", home.parent.name)


def count() -> int:
    """How many brokers run."""
    with _lock:
        return len(_running)


def end_all() -> None:
    with _lock:
        machines = list(_running.values())
        _running.clear()
    _end(machines)
