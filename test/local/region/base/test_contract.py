"""What the region relies on inside ministack."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from regions import REPOSITORY

from region import main
from region.base import contract, patch


def test_every_hooked_name_is_in_the_pinned_ministack() -> None:
    assert len(main.PARTS) > 20
    assert len(contract.expectations()) > 50
    contract.verify()


def test_a_name_that_changed_is_named_together_with_the_pinned_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contract, "_expectations", {})
    contract.expect("ministack.services.ec2", "_run_instances", "(p, more)")
    contract.expect("ministack.services.ec2", "_no_such_function", "()")
    contract.expect_entry("ministack.services.ec2", "_ACTION_MAP", "NoSuchAction")
    with pytest.raises(contract.ContractBroken) as broken:
        contract.verify()
    text = str(broken.value)
    assert text.startswith("ministack 1.5.33 is needed")
    assert "ministack.services.ec2._run_instances takes (p), expected (p, more)" in text
    assert "ministack.services.ec2._no_such_function is missing" in text
    assert "ministack.services.ec2._ACTION_MAP['NoSuchAction'] is missing" in text


def test_a_hook_that_was_not_stated_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "_expectations", {})
    with pytest.raises(patch.UnstatedHook, match=r"ministack\.services\.ec2\._run_instances"):
        patch.replace("ministack.services.ec2", "_run_instances", None)


def test_ministack_stays_closed_until_its_variables_are_set() -> None:
    """It reads them while it is imported; main.run sets them after all parts were imported."""
    look = "import region.main, sys; print([name for name in sys.modules if name.startswith('ministack')])"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "local"), "PYTHONDONTWRITEBYTECODE": "1"}
    opened = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, check=True)
    assert opened.stdout.decode().strip() == "[]"
