"""How a hook is installed: only on names that contract.py asserts, so that drift shows at start-up only."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any

from region.base import contract


class UnstatedHook(Exception):
    """A module hooks a name that it never stated with contract.expect."""


def replace(module: str, name: str, new: Any) -> Any:
    """Replaces `module.name` with `new` and returns the former value."""
    _require_stated(module, name)
    owner, last = _owner(module, name)
    original = getattr(owner, last)
    setattr(owner, last, new)
    return original


def wrap(module: str, name: str, around: Callable[..., Any]) -> None:
    """Calls of `module.name(...)` become `around(original, ...)`."""
    _require_stated(module, name)
    owner, last = _owner(module, name)
    setattr(owner, last, _bind(getattr(owner, last), around))


def entry(module: str, table: str, key: str, value: Any) -> Any:
    """Sets `module.table[key]` and returns the former value, None when there was none."""
    _require_stated(module, table)
    rows = getattr(importlib.import_module(module), table)
    original = rows.get(key)
    rows[key] = value
    return original


def wrap_entry(module: str, table: str, key: str, around: Callable[..., Any]) -> None:
    """Calls of `module.table[key](...)` become `around(original, ...)`; the entry has to exist."""
    _require_stated(module, table)
    rows = getattr(importlib.import_module(module), table)
    rows[key] = _bind(rows[key], around)


def _owner(module: str, name: str) -> tuple[Any, str]:
    """What holds `name`, the module or a class in it, and the last part of the name."""
    *path, last = name.split(".")
    return functools.reduce(getattr, path, importlib.import_module(module)), last


def _bind(original: Callable[..., Any], around: Callable[..., Any]) -> Callable[..., Any]:
    """A coroutine function stays one: servers look at what kind of function they were given."""
    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def bound_coroutine(*args: Any, **kwargs: Any) -> Any:
            return await around(original, *args, **kwargs)

        return bound_coroutine

    @functools.wraps(original)
    def bound(*args: Any, **kwargs: Any) -> Any:
        return around(original, *args, **kwargs)

    return bound


def _require_stated(module: str, name: str) -> None:
    if not contract.stated(module, name):
        raise UnstatedHook(f"{module}.{name} is hooked but not stated; add contract.expect for it")
