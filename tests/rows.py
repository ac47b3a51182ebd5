"""Which test proves which required behaviour: `python -m tests.rows` writes docs/rows.md.

A test names the rows that it proves in a comment, right above it or in its body: S0-12, "S2-13 to S2-16",
C-09, T6, "scenario 14 and 15", or a table of rows. A row without a test stands in rows_without_tests.toml
with the reason. `--check` writes nothing and fails: when the page is stale, when a row has neither test nor
reason, when it has both, and when somebody names a row that doesn't exist.
"""

import argparse
import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "rows.md"
REASONS = Path(__file__).with_name("rows_without_tests.toml")

# A test whose comment names this table goes through its lines, and each line begins with a row.
TABLE = ROOT / "tests" / "roles" / "named_rows.txt"

WORDS = {
    "explains": "Only explains",
    "ruled_otherwise": "Ruled otherwise",
    "background": "Not here",
    "not_yet": "Not yet",
}
COUNTED = {
    "explains": "that only explain",
    "ruled_otherwise": "that a ruling decides otherwise",
    "background": "about other parts of those products",
    "not_yet": "not yet",
}
Proofs = dict[str, list[str]]
Reasons = dict[str, dict[str, str]]


def numbered(prefix: str, first: int, last: int, width: int = 2) -> list[str]:
    return [f"{prefix}{number:0{width}}" for number in range(first, last + 1)]


# The areas of the third document's catalogue, and how many permissions each has.
AREAS = {"C": 8, "M": 4, "B": 5, "G": 3, "P": 5, "A": 17, "L": 19, "U": 3, "Y": 8, "T": 15}
SECTIONS = {
    "S0: accounts and groups, levels of access by module": numbered("S0-", 1, 58),
    "S1: accounts, groups and roles": numbered("S1-", 1, 61),
    "S2: a parent account, its child accounts, and 19 permissions": [
        *numbered("S2-", 1, 17),
        *numbered("S2-P", 1, 19),
        *numbered("S2-", 18, 45),
    ],
    "S3: a site, its roles, and 87 permissions": [
        *numbered("S3-", 1, 12),
        *chain.from_iterable(numbered(f"S3-{area}", 1, count) for area, count in AREAS.items()),
        "S3-90",
        "S3-91",
        "S3-94",
        *numbered("S3-", 101, 116, 3),
    ],
    "S4: an organisation, its units, four roles": [
        *numbered("S4-", 1, 14),
        "S4-R1",
        *numbered("S4-", 15, 19),
        "S4-R2",
        *numbered("S4-", 20, 23),
        "S4-R3",
        *numbered("S4-", 24, 27),
        "S4-R4",
        *numbered("S4-", 28, 48),
    ],
    "T: the states of an account": numbered("T", 1, 12, 1),
    "C: where the documents conflict, and the ruling": numbered("C-", 1, 28),
    "SC: the acceptance scenarios": numbered("SC-", 1, 28),
}
ROWS = list(chain.from_iterable(SECTIONS.values()))
PLACE = {row: place for place, row in enumerate(ROWS)}

ROW = r"(?:S[0-4]-[A-Z]?\d+|C-\d+|T\d{1,2}\b)"
NAMED = re.compile(rf"\b({ROW})(?: to ({ROW}))?")
SCENARIO = re.compile(r"\bscenarios? (\d+)(?: and (\d+))?", re.IGNORECASE)


def proofs() -> Proofs:
    """Return, for each row that a test names, those tests as `path::test`."""
    found: Proofs = defaultdict(list)
    listing = ["git", "ls-files", "-co", "--exclude-standard", "tests"]
    files = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in sorted(set(files.stdout.split())):
        if Path(name).match("test_*.py") and (ROOT / name).exists():
            for test, rows in rows_by_test((ROOT / name).read_text()).items():
                for row in rows:
                    found[row].append(f"{name}::{test}")
    return found


