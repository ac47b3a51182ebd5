"""One pipeline: nothing is written beside it; all in it is journaled, chained, and whole or not at all."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from accounts.models import Account, Grant
from accounts.services.grants import set_levels
from accounts.services.lifecycle import update_account
from adminrights import journal
from adminrights.change import SYSTEM, change, preview
from adminrights.events import Event
from adminrights.exceptions import Invalid, Stale
from adminrights.models import ChangedModel, JournalEntry, OutgoingMail, Unit
from adminrights.models.base import WriteOutsideChange
from tests.factories import AccountFactory
from tests.tampering import journal_laid_open, tamper

ROOT = Path(__file__).parents[2]
APPS = ("accounts", "adminrights", "groups", "roles")
# The head of the chain, the state of mails, the receipts of forms, drafts and the uses of rights are books of
# their own keepers.
BOOKS = {"JournalHead", "OutgoingMail", "MailReport", "Receipt", "CollectedEdit", "Use"}
CHANGED = [m for app in APPS for m in apps.get_app_config(app).get_models() if m.__name__ not in BOOKS]
WRITES = {
    "save",
    "create",
    "update",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "delete",
}
# Who may call them: the pipeline, its journal and its models, and the outbox for its own rows.
WRITERS = {
    "adminrights/change.py",
    # The part of it that saves.
    "adminrights/written.py",
    "adminrights/journal.py",
    "adminrights/models/base.py",
    "adminrights/outbox.py",
    "adminrights/deliveries.py",
    "adminrights/once.py",
    # What somebody keeps to send it later: it changes nothing until its page does.
    "adminrights/collecting.py",
    # A row that is taken back at once: can the database be written to?
    "adminrights/health.py",
    # The tables of allauth and of sessions, which are no models of ours; each write stands inside a change.
    "accounts/services/factors.py",
    "accounts/services/keys.py",
    "accounts/services/restoring.py",
    # When a session was last used, and its new number: nobody's rights.
    "accounts/sign_in/limits.py",
    "accounts/sign_in/steps.py",
    # When a right was last used, which gives nobody anything.
    "accounts/uses.py",
}
# What one deletes, it deletes from the copy; the other's rows are an index that follows the accounts.
COPIES = {"adminrights/backups.py", "accounts/search_index.py"}


@pytest.mark.parametrize("model", CHANGED, ids=lambda model: model.__name__)
def test_a_model_refuses_every_write_outside_a_change(model: type[Any]) -> None:
    assert issubclass(model, ChangedModel)
    for write in (
        model().save,
        model().delete,
        model.objects.all().delete,
        lambda: model.objects.update(pk=1),
        lambda: model.objects.bulk_create([model()]),
        lambda: model.objects.bulk_update([model()], ["pk"]),
        model.objects.create,
    ):
        with pytest.raises(WriteOutsideChange):
            write()


def product_files() -> Iterator[Path]:
    for app in APPS:
        yield from (p for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts)


def is_queryset_or_model_write(node: ast.AST) -> bool:
    """Whether it looks like `x.objects….update(…)` or `x.save(…)`; a change's own c.update() doesn't."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
        return False
    owner = ast.unparse(node.func.value)
    return "objects" in owner or (
        node.func.attr in {"save", "bulk_create"} and owner not in {"form", "super()"}
    )


def test_no_file_but_the_pipeline_writes() -> None:
    found = []
    for path in product_files():
        name = path.relative_to(ROOT).as_posix()
        if name in WRITERS:
            continue
        tree = ast.parse(path.read_text())
        found += [f"{name}:{n.lineno}" for n in ast.walk(tree) if is_queryset_or_model_write(n)]

    assert found == []


def test_no_statement_is_written_by_hand_that_changes_rows() -> None:
    for path in product_files():
        if path.relative_to(ROOT).as_posix() in COPIES:
            continue
        text = path.read_text().upper()
        assert not any(
            word in text for word in ("INSERT INTO", "DELETE FROM", "UPDATE ACCOUNTS_", ".RAW(")
        ), path


