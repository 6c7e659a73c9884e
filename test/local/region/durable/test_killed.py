"""The region killed at writes of a deployment; `npm run bench -- region-kill` takes every one of them."""

from __future__ import annotations

import os
import random
from pathlib import Path

from kills import Killing

KILLS = 4


def test_killed_at_any_write_it_has_a_whole_state_and_the_deployment_can_be_run_again(tmp_path: Path) -> None:
    seed = int(os.environ.get("KILL_SEED") or random.randrange(1_000_000))
    print(f"KILL_SEED={seed}")
    dice = random.Random(seed)
    killing = Killing(tmp_path)
    writes = killing.count()
    died = [killing.kill(dice.randint(1, writes * 3 // 4), half=number % 2 == 0) for number in range(KILLS)]
    killing.region.stop()
    assert any(died)
    assert killing.app.confirmed
