"""When rights were last used: what counts as a use, what doesn't, and that recording breaks nothing."""

import re
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from accounts import uses
from accounts.models import Account, Use
from accounts.services.grants import set_levels
from accounts.services.items import hand_over, register_item
from accounts.services.lifecycle import disable_account, remove_account, update_account
from adminrights.change import SYSTEM, preview
from adminrights.exceptions import Refused
from adminrights.models import Unit
from groups.models import Group
from tests.factories import AccountFactory

pytestmark = pytest.mark.django_db
LIST = "ad_campaigns:list"
APPS = ("accounts", "adminrights", "groups", "roles")
REFUSE = {
    "accounts/compare/choosing.py",
    "accounts/dates/views.py",
    "accounts/views/items.py",
    "accounts/views/led.py",
    "accounts/why/wording.py",
    "adminrights/views/access.py",
}
# What the first level of Customers gives.
READ = [
    f"{name}:{action}"
    for name in ("user_profiles", "custom_profile_attributes")
    for action in ("get", "list")
]


def used(account: Account) -> set[str]:
    """Return what the account used, as it is written."""
    uses.write()
    return {key.permission for key in uses.last_used([account.pk])}


def test_the_product_itself_uses_rights_only_where_it_refuses_without_them():
    """Whoever asks what to show asks `may`; a new place that refuses by `has_perm` is named here."""
    root = Path(uses.__file__).parents[1]
    files = [path for app in APPS for path in (root / app).rglob("*.py")]
    asking = {str(path.relative_to(root)) for path in files if re.search(r"\.has_perms?\(", path.read_text())}

    assert asking == REFUSE | {"accounts/models/accounts.py", "accounts/uses.py"}


def test_other_software_that_asks_for_a_right_uses_it(gwen: Account, unit: Unit):
    assert gwen.has_perm(LIST, unit)

    assert uses.last_used([]) == {}
    assert used(gwen) == {LIST}
    assert list(uses.last_used([gwen.pk], [unit.pk]).values()) == [uses.today()]


def test_a_refusal_is_no_use(gwen: Account, nemo: Account, unit: Unit, client: Client):
    assert not nemo.has_perm(LIST, unit)
    client.force_login(nemo)
    assert client.get(reverse("accounts:account_list")).status_code == 403

    assert used(nemo) == set()


def test_asking_what_to_show_is_no_use(ada: Account, unit: Unit):
    assert ada.may("groups:create", unit)
    request = RequestFactory().get("/")
    request.user, request.unit = ada, unit
    page = Template('{% load page %}{% may "roles:create" as can %}{{ can }}')

    assert page.render(Context({"request": request})) == "True"
    assert used(ada) == set()


def test_a_page_uses_what_it_needs_and_not_what_its_menu_and_buttons_ask_for(ada: Account, client: Client):
    client.force_login(ada)

    page = client.get(reverse("accounts:account_list"))

    assert reverse("groups:group_list") in page.content.decode()
    assert used(ada) == {"accounts:list"}


def test_my_own_pages_use_nothing(gwen: Account, client: Client):
    client.force_login(gwen)

    for name in ("my_access", "my_profile"):
        assert client.get(reverse(f"accounts:{name}")).status_code == 200

    assert used(gwen) == set()


def test_to_look_at_what_somebody_may_do_uses_nothing_of_theirs(ada: Account, gwen: Account, client: Client):
    client.force_login(ada)

    for name in ("account_detail", "account_permissions"):
        assert client.get(reverse(f"accounts:{name}", args=[gwen.pk])).status_code == 200
    client.get(reverse("accounts:account_why", args=[gwen.pk, LIST]))

    assert used(gwen) == set()


def test_a_change_uses_what_its_service_and_its_guards_asked_for(
    helen: Account, campaign_team: Group, nemo: Account, unit: Unit
):
    keys = ["accounts:create", "access:assign", *READ]
    chief = AccountFactory(unit=unit, permissions=keys)
    set_levels(nemo, {"customers": 1}, actor=chief, unit=unit)

    # Who passes on what he holds himself needs it for that, and not what he holds besides.
    assert used(chief) == {"access:assign", *READ}
    assert used(helen) == set()


def test_who_may_pass_on_anything_uses_that_alone(ada: Account, nemo: Account, unit: Unit):
    set_levels(nemo, {"customers": 1}, actor=ada, unit=unit)

    assert used(ada) == {"access:delegate"}


def test_a_guard_that_lets_through_by_a_right_uses_it(ada: Account, otto: Account, unit: Unit):
    update_account(otto, first_name="Ottilie", actor=ada, unit=unit)

    assert used(ada) == {"accounts:update", "access:delegate"}


def test_a_change_that_is_refused_used_nothing(ada: Account, unit: Unit):
    with pytest.raises(Refused):
        disable_account(ada, actor=ada, unit=unit)

    assert used(ada) == set()


def test_a_preview_uses_nothing(ada: Account, nemo: Account, unit: Unit):
    preview(lambda: disable_account(nemo, actor=ada, unit=unit))

    assert used(ada) == set()


