"""The manual for the night says what is there: every alarm, check, command, setting and link of it exists."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from adminrights import health

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "operations"
MANUAL = (ROOT / "docs" / "operations.md").read_text()
EXAMPLES = sorted(path for path in FOLDER.iterdir() if path.is_file())
HEADINGS = re.findall(r"^#+ (.+)$", MANUAL, re.MULTILINE)
SOURCES = "".join((ROOT / "adminrights" / name).read_text() for name in ("settings.py", "server.py"))


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


def test_every_alarm_has_its_place_in_the_manual() -> None:
    alarms = re.findall(r"alert: (\w+)", (FOLDER / "alarms.yaml").read_text())

    assert len(alarms) > 5
    assert [alarm for alarm in alarms if alarm not in HEADINGS] == []


def test_every_check_of_readiness_is_explained() -> None:
    assert [name for name in health.CHECKS if f"| `{name}` |" not in MANUAL] == []


def test_every_link_leads_somewhere() -> None:
    places = {f"#{anchor(heading)}" for heading in HEADINGS}
    targets = re.findall(r"\]\(([^)]+)\)", MANUAL)

    assert [t for t in targets if t.startswith("#") and t not in places] == []
    assert [t for t in targets if t[0] != "#" and not (ROOT / "docs" / t).exists()] == []


@pytest.mark.parametrize("text", [MANUAL, *(path.read_text() for path in EXAMPLES)])
def test_every_command_exists(text: str) -> None:
    named = set(re.findall(r"(?:\bmanage|manage\.py) ([a-z_]+)", text))

    assert named - get_commands().keys() == set()


def test_every_setting_exists() -> None:
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", MANUAL)) - {"HTTP_X_FORWARDED_PROTO"}

    assert len(named) > 10
    assert [name for name in sorted(named) if f'"{name}"' not in SOURCES] == []


def test_every_figure_in_an_alarm_exists() -> None:
    code = (ROOT / "adminrights" / "metrics.py").read_text()
    alarms = (FOLDER / "alarms.yaml").read_text()
    named = {
        name.removesuffix("_bucket").removesuffix("_count") for name in re.findall(r"adminrights_\w+", alarms)
    }

    found = {
        name for name in named if f'"{name}"' in code or f'"{name.removeprefix("adminrights_")}"' in code
    }
    assert found == named


def test_the_units_start_what_the_product_has() -> None:
    web = (FOLDER / "adminrights-web.service").read_text()
    mail = (FOLDER / "adminrights-mail.service").read_text()

    assert "gunicorn --config python:adminrights.server adminrights.wsgi" in web
    assert "manage.py send_mail" in mail
