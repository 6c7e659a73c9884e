"""Lists what the region relies on inside ministack: `PYTHONPATH=local python -m region.hooks`."""

from __future__ import annotations

from region.base import contract
from region.main import PARTS


def main() -> None:
    # Each part stated what it relies on while it was imported.
    assert PARTS
    for expectation in contract.expectations():
        print(f"{expectation} {expectation.signature or ''}".rstrip())


if __name__ == "__main__":
    main()
