"""The demo as a site with sub-accounts: roles of named permissions, and licences that one account lacks."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from accounts.access import effective, may
from accounts.services.grants import set_permission
from accounts.services.units import switch_feature
from adminrights.exceptions import NotAllowed
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from groups.services import add_members
from roles.catalogue import catalogue
from roles.models import Role
from roles.services import permissions_of
from tests.accounts.pages import path, signed_in, text_of
from tests.demos import EveryShape, building, person, place
from tests.terminal import Ran


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[Ran]:
    yield from building("site", django_db_blocker)


@pytest.fixture
def demo(built, db) -> Ran:
    return built


class TestSite(EveryShape):
    SHAPE = "site"


def works(name: str, unit: str, permission: str) -> bool:
    return may(person(name), permission, place(unit))


# S3-02, S3-102, S3-103
def test_the_site_administrator_runs_people_and_roles_in_every_account(demo):
    renske, accounts = person("renske.devries"), Unit.objects.exclude(parent=None)
    assert {unit.name for unit in accounts} == {
        *("City Hotels", "Seaside Resorts", "Spa Clubs", "Weddings & Events"),
    }
    for unit in Unit.objects.all():
        assert all(may(renske, key, unit) for key in ("accounts:update", "access:delegate", "roles:update"))


# S3-03, S3-104
def test_an_account_administrator_holds_what_several_roles_give_together(demo):
    group = Group.objects.get(name="city_campaigns")
    assert {each.role.name for each in group.role_facts.live()} == {"campaign_author", "concierge_texts"}
    assert works("amara.lindqvist", "City Hotels", "campaigns:create")
    assert works("amara.lindqvist", "City Hotels", "sms_contacts:create")
    assert effective(person("amara.lindqvist"), place("Spa Clubs")).held == {}


# S3-04, S3-108, S3-109
def test_the_campaign_author_is_a_marketer_who_doesnt_send(demo):
    known = catalogue()
    marketer, author = (
        {key for right in permissions_of(Role.objects.get(name=name)) for key in known.given_by(right)}
        for name in ("marketer", "campaign_author")
    )
    assert author < marketer
    assert {"campaigns:start", "campaigns:approve", "campaigns_2:start"} <= marketer - author
    copied = JournalEntry.objects.filter(event="role.copied", target_label__icontains="Campaign author").get()
    assert "marketer" in str(copied.data)


# S3-90, S3-08, S3-L09: scenario 15
def test_one_sales_role_works_where_the_licence_is_and_rests_where_it_isnt(demo):
    mateo, spa = person("mateo.villanueva"), place("Spa Clubs")
    assert works("mateo.villanueva", "City Hotels", "deals:update")
    assert effective(mateo, spa).withheld["deals:update"].missing_feature == "basic_crm"
    assert not works("mateo.villanueva", "Spa Clubs", "deals:update")

    switch_feature(spa, "basic_crm", on=True, actor=person("renske.devries"))
    assert works("mateo.villanueva", "Spa Clubs", "deals:update")


# S3-07: the spa had text messages for a while
def test_text_messages_end_with_the_licence_and_stay_held(demo):
    assert works("hye-jin.seo", "Seaside Resorts", "sms_contacts:create")
    spa = effective(person("ottilie.brandt"), place("Spa Clubs"))
    assert spa.withheld["sms_contacts:create"].missing_feature == "sms"


# S3-C06
def test_the_ban_list_is_licensed_in_one_account_only(demo):
    assert works("hye-jin.seo", "Seaside Resorts", "bans:create")
    assert not works("ottilie.brandt", "Spa Clubs", "bans:create")
    assert works("ottilie.brandt", "Spa Clubs", "contacts:import")


# S3-94: an export without the view
def test_a_role_that_lets_nobody_see_the_page_gives_the_right_and_says_so(demo):
    assert works("emeka.nwosu", "Spa Clubs", "contacts:export")
    assert not works("emeka.nwosu", "Spa Clubs", "contacts:list")
    role = Role.objects.get(name="guest_export")
    editor = signed_in(person("renske.devries")).get(reverse("roles:role_named", args=[role.pk]))
    choices = {each.key: each for area in editor.context["areas"] for each in area.choices}
    assert choices["contacts.export"].chosen
    assert not choices["contacts.view"].chosen


# S3-T15: scenario 16
def test_the_people_desk_edits_people_and_may_not_give_them_roles(demo):
    grace, amara = person("grace.mbeki"), person("amara.lindqvist")
    assert amara.phone == "+46 31 555 01 77"
    assert works("grace.mbeki", "City Hotels", "accounts:update")
    assert signed_in(grace).get(path("account_edit", amara)).status_code == 200

    with pytest.raises(NotAllowed):
        add_members(Group.objects.get(name="city_schedulers"), [amara], actor=grace)
    with pytest.raises(NotAllowed):
        set_permission(amara, "settings.view", given=True, actor=grace, unit=place("City Hotels"))
    refused = JournalEntry.objects.filter(outcome="refused", event="group.members_changed", actor=grace)
    assert refused.exists()


# S3-107, S3-04
def test_the_view_user_looks_and_changes_nothing(demo):
    held = effective(person("leif.sandberg"), place("Weddings & Events")).effective
    assert {"campaigns:list", "deals:list", "contacts:get"} <= held.keys()
    assert not {key for key in held if key.endswith((":create", ":update", ":delete", ":start"))}
    assert "account_settings:get" not in held


# S3-T14, S3-116
def test_data_protection_reads_the_access_log_and_no_more(demo):
    auguste = person("auguste.lemaire")
    assert signed_in(auguste).get(reverse("accounts:log_list")).status_code == 200
    assert not works("auguste.lemaire", "City Hotels", "accounts:update")


# S3-91
def test_the_page_of_an_account_shows_its_licences(demo):
    client = signed_in(person("renske.devries"))
    page = text_of(client.get(reverse("accounts:unit_detail", args=[place("City Hotels").pk])))
    assert "Basic CRM" in page
