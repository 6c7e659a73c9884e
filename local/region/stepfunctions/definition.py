"""What Step Functions refuses in the definition of a state machine.

Codes and sentences as CreateStateMachine gives them, as far as they are public; those about variables, and
where `$states` has which part, follow the rules of the AWS page "Passing data between states with variables".
A variable that no state assigns is no reason to refuse: its read fails when it happens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
AFTER_A_TASK = ("Task", "Map", "Parallel")
LONGEST_NAME = 80

Machine = dict[str, Any]
State = dict[str, Any]


class Problem(NamedTuple):
    code: str
    message: str
    location: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message} at {self.location}"


def problems(text: str) -> list[Problem]:
    """Every reason to refuse a definition, in the order of its states; empty when there is none."""
    try:
        machine = json.loads(text)
    except ValueError as error:
        return [Problem("INVALID_JSON_DESCRIPTION", f"Invalid JSON description: {error}", "/")]
    if not isinstance(machine, dict):
        return [Problem("INVALID_JSON_DESCRIPTION", "Invalid JSON description: not an object", "/")]
    return [
        *_machine(machine, "", frozenset(), machine.get("QueryLanguage", "JSONPath")),
        *_repeated(machine),
    ]


def _schema(message: str, location: str) -> Problem:
    return Problem("SCHEMA_VALIDATION_FAILED", message, location)


def _machine(machine: Machine, path: str, outer: frozenset[str], language: str) -> Iterator[Problem]:
    missing = [field for field in ("StartAt", "States") if not machine.get(field)]
    if missing:
        yield _schema(f"These fields are required: [{', '.join(missing)}]", path or "/")
        return
    states = machine["States"]
    inside = outer | {name for state in states.values() for name, _at in _assigned(state)}
    for name, state in states.items():
        at = f"{path}/States/{name}"
        if len(name) > LONGEST_NAME:
            yield _schema(f"The name of a state has at most {LONGEST_NAME} characters", at)
        if state.get("Type") not in TYPES:
            allowed = ", ".join(TYPES)
            yield _schema(f"The field 'Type' should have one of these values: [{allowed}]", f"{at}/Type")
            continue
        yield from _variables(state, at, outer)
        if state.get("QueryLanguage", language) == "JSONata":
            yield from _parts_of_states(state, at)
        yield from _inner(state, at, inside, state.get("QueryLanguage", language))
    yield from _transitions(machine, path)


def _inner(state: State, at: str, inside: frozenset[str], language: str) -> Iterator[Problem]:
    if state["Type"] == "Parallel" and not state.get("Branches"):
        yield _schema("Value cannot be empty", f"{at}/Branches")
    for place, machine in inner_machines(state):
        yield from _machine(machine, f"{at}/{place}", inside, language)


def inner_machines(state: State) -> list[tuple[str, Machine]]:
    """What a Map or Parallel runs, by its place in the state."""
    maps = [(key, state[key]) for key in ("ItemProcessor", "Iterator") if key in state]
    return maps + [(f"Branches/{index}", branch) for index, branch in enumerate(state.get("Branches") or [])]


def _assigned(state: State) -> list[tuple[str, str]]:
    """[(variable, where in the state)] of every Assign of a state, its rules and its catchers."""
    found = [(name, "Assign") for name in state.get("Assign") or {}]
    for key in ("Choices", "Catch"):
        for index, rule in enumerate(state.get(key) or []):
            found += [(name, f"{key}/{index}/Assign") for name in rule.get("Assign") or {}]
    # In JSONPath a name ends in ".$" when its value is a path.
    return [(name.removesuffix(".$"), place) for name, place in found]


def _variables(state: State, at: str, outer: frozenset[str]) -> Iterator[Problem]:
    for name, place in _assigned(state):
        where = f"{at}/{place}"
        if name == "states":
            yield _schema(f"The variable name '{name}' is reserved", where)
        elif not name.isidentifier() or name.startswith("_") or len(name) > LONGEST_NAME:
            yield _schema(f"The variable name '{name}' is not a valid identifier", where)
        elif name in outer:
            yield _schema(
                f"Variable '{name}' is assigned in an outer scope and cannot be assigned in an inner one",
                where,
            )


def _parts_of_states(state: State, at: str) -> Iterator[Problem]:
    for field, value in state.items():
        if field in ("ItemProcessor", "Iterator", "Branches"):
            continue
        after = state["Type"] in AFTER_A_TASK and field in ("Assign", "Output")
        for expression, place in _expressions(value, f"{at}/{field}"):
            if re.search(r"\$states\.result\b", expression) and not after:
                yield _schema("$states.result is not accessible here", place)
            if re.search(r"\$states\.errorOutput\b", expression) and field != "Catch":
                yield _schema("$states.errorOutput is not accessible here", place)


def _expressions(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value.startswith("{%"):
        yield value, at
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _expressions(item, f"{at}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _expressions(item, f"{at}/{index}")


def _targets(state: State) -> list[tuple[str, str]]:
    """[(state that may follow, where in the state that is said)]."""
    found = [(state[key], key) for key in ("Next", "Default") if isinstance(state.get(key), str)]
    for key in ("Choices", "Catch"):
        for index, rule in enumerate(state.get(key) or []):
            if isinstance(rule.get("Next"), str):
                found.append((rule["Next"], f"{key}/{index}/Next"))
    return found


def _transitions(machine: Machine, path: str) -> Iterator[Problem]:
    states = machine["States"]
    followed = [
        (target, f"{path}/States/{name}/{place}")
        for name, state in states.items()
        for target, place in _targets(state)
    ]
    starts = [(machine["StartAt"], f"{path}/StartAt")]
    for target, at in starts + followed:
        if target not in states:
            key = at.rsplit("/", 1)[-1]
            yield Problem("MISSING_TRANSITION_TARGET", f"Missing '{key}' target: {target}", at)
    reached = {target for target, _at in starts + followed}
    for name in states:
        if name not in reached:
            at = f"{path}/States/{name}"
            yield Problem("MISSING_TRANSITION_TARGET", f'State "{name}" is not reachable.', at)


def _repeated(machine: Machine) -> Iterator[Problem]:
    """The name of a state is unique in the whole machine, those of Maps and branches included."""
    seen: set[str] = set()
    for name, at in _named(machine, ""):
        if name in seen:
            yield Problem("DUPLICATE_STATE_NAME", f"Duplicate State name: {name}", at)
        seen.add(name)


def _named(machine: Machine, path: str) -> Iterator[tuple[str, str]]:
    states = machine.get("States") or {}
    yield from ((name, f"{path}/States/{name}") for name in states)
    for name, state in states.items():
        for place, inner in inner_machines(state):
            yield from _named(inner, f"{path}/States/{name}/{place}")
