"""The machine and the packages of a measurement."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

PEERS = (
    "pytest",
    "stripe",
    "pytest-recording",
    "vcrpy",
    "respx",
    "httpx",
    "jsonschema",
    "jsonschema-rs",
    "fastjsonschema",
    "PyYAML",
    "pytest-xdist",
    "hypothesis",
    "hypothesis-jsonschema",
)


def described() -> str:
    """Describe the machine, its Python, and the versions of the measured packages."""
    versions = ", ".join(f"{name} {version(name)}" for name in PEERS)
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory()}; {platform.system()} "
        f"{platform.release()}; {platform.python_implementation()} {platform.python_version()}; "
        f"{versions}."
    )


def _processor() -> str:
    return _line_of("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()


def _memory() -> str:
    total = _line_of("/proc/meminfo", "MemTotal")
    return f"{int(total.split()[0]) / 2**20:.0f} GiB" if total else "memory unknown"


def _line_of(file: str, name: str) -> str:
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
