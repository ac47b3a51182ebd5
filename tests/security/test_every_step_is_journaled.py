"""Every step of the product is walked: done it leaves one entry, refused it leaves one refusal (L1).

The table must be complete: a step that isn't in it fails. A step is a public function that takes an `actor`
by name or that opens a change, wherever it stands.
"""

import ast
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from accounts.services import (
    administrators,
    grants,
    items,
    known_accounts,
    memberships,
)
from adminrights.change import SYSTEM
from adminrights.exceptions import Refused
from adminrights.models import JournalEntry, OutgoingMail, Unit
from adminrights.past import missed_kinds
from tests.factories import PASSWORD, GroupFactory, UnitFactory
from tests.post import LINK, deliver, link_in
from tests.security.bulk_steps import BULK_STEPS
from tests.security.own_steps import OWN
from tests.security.request_steps import REQUEST_STEPS
from tests.security.review_steps import REVIEW_STEPS
from tests.security.rule_steps import RULE_STEPS
from tests.security.steps import STEPS as OTHER_STEPS
from tests.security.steps import Stage
from tests.terminal import run

ROOT = Path(__file__).parents[2]
APPS = ("accounts", "groups", "roles", "adminrights")
STEPS = OTHER_STEPS | RULE_STEPS | BULK_STEPS | REVIEW_STEPS | REQUEST_STEPS
OPENERS = {"change", "change_each", "_changing", "record_refusal"}
PIPELINE = {"change.py", "many.py"}


# Proven below or elsewhere, each with how.
ELSEWHERE = {
    "adminrights.management.commands.backup.run": "tests/adminrights/test_backups.py: an entry",
    "accounts.sign_in.throttle.refuse": "tests/accounts/test_throttle.py: one refusal for the time it holds",
    "accounts.services.administrators.appoint_administrator": "below: an entry for each of its steps",
    "roles.loading.load_catalogue": "tests/roles/test_load_catalogue.py: one entry, or none",
    "adminrights.views.access.refuse": "tests/test_permissions.py: a refused page",
    "accounts.least.taking.take_grant": "one of the steps set_permission and set_levels, each in the table",
    "adminrights.collecting.apply_edits": "tests/collected/test_collected.py: one entry for all",
    "accounts.dates.reminders.remind_of_ends": "tests/accounts/test_ending.py: an entry for each reader",
    "accounts.services.mail.send_all_again": "a send_again for each: tests/accounts/test_mail_pages.py",
    "accounts.services.known_accounts.run": "a part of add_known_account",
    "accounts.importing.invite_people": "what bring_in does with its lines",
    "accounts.services.lifecycle.create_accounts": "tests/accounts/test_csv_together.py: as of each alone",
    "accounts.declared.planning.plan_policy": "a preview: nothing is kept",
    "accounts.services.reviews.plan_removals": "a preview: nothing is kept",
}


def steps_in(path: Path) -> Iterator[str]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        named = {argument.arg for argument in node.args.kwonlyargs}
        first = [argument.arg for argument in node.args.args][:1]
        calls = (n.func for n in ast.walk(node) if isinstance(n, ast.Call))
        opens = OPENERS & {call.id for call in calls if isinstance(call, ast.Name)}
        if first != ["c"] and ("actor" in named or opens):
            yield f"{module}.{node.name}"


def every_step() -> set[str]:
    """Return the steps of all apps. The demo plays them; the pipeline is what they stand on."""
    paths = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    product = (p for p in paths if not {"migrations", "demo"} & set(p.parts) and p.name not in PIPELINE)
    return {step for path in product for step in steps_in(path)}


@pytest.fixture
def stage(unit: Unit) -> Stage:
    stage = Stage(unit)
    assert stage.anna
    return stage


@dataclass
class Written:
    """The entries since a moment."""

    start: int

    @classmethod
    def from_now(cls) -> "Written":
        return cls(JournalEntry.objects.count())

    def outcomes(self) -> list[str]:
        entries = JournalEntry.objects.filter(sequence__gt=self.start).order_by("sequence")
        return list(entries.values_list("outcome", flat=True))


def test_the_table_names_every_step() -> None:
    known = STEPS.keys() | OWN.keys() | ELSEWHERE.keys()

    assert every_step() - known == set(), "say in this file how each is journaled"
    assert known - every_step() == set(), "these are gone"


# L1
@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_is_done_leaves_one_entry_with_its_actor(name: str, stage: Stage) -> None:
    do = STEPS[name].set_up(stage, stage.anna)
    written = Written.from_now()

    do()

    assert written.outcomes() == ["done"]
    entry = JournalEntry.objects.latest("sequence")
    assert entry.actor == stage.anna
    assert secrets_told() == []
    assert missed_kinds(entry.event, entry.data) == set(), "name the event in adminrights/past.py"


# L1
@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_is_refused_leaves_one_refusal_with_its_actor(
    name: str, stage: Stage, nemo: Account
) -> None:
    do = STEPS[name].set_up(stage, nemo)
    written = Written.from_now()

    refuse(do)

    assert written.outcomes() == ["refused"]
    assert JournalEntry.objects.latest("sequence").actor == nemo


