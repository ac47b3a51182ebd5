"""The size budget holds, and its measure notices what breaks it."""

from pathlib import Path

import pytest

from tests import budget


def test_no_hard_line_of_the_size_budget_is_broken() -> None:
    broken = budget.faults(budget.ROOT)
    assert not broken, "\n".join(broken)


LONG = "def long():\n" + "    x = 1\n" * 40
METHOD = "class A:\n    def long():\n" + "        x = 1\n" * 40
IMPORT = "def f():\n    from accounts.models import Account\n"
FAULTY = {
    "a long file": ("app/a.py", "x = 1\n" * 401, "401 lines"),
    "a long function": ("app/a.py", LONG, "long has 41 lines"),
    "a long method": ("app/a.py", METHOD, "long has 41 lines"),
    "many parameters": ("app/a.py", "def f(self, a, b, c, *, d, e, f, g): ...\n", "7 parameters"),
    "a hidden import": ("app/a.py", IMPORT, "imports accounts.models"),
    "a relative import": ("app/a.py", "def f():\n    from . import x\n", "imports ."),
    "a hidden module": ("app/a.py", "def f():\n    import roles.models\n", "imports roles.models"),
    "a receiver": ("app/a.py", "@receiver(post_save)\ndef f(): ...\n", "signal receiver"),
    "a long template": ("templates/a.html", "<p>\n" * 121, "121 lines"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_the_measure_notices(name: str, tmp_path: Path) -> None:
    place, text, fault = FAULTY[name]
    (tmp_path / place).parent.mkdir()
    (tmp_path / place).write_text(text)
    found = budget.faults(tmp_path)
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" * 400,
        "def long():\n" + "    x = 1\n" * 39,
        "def f(self, a, b, c, *, d, e, f): ...\n",
        "class Config:\n    def ready(self):\n        from accounts import guards\n",
        "def f():\n    import json\n",
    ],
    ids=["400 lines", "40 lines", "6 parameters", "ready", "foreign import"],
)
def test_the_measure_lets_pass(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(text)
    assert budget.faults(tmp_path) == []


def test_generated_migrations_and_hidden_folders_are_not_measured(tmp_path: Path) -> None:
    for folder in ("migrations", ".venv"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text("x = 1\n" * 500)
    assert budget.faults(tmp_path) == []
