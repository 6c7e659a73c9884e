"""Lists what the region relies on inside ministack: `PYTHONPATH=local python -m region.hooks`."""

from __future__ import annotations

import importlib

from region.base import contract
from region.main import MODULES


def main() -> None:
    for name in MODULES:
        importlib.import_module(f"region.{name}")
    for expectation in contract.expectations():
        print(f"{expectation} {expectation.signature or ''}".rstrip())


if __name__ == "__main__":
    main()
