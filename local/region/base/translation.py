"""The emulator knows one partition, `arn:aws:`, and three zones, a, b and c.

Where the region is to be in another place, its modules are compiled from a source in which that is replaced,
so that whatever writes, compares or takes apart an ARN or lists zones does it right.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from region.base import partition
from region.base.settings import current as settings
from region.base.values import ALL_ZONES

if TYPE_CHECKING:
    from collections.abc import Sequence

EMULATOR = "ministack"


def install() -> None:
    """Before the first module of the emulator is imported."""
    if partition.NAME != "aws" or settings.zones != ALL_ZONES:
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != EMULATOR:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType | None:
        """Compiled anew each time: the cache beside the source is for regions of the usual place."""
        source = self.get_data(self.path).decode()
        source = translated(source, partition.NAME, partition.DOMAIN, settings.zones)
        return compile(source, self.path, "exec", dont_inherit=True)


def translated(source: str, name: str, domain: str, zones: str) -> str:
    """A module's source as if the emulator had been written for that partition and these zones."""
    three = ", ".join(f'f"{{region}}{letter}"' for letter in ALL_ZONES)
    own = ", ".join(f'f"{{region}}{letter}"' for letter in zones)
    for text, other in (
        ("arn:aws:", f"arn:{name}:"),
        ('partition != "aws"', f'partition != "{name}"'),
        ('partition == "aws"', f'partition == "{name}"'),
        ('partition = "aws"', f'partition = "{name}"'),
        ('"AWS::Partition": "aws"', f'"AWS::Partition": "{name}"'),
        ('"AWS::URLSuffix": "amazonaws.com"', f'"AWS::URLSuffix": "{domain}"'),
        (f'for letter in "{ALL_ZONES}"', f'for letter in "{zones}"'),
        (f"[{three}]", f"[{own}]"),
    ):
        source = source.replace(text, other)
    return source
