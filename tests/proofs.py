"""Tests that the documents name, and whether they exist."""

import ast
import re
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parents[1]
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def without_test(text: str) -> list[str]:
    """Return what the text names as a test and isn't one."""
    return [f"{path}::{test}" for path, test in PROOF.findall(text) if test not in functions_of(path)]


def beside_tests(text: str) -> str:
    """Return what the text says beside naming tests."""
    return PROOF.sub("", text).replace("<br>", " ").strip()


@cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((HOUSE / path).read_text()) if (HOUSE / path).exists() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
