"""Whoever waits for a long step learns how far it is, while nothing of it is saved yet; nobody else does."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from adminrights import progress
from adminrights.models import Unit
from groups.models import Group
from tests.accounts.pages import signed_in
from tests.factories import AccountFactory

RUN = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0)
    return tmp_path


def ask(client: Client, run: str = RUN) -> Any:
    answer = client.get(reverse("progress", args=[run]))
    return answer.json() if answer.status_code == 200 else answer.status_code


def test_a_step_for_many_tells_its_own_reader_how_far_it_is(
    ada: Account, otto: Account, unit: Unit, campaign_team: Group, own_folder: Path, monkeypatch: Any
) -> None:
    # Each holds something else of what the group gives: who holds the same is looked at together.
    levels: list[dict[str, int]] = [{}, {"campaigns": 1}, {"campaigns": 2}]
    people = [AccountFactory(unit=unit, levels=own) for own in levels]
    mine, theirs, heard = signed_in(ada), signed_in(otto), []
    write = progress._write

    def note(path: Path, done: int, whole: int) -> None:
        write(path, done, whole)
        heard.append((ask(mine), ask(theirs), ask(mine, RUN[::-1])))

    monkeypatch.setattr(progress, "_write", note)
    form = {"pk": [each.pk for each in people], "groups": [campaign_team.pk], "next": "1", "run": RUN}
    shown = signed_in(ada).post(reverse("accounts:bulk_add"), form)

    assert "Nothing is done yet" in shown.content.decode()
    assert [own for own, *_rest in heard] == [{"done": done, "whole": 3} for done in range(4)]
    assert {tuple(rest) for _own, *rest in heard} == {(404, 404)}
    assert ask(mine) == 404
    assert not [path for path in own_folder.rglob("*") if path.is_file()]


def test_people_are_counted_though_they_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch, own_folder: Path
) -> None:
    heard: list[tuple[int, int]] = []
    monkeypatch.setattr(progress, "_write", lambda _path, done, whole: heard.append((done, whole)))
    with progress.telling(RUN, 1):
        assert list(progress.counted(["three", "of", "five"], len)) == ["three", "of", "five"]
    assert heard == [(0, 11), (5, 11), (7, 11), (11, 11)]


@pytest.mark.parametrize("run", ["", "../../etc/passwd", "x" * 32, RUN + "0"])
def test_a_run_of_another_shape_is_told_nowhere(run: str, own_folder: Path) -> None:
    with progress.telling(run, 1):
        assert list(progress.counted([1, 2])) == [1, 2]
    assert not list(own_folder.iterdir())
    assert progress.read(run, 1) is None


def test_where_nothing_can_be_written_the_step_is_done_all_the_same(
    monkeypatch: pytest.MonkeyPatch, own_folder: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(own_folder / "away" / "further"))
    with progress.telling(RUN, 1):
        assert list(progress.counted([1, 2])) == [1, 2]