def rows_by_test(source: str) -> dict[str, list[str]]:
    """Return the rows that each test of a file names, in the comment right above it or in its body."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}
    lines = source.splitlines()
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            while first > 1 and lines[first - 2].startswith("#"):
                first -= 1
            ours = (text for line, text in comments.items() if first <= line <= (node.end_lineno or 0))
            found[node.name] = sorted(set(rows_of(" ".join(ours))), key=lambda row: PLACE.get(row, -1))
    return found


def rows_of(text: str) -> Iterator[str]:
    """Yield the rows that a comment names, ranges and the table spelt out."""
    if TABLE.name in text:
        yield from (line.split()[0] for line in TABLE.read_text().splitlines() if not line.startswith("#"))
    for first, last in NAMED.findall(text):
        if first in PLACE and last in PLACE:
            yield from ROWS[PLACE[first] : PLACE[last] + 1]
        else:
            yield from filter(None, (first, last))
    for numbers in SCENARIO.findall(text):
        yield from (f"SC-{int(number):02}" for number in numbers if number)


def mistakes(proved: Proofs, reasons: Reasons) -> Iterator[str]:
    """Yield what is wrong between the rows, the tests and the reasons, as sentences."""
    excused = list(chain.from_iterable(reasons.values()))
    for row in ROWS:
        if row not in proved and row not in excused:
            yield f"{row} has neither a test nor a reason."
        if row in proved and row in excused:
            yield f"{row} has a test and a reason to have none: {proved[row][0]}"
        if excused.count(row) > 1:
            yield f"{row} has two reasons."
        if any(found.get(row) == "" for found in reasons.values()):
            yield f"{row} has an empty reason."
    for row in sorted({*proved, *excused} - set(ROWS)):
        yield f"{row} doesn't exist: {proved.get(row, [REASONS.name])[0]}"


def page(proved: Proofs, reasons: Reasons) -> str:
    """Return the page: what is still missing, then every row with its tests or the reason why none."""
    missing = reasons["not_yet"]
    lines = [
        "# Rows and the tests that prove them",
        "",
        "Written by `python -m tests.rows`. Each row is one required behaviour: S0 to S4 come from the five",
        "original documents, T is the table of an account's states, C are the rulings where the documents",
        "conflict, SC the acceptance scenarios. A row that no test proves says why.",
        "",
        *[f"- {count}" for count in counts(proved, reasons)],
    ]
    if missing:
        lines += ["", "## Not yet", "", *[f"- {row}: {reason}" for row, reason in missing.items()]]
    for title, rows in SECTIONS.items():
        lines += ["", f"## {title}", "", "| row | proved by |", "| --- | --- |"]
        lines += [f"| {row} | {cell(row, proved, reasons)} |" for row in rows]
    return "\n".join(lines) + "\n"


def counts(proved: Proofs, reasons: Reasons) -> Iterator[str]:
    yield f"{len(ROWS)} rows"
    yield f"{sum(row in proved for row in ROWS)} proved by tests"
    for kind, words in COUNTED.items():
        yield f"{len(reasons[kind])} {words}"


def cell(row: str, proved: Proofs, reasons: Reasons) -> str:
    if row in proved:
        return "<br>".join(f"`{test}`" for test in proved[row])
    told = (f"{WORDS[kind]}: {found[row]}" for kind, found in reasons.items() if row in found)
    return next(told, "**nothing**")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rows", description="Maps every row to its tests.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is wrong")
    check = parser.parse_args().check
    proved, reasons = proofs(), tomllib.loads(REASONS.read_text())
    wrong, text = list(mistakes(proved, reasons)), page(proved, reasons)
    if not check:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        wrong.append(f"{TARGET.relative_to(ROOT)} is stale: run `python -m tests.rows`.")
    print("\n".join(wrong or [f"{TARGET.relative_to(ROOT)}: {', '.join(counts(proved, reasons))}."]))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
