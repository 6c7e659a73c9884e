"""Buildspecs that cannot be run."""

from __future__ import annotations

import pytest

from region.codebuild.buildspec import InvalidBuildspec, parse


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version: 0.1\nphases: {build: {}}", "version is 0.1"),
        ("version: 0.2\nphases: {}", "phases is empty"),
        ("version: 0.2\nphases: {compile: {}}", "unknown key 'compile'"),
        ("version: 0.2\nphases: {build: {commands: [{a: b}]}}", "quote it"),
        ("version: 0.2\nphases: {build: {on-failure: RETRY}}", "on-failure: 'RETRY'"),
        ("version: 0.2\nenv: {shell: zsh}\nphases: {build: {}}", "env.shell: 'zsh'"),
        ("version: 0.2\nenv: {secrets-manager: {A: b}}\nphases: {build: {}}", "no Secrets Manager"),
        ("version: [", "not valid YAML"),
    ],
)
def test_a_wrong_buildspec_is_refused_with_the_place(text: str, problem: str) -> None:
    with pytest.raises(InvalidBuildspec, match=problem.replace("[", r"\[")):
        parse(text)