def refuse(do: Callable[[], object]) -> None:
    """Do what is refused: by an exception, in a list of results, or silently before strangers."""
    try:
        results = do()
    except Refused:
        return
    assert results is None or [result.outcome for result in results] == ["refused"]


# L1
@pytest.mark.parametrize("name", OWN)
def test_what_people_do_for_themselves_leaves_an_entry(name: str, stage: Stage) -> None:
    OWN[name].done(stage)

    assert JournalEntry.objects.latest("sequence").outcome == "done"
    assert JournalEntry.objects.latest("sequence").event not in {"account.created", "invitation.resent"}
    assert secrets_told() == []


# L1
@pytest.mark.parametrize("name", [name for name, own in OWN.items() if own.refused])
def test_and_refused_it_leaves_a_refusal(name: str, stage: Stage) -> None:
    step = OWN[name].refused
    assert step
    refuse(lambda: step(stage))

    refusals = JournalEntry.objects.filter(outcome="refused")
    assert refusals.get() == JournalEntry.objects.latest("sequence")


def test_what_is_never_refused_says_why() -> None:
    assert [name for name, own in OWN.items() if bool(own.refused) is bool(own.never_refused)] == []


# ---- What was asked for doesn't exist


def wrong_level(stage: Stage, **values: Any) -> None:
    grants.set_levels(stage.person(), {"nowhere": 1}, **values)


def wrong_permission(stage: Stage, **values: Any) -> None:
    grants.set_permissions(stage.person(), {"no:such": True}, **values)


def wrong_group(stage: Stage, **values: Any) -> None:
    elsewhere = GroupFactory(unit=UnitFactory(name="Elsewhere"))
    memberships.set_groups(stage.person(), [elsewhere], **values)


def wrong_resource(stage: Stage, **values: Any) -> None:
    items.register_item("nothing", name="Gala", **values)


def wrong_address(stage: Stage, **values: Any) -> None:
    known_accounts.add_known_account("nobody@example.org", **values)


# L1
@pytest.mark.parametrize("do", [wrong_level, wrong_permission, wrong_group, wrong_resource, wrong_address])
def test_asking_for_what_does_not_exist_leaves_a_refusal(do: Callable[..., object], stage: Stage) -> None:
    with pytest.raises(Refused):
        do(stage, actor=stage.anna, unit=stage.unit)

    entry = JournalEntry.objects.latest("sequence")
    assert (entry.outcome, entry.data["code"]) == ("refused", "invalid")


# ---- Several steps in one


# L1
def test_the_first_administrator_is_made_in_steps_that_all_stand_in_the_journal(unit: Unit) -> None:
    written = Written.from_now()

    administrators.appoint_administrator(
        unit, email="ida@example.org", names=("Ida", "First"), actor=SYSTEM, by_mail=False
    )

    entries = JournalEntry.objects.filter(sequence__gt=written.start).order_by("sequence")
    events = ["account.created", "unit.owner_changed", "invitation.link_made"]
    assert [entry.event for entry in entries] == events


# L1
@pytest.mark.django_db(transaction=True)
def test_a_refusal_outlives_the_transaction_around_it(unit: Unit) -> None:
    gone = Stage(unit).disabled()
    written = Written.from_now()

    ran = run("create_administrator", gone.email)

    assert (ran.code, written.outcomes()) == (1, ["refused"])


def test_a_refusal_is_written_once(ada: Account, otto: Account) -> None:
    run("disable_account", ada.email)
    written = Written.from_now()

    assert run("disable_account", otto.email).code == 4
    assert written.outcomes() == ["refused"]


# ---- Nothing secret


def secrets_told() -> list[str]:
    """Return what must not stand in the journal and the outbox, and does: passwords, hashes, links."""
    mails = deliver()
    rows = [*JournalEntry.objects.values(), *OutgoingMail.objects.values()]
    dump = json.dumps(rows, default=str)
    links = [link_in(mail).strip("/").rpartition("/")[2] for mail in mails if LINK.search(str(mail.body))]
    secrets = [*Account.objects.values_list("password", flat=True), *links, PASSWORD]
    return [secret for secret in secrets if len(secret) > 20 and secret in dump]


# L4
def test_signing_in_leaves_neither_session_nor_password_in_the_journal(nemo: Account) -> None:
    browser = Client()
    browser.post(reverse("accounts:sign_in"), {"email": PASSWORD, "password": nemo.email})
    browser.post(reverse("accounts:sign_in"), {"email": nemo.email, "password": PASSWORD})
    browser.get(reverse("accounts:account_list"))

    dump = json.dumps(list(JournalEntry.objects.values()), default=str)
    assert '"session.signed_in"' in dump
    cookies = [cookie.value for cookie in browser.cookies.values() if cookie.value]
    assert cookies
    assert [secret for secret in (*cookies, PASSWORD) if secret in dump] == []
