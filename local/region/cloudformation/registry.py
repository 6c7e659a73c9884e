"""CloudFormation's registry: the schemas of AWS's own resource types, as cfn-lint ships them.

A type is read when it is first asked for: all of them are 18 MB.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

from region.base.settings import current as settings

Schema = dict[str, Any]
Path = tuple[str, ...]

_MOST_KEPT = 64


def text(type_name: str) -> str | None:
    """The schema of a type as the registry publishes it, None for a type that it does not have."""
    name = _files().get(type_name)
    return None if name is None else (settings.schemas / "resources" / f"{name}.json").read_text()


@functools.lru_cache(maxsize=_MOST_KEPT)
def schema(type_name: str) -> Schema | None:
    found = text(type_name)
    return None if found is None else json.loads(found)


@functools.lru_cache(maxsize=1)
def _files() -> dict[str, str]:
    return json.loads((settings.schemas / "providers" / f"{settings.region}.json").read_text())


def paths(type_name: str, key: str) -> Iterator[Path]:
    """The properties that a list of the schema names, such as createOnlyProperties, as steps from the top."""
    for pointer in (schema(type_name) or {}).get(key, []):
        yield tuple(step for step in pointer.removeprefix("/properties/").split("/") if step != "properties")


def identifier(type_name: str) -> tuple[str, ...]:
    """The properties that together name one resource of the type, as an import has to give them."""
    return tuple(path[-1] for path in paths(type_name, "primaryIdentifier"))
