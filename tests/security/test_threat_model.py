"""The page about threats tells the truth: each line of the bar is there, each test it names exists."""

import ast
import re

import pytest

from adminrights.models import JournalEntry
from tests.proofs import HOUSE, PROOF, beside_tests, without_test

PAGE = HOUSE / "docs" / "threat-model.md"
LINE = re.compile(r"^\| ([A-Z]\d[\d.]*) \| (.+?) \| (.*) \|$", re.MULTILINE)
# How many lines each part of the bar has.
PARTS = {"A": 12, "S": 7, "Z": 10, "I": 10, "N": 9, "W": 8, "M": 5, "L": 7}
RELIABILITY = {1: 7, 2: 7, 3: 4, 4: 4, 5: 4, 6: 1, 7: 4, 8: 3, 9: 3}
REASONS = ("Not yet", "Not here")
RUNS_CODE = {"pickle", "marshal", "shelve", "dill", "yaml"}


def lines() -> list[tuple[str, str, str]]:
    return LINE.findall(PAGE.read_text())


def bar() -> list[str]:
    security = [f"{part}{number}" for part, last in PARTS.items() for number in range(1, last + 1)]
    figures = [f"R{part}.{number}" for part, last in RELIABILITY.items() for number in range(1, last + 1)]
    return [*security, *figures]


def test_every_line_of_the_bar_stands_there_once() -> None:
    assert [name for name, _what, _proof in lines()] == bar()


@pytest.mark.parametrize(("name", "proof"), [(name, proof) for name, _what, proof in lines()])
def test_every_line_has_a_test_that_exists_or_a_reason(name: str, proof: str) -> None:
    rest = beside_tests(proof)

    assert without_test(proof) == []
    assert rest.startswith(REASONS) if rest else PROOF.search(proof)


# L7
def test_what_the_journal_keeps_is_data() -> None:
    apps = ("accounts", "groups", "roles", "adminrights")
    trees = [ast.parse(path.read_text()) for app in apps for path in (HOUSE / app).rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    called = {
        node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert RUNS_CODE.isdisjoint(name.partition(".")[0] for name in imported)
    assert {"eval", "exec"}.isdisjoint(called)
    assert JournalEntry._meta.get_field("data").get_internal_type() == "JSONField"