def test_a_change_leaves_one_entry_with_actor_effect_and_before_and_after(
    unit: Unit, ada: Account, grant: Account
) -> None:
    update_account(grant, actor=ada, unit=unit, first_name="Ulysses")

    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, entry.actor, entry.target_label) == ("account.updated", ada, str(grant))
    fields = entry.data["changes"][0]["fields"]
    assert fields["first_name"] == ["Grant", "Ulysses"]


def test_an_entry_says_how_many_people_gain_and_lose(unit: Unit, ada: Account, nemo: Account) -> None:
    set_levels(nemo, {"customers": 1}, actor=ada, unit=unit)

    entry = JournalEntry.objects.latest("sequence")
    assert entry.data["effects"] == {"accounts": 1, "gained": 4, "lost": 0}


def test_a_change_that_changes_nothing_leaves_no_entry(unit: Unit, ada: Account, grant: Account) -> None:
    before = JournalEntry.objects.count()

    update_account(grant, actor=ada, unit=unit, first_name=grant.first_name)

    assert JournalEntry.objects.count() == before


def test_secrets_stay_out_of_the_journal(unit: Unit, grant: Account) -> None:
    with change(Event.PASSWORD_CHANGED, actor=SYSTEM, target=grant) as c:
        c.update(grant, password="argon2$the-hash-itself")

    assert not JournalEntry.objects.filter(data__icontains="the-hash-itself").exists()


def test_a_refused_change_leaves_nothing_behind(unit: Unit, nemo: Account) -> None:
    def half_done() -> None:
        with change(Event.GRANTS_CHANGED, actor=SYSTEM, unit=unit, target=nemo) as c:
            c.start(Grant(account=nemo, unit=unit, module_id="customers", level=1))
            c.send("disabled", nemo)
            raise Invalid("No.")

    with pytest.raises(Invalid):
        half_done()

    assert not Grant.objects.filter(account=nemo).exists()
    assert not OutgoingMail.objects.exists()
    assert JournalEntry.objects.latest("sequence").outcome == "refused"


def test_the_second_of_two_editors_is_told(unit: Unit, ada: Account, grant: Account) -> None:
    seen = {"first_name": grant.first_name}
    update_account(grant, actor=ada, unit=unit, first_name="First", seen=seen)

    with pytest.raises(Stale):
        update_account(grant, actor=ada, unit=unit, first_name="Second", seen=seen)


def test_the_chain_holds_until_somebody_touches_an_entry(unit: Unit, ada: Account, grant: Account) -> None:
    update_account(grant, actor=ada, unit=unit, first_name="Ulysses")
    assert list(journal.verify()) == []

    entry = JournalEntry.objects.earliest("sequence")
    with journal_laid_open():
        tamper("UPDATE adminrights_journalentry SET actor_label = 'x' WHERE id = %s", entry.pk)

    assert [found.sequence for found in journal.verify()] == [entry.sequence]


def test_the_chain_shows_a_missing_entry(unit: Unit, ada: Account, grant: Account) -> None:
    update_account(grant, actor=ada, unit=unit, first_name="Ulysses")
    last = JournalEntry.objects.latest("sequence")
    with journal_laid_open():
        tamper("DELETE FROM adminrights_journalmention WHERE entry_id = %s", last.pk)
        tamper("DELETE FROM adminrights_journalentry WHERE id = %s", last.pk)

    assert [found.reason for found in journal.verify()] == ["entries are missing at the end"]


def test_a_preview_leaves_every_table_as_it_was(unit: Unit, ada: Account, nemo: Account) -> None:
    def snapshot() -> dict[str, list[Any]]:
        tables: list[type[models.Model]] = [m for app in APPS for m in apps.get_app_config(app).get_models()]
        return {m.__name__: list(m._default_manager.order_by("pk").values()) for m in tables}

    AccountFactory(unit=unit)
    before = snapshot()

    preview(lambda: set_levels(nemo, {"customers": 2}, actor=ada, unit=unit))

    after = snapshot()
    assert after == before
