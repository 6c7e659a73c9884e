"""`python_project.py <folder> [locked]` prints why this Python cannot pack a project, or nothing.

Run by the Python that the packages are installed with; pip brings what Python 3.10 lacks.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from pip._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet

try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib


def problem(folder: Path, locked: bool) -> str:
    file = folder / "pyproject.toml"
    if not file.exists():
        return ""
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    except tomllib.TOMLDecodeError as error:
        return f"is not TOML: {error}"
    if project.get("dependencies") and not locked:
        how = "uv export --format requirements-txt --no-emit-project > requirements.txt"
        return f"has dependencies, and requirements.txt with their hashes is missing; {how}"
    try:
        wanted = SpecifierSet(project.get("requires-python", ""))
    except InvalidSpecifier as error:
        return f"requires-python: {error}"
    if not wanted.contains(platform.python_version(), prereleases=True):
        return f"requires-python is {wanted}, and this is Python {platform.python_version()}; install another"
    return ""


if __name__ == "__main__":
    print(problem(Path(sys.argv[1]), "locked" in sys.argv[2:]))
