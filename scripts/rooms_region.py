"""Prints docs/rooms-region.md: the rooms of the local region and who imports whom.

    PYTHONPATH=local python scripts/rooms_region.py           prints the page
    PYTHONPATH=local python scripts/rooms_region.py --check   fails if the page in docs/ is out of date

grimp reads the imports. The floors are those of the first contract in pyproject.toml, which
import-linter enforces; both tools are in the checks' Python environment.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import grimp

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = REPOSITORY / "docs" / "rooms-region.md"
PACKAGE = "region"

HEAD = """# The rooms of the local region

Drawn by `npm run docs:rooms` from the imports in `local/region/`; `npm run check` fails if it is out of date.
An arrow leads from a room to one that it imports, with the number of imports between their files. Every room
also imports `base`, and `main` imports every part that it installs: those arrows are left out.

"""


def floors() -> list[list[str]]:
    """The rooms by floor, the highest first, as in the layers contract in pyproject.toml."""
    text = (REPOSITORY / "pyproject.toml").read_text()
    start = text.index("layers = [", text.index('type = "layers"'))
    layers = ast.literal_eval(text[text.index("[", start) : text.index("]", start) + 1])
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def arrows(graph: grimp.ImportGraph) -> dict[tuple[str, str], int]:
    """The number of imports from one room to another."""
    found: dict[tuple[str, str], int] = {}
    for module in graph.modules - {PACKAGE}:
        for imported in graph.find_modules_directly_imported_by(module) - {PACKAGE}:
            pair = (room_of(module), room_of(imported))
            if pair[0] != pair[1]:
                found[pair] = found.get(pair, 0) + 1
    return found


def drawing(graph: grimp.ImportGraph) -> str:
    lines = ["```mermaid", "flowchart TD"]
    for number, floor in enumerate(floors()):
        lines += [f"  subgraph floor{number}[ ]", "    direction LR"]
        lines += [f"    {node(room)}" for room in floor]
        lines.append("  end")
    for (importer, imported), count in sorted(arrows(graph).items()):
        if imported != "base" and importer != "main":
            lines.append(f"  {key(importer)} -->|{count}| {key(imported)}")
    return "\n".join([*lines, f"  {node('guard')}", "```"])


def key(room: str) -> str:
    return {"__main__": "start"}.get(room, room)


def node(room: str) -> str:
    return f'{key(room)}["{room}"]'


def table(graph: grimp.ImportGraph) -> str:
    lines = ["| room | idea | files |", "| --- | --- | --- |"]
    for room in sorted(graph.find_children(PACKAGE)):
        files = sorted(module.rsplit(".", 1)[1] for module in graph.find_children(room))
        lines.append(f"| `{room_of(room)}` | {idea(room)} | {', '.join(f'`{name}`' for name in files)} |")
    return "\n".join(lines)


def idea(module: str) -> str:
    """The first line of the module's docstring."""
    path = REPOSITORY / "local" / Path(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text())) or ""
    return text.partition("\n")[0]


def main() -> int:
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    page = f"{HEAD}{drawing(graph)}\n\n{table(graph)}\n"
    if "--check" not in sys.argv[1:]:
        sys.stdout.write(page)
        return 0
    if PAGE.exists() and PAGE.read_text() == page:
        return 0
    print(
        f"{PAGE.relative_to(REPOSITORY)} is not what the imports say; run `npm run docs:rooms`",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
