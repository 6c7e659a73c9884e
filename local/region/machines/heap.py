"""How large the heap of a Node program may become: as large as on a machine of its instance's type.

V8 takes its bounds from the memory of the machine: half of it for old objects, a 128th of that for each half
of the young ones. On AWS the 1 GiB of a t3.micro bounds a program. Here it would see this whole machine, and
keep tens of megabytes more of what it no longer uses.
"""

from __future__ import annotations

# MiB of the burstable types, which services use unless they say otherwise; others keep V8's own bounds.
_FAMILIES = ("t2", "t3", "t3a", "t4g")
_MEMORY = {"nano": 512, "micro": 1024, "small": 2048, "medium": 4096, "large": 8192}


def options(instance_type: str) -> str:
    """Node's options for a program of such an instance, empty for a type that is not known here."""
    family, _, size = instance_type.partition(".")
    memory = _MEMORY.get(size) if family in _FAMILIES else None
    if memory is None:
        return ""
    old = memory // 2
    return f"--max-old-space-size={old} --max-semi-space-size={min(16, old // 128)}"
