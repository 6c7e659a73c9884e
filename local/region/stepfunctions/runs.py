"""Which Step Functions execution the current thread works for, as which role, and if that is still wanted."""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from region.base import contract
from region.base.emulator import stepfunctions
from region.iam import roles

contract.expect("ministack.services.stepfunctions", "_ExecutionError")


class Stopped(BaseException):
    """Unwinds work that nobody waits for. No Exception: a state's Retry or Catch never sees it, as on AWS."""


class Scope:
    """Work that can be called off as a whole: an execution, or all branches of a Parallel or Map state."""

    def __init__(self, parent: Scope | None = None) -> None:
        self._called_off = threading.Event()
        self._children: list[Scope] = []
        if parent is not None:
            parent._children.append(self)
            if parent._called_off.is_set():
                self._called_off.set()

    def cancel(self) -> None:
        self._called_off.set()
        for child in list(self._children):
            child.cancel()

    def check(self) -> None:
        """Raises Stopped once the work was called off."""
        if self._called_off.is_set():
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Waits `seconds`; raises Stopped as soon as the work is called off."""
        self._called_off.wait(seconds)
        self.check()


@dataclass
class Run:
    """One execution while it runs."""

    execution: dict[str, Any]
    role: str
    session: str
    scope: Scope = field(default_factory=Scope)


_run: contextvars.ContextVar[Run | None] = contextvars.ContextVar("region_sfn_run", default=None)
_scope: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("region_sfn_scope", default=None)
_active: dict[str, Run] = {}


def current() -> Run | None:
    """The execution that this thread works for, None outside of one."""
    return _run.get()


def scope() -> Scope:
    """The innermost scope of this thread's work; one that is never called off outside of an execution."""
    return _scope.get() or Scope()


@contextlib.contextmanager
def running(run: Run) -> Generator[None, None, None]:
    """The block works for `run`, whatever execution started it."""
    tokens = _run.set(run), _scope.set(run.scope)
    arn = run.execution["executionArn"]
    _active[arn] = run
    try:
        yield
    finally:
        del _active[arn]
        _scope.reset(tokens[1])
        _run.reset(tokens[0])


@contextlib.contextmanager
def branches() -> Generator[None, None, None]:
    """The block's threads share a scope inside the current one: a failing branch calls off the others."""
    token = _scope.set(Scope(scope()))
    try:
        yield
    finally:
        _scope.reset(token)


def call_off(execution_arn: str) -> None:
    """Ends the work of an execution that was stopped; nothing happens when it is not running."""
    run = _active.get(execution_arn)
    if run is not None:
        run.scope.cancel()


def failure(error: str, cause: str) -> Exception:
    """An exception that fails a task with this error name and cause."""
    return stepfunctions._ExecutionError(error, cause)


def authorize(action: str, resource: str, error: str, context: dict[str, Any] | None = None) -> None:
    """Fails the task as `error` when the state machine's role does not allow `action` on `resource`."""
    run = _run.get()
    if run is None:
        return
    denial = roles.check(run.role, run.session, action, resource, context)
    if denial is not None:
        raise failure(error, f"{denial} (Status Code: 403; Error Code: AccessDeniedException)")