def test_what_was_asked_in_a_preview_is_a_use_once_it_is_done(gwen: Account, nemo: Account, unit: Unit):
    gwen.decisions = {}  # as in a request

    def step() -> None:
        disable_account(nemo, actor=SYSTEM, unit=unit)
        assert gwen.has_perm(LIST, unit)

    preview(step)
    assert used(gwen) == set()

    assert gwen.has_perm(LIST, unit)
    assert gwen.has_perm(LIST, unit)
    assert used(gwen) == {LIST}
    assert not gwen.has_perm("accounts:remove", unit)


def test_the_system_uses_nothing(nemo: Account, unit: Unit):
    disable_account(nemo, actor=SYSTEM, unit=unit)
    uses.write()

    assert not Use.objects.exists()


def test_a_single_item_is_handed_over_by_a_right_and_opened_by_one(ada: Account, gwen: Account, unit: Unit):
    item = register_item("offers", unit, "Offer", actor=SYSTEM)
    hand_over(item, gwen, actor=ada)

    assert used(ada) == {"access:delegate"}
    assert gwen.has_perm("offers:get", item)
    assert used(gwen) == {"offers:get"}


def test_a_right_is_written_once_a_day(monday: time_machine.Traveller, gwen: Account, unit: Unit):
    for _ in range(3):
        gwen.has_perm(LIST, unit)
        uses.write()
    with CaptureQueriesContext(connection) as caught:
        gwen.has_perm(LIST, unit)
        uses.write()
    assert not [query for query in caught.captured_queries if "accounts_use" in query["sql"]]
    monday.shift(timedelta(days=1))
    gwen.has_perm(LIST, unit)
    uses.write()

    use = Use.objects.get()
    assert (use.first, use.last) == (date(2026, 3, 2), date(2026, 3, 3))
    assert uses.recording_since() == date(2026, 3, 2)


def test_several_processes_write_a_day_once(gwen: Account, unit: Unit):
    gwen.has_perm(LIST, unit)
    uses.write()
    before = Use.objects.values_list().get()
    # Another process knows nothing of what this one wrote, and writes no row that needs no writing.
    uses.forget_what_is_known()
    gwen.has_perm(LIST, unit)
    uses.write()

    assert Use.objects.values_list().get() == before


def test_requests_cost_less_than_a_statement_more_each(ada: Account, client: Client, settings: Settings):
    client.force_login(ada)
    pages = [reverse(f"accounts:{name}") for name in ("account_list", "ending_list", "permission_book")]
    settings.KEEP_USES_DAYS = 0
    for page in pages:
        client.get(page)
    with CaptureQueriesContext(connection) as without:
        for page in pages * 4:
            client.get(page)
    settings.KEEP_USES_DAYS = 400

    with CaptureQueriesContext(connection) as recorded:
        for page in pages * 4:
            client.get(page)

    assert 0 < len(recorded) - len(without) < len(pages * 4)
    assert len([q for q in recorded.captured_queries if 'INTO "accounts_use"' in q["sql"]]) == 2


def test_a_database_that_is_busy_fails_no_request_and_is_tried_again_later(
    monday: time_machine.Traveller, ada: Account, client: Client
):
    client.force_login(ada)
    with patch("accounts.uses.write_uses", side_effect=OperationalError("database is locked")) as tried:
        assert client.get(reverse("accounts:account_list")).status_code == 200
        assert client.get(reverse("accounts:ending_list")).status_code == 200
    # It isn't asked at every request while it is in trouble.
    assert tried.call_count == 1
    assert used(ada) == set()
    monday.shift(timedelta(minutes=1))

    assert used(ada) == {"accounts:list"}


def test_what_other_software_asks_outside_a_request_is_written_after_a_while(
    monday: time_machine.Traveller, gwen: Account, unit: Unit
):
    with patch("accounts.uses.connection") as outside:
        outside.in_atomic_block = False
        with patch("accounts.uses.write") as written:
            gwen.has_perm(LIST, unit)
            assert not written.called
            monday.shift(timedelta(minutes=2))
            gwen.has_perm("ad_campaigns:get", unit)
            assert written.called


def test_it_can_be_switched_off_and_then_forgets(gwen: Account, unit: Unit, settings: Settings):
    gwen.has_perm(LIST, unit)
    uses.write()
    settings.KEEP_USES_DAYS = 0
    gwen.has_perm("ad_campaigns:get", unit)

    assert used(gwen) == {LIST}
    assert uses.recording_since() is None
    call_command("forget_uses", verbosity=0)
    assert used(gwen) == set()


def test_what_is_too_old_is_forgotten(monday: time_machine.Traveller, gwen: Account, unit: Unit):
    gwen.has_perm(LIST, unit)
    uses.write()
    monday.shift(timedelta(days=400))
    gwen.has_perm("ad_campaigns:get", unit)
    uses.write()
    assert uses.forget_old() == 0
    monday.shift(timedelta(days=1))
    assert uses.forget_old() == 1

    assert used(gwen) == {"ad_campaigns:get"}


def test_who_is_removed_leaves_no_uses(gwen: Account, unit: Unit):
    gwen.has_perm(LIST, unit)
    uses.write()

    remove_account(gwen, actor=SYSTEM, unit=unit)

    assert used(gwen) == set()
