"""Lets a program run as a one-off task of Nanofleet: `nanofleet job <app> <service> -- <args>`.

One file without packages, written by `nanofleet job-loader python`; docs/jobs.md says how it works.

    run_job(lambda args: migrate(args))
    serve()
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ATTEMPTS = 3
ANSWER_SECONDS = 5


def run_job(task: Callable[[list[str]], int | None]) -> None:
    """Runs the task and ends the program with its exit code, if this instance was started for a job.

    Otherwise it returns, and the program serves. Call it first, on the main thread. None is exit code 0;
    what the task raises, sys.exit too, ends the program as it does without a job. After os._exit nobody
    reports.
    """
    given = os.environ.get("NANOFLEET_JOB_ARGS")
    if given is None:
        return
    # Its lines are printed while it runs.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)
    code = _guarded(task, given) & 255
    sys.stdout.flush()
    _report(os.environ.get("NANOFLEET_JOB_RESULT", ""), code)
    sys.exit(code)


def _guarded(task: Callable[[list[str]], int | None], given: str) -> int:
    try:
        return task(json.loads(given)) or 0
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    return 1


def _report(place: str, code: int) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        problem = _put(place, code)
        if problem is None:
            return
        refused, words = problem
        print(f"[nanofleet] the exit code cannot be reported: {words}", file=sys.stderr)
        if refused:
            return
        time.sleep(attempt)


def _put(place: str, code: int) -> tuple[bool, str] | None:
    """Whether another attempt is useless, and what went wrong.

    Without the address: until it expires, it is a secret.
    """
    body = json.dumps({"exitCode": code}).encode()
    try:
        request = Request(place, body, {"content-type": "application/json"}, method="PUT")
        with urlopen(request, timeout=ANSWER_SECONDS):
            return None
    except HTTPError as error:
        return error.code < 500, f"HTTP {error.code}"
    except URLError as error:
        return False, str(error.reason)
    except OSError as error:
        return False, type(error).__name__
    except ValueError:
        return True, "NANOFLEET_JOB_RESULT is not an address"
