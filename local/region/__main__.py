"""The local region as a process: `PYTHONPATH=local python -m region`."""

from region import guard


def _region() -> int:
    # Imported in the child only: the guard stays small.
    from region import main

    return main.run()


guard.run(_region)
