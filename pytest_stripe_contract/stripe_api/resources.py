"""The folders of the package's data files: in the wheel, or beside the package in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_WHEEL = _PACKAGE / "_data"

ROOT = _WHEEL if _WHEEL.is_dir() else _PACKAGE.parent
SCHEMAS = ROOT / "schemas"
CASSETTES = ROOT / "cassettes"
SCHEMA_RULES = (_WHEEL if _WHEEL.is_dir() else ROOT / "tools") / "schema_rules.toml"
