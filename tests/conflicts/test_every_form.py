"""Two people at one role, group, account or unit: who comes second is told, in every form."""

import pytest

from accounts.checks import named_views
from adminrights.models import JournalEntry
from adminrights.views import FormPage
from adminrights.views.editing import EditPage
from tests.accounts.pages import text_of
from tests.conflicts.cases import CASES, Case, World, case_id, choice_of, drawn, overtaken
from tests.editing import opened, send

# Forms that make something, that are steps or about things that lie elsewhere: nothing is overwritten there.
NO_EDITING = {
    "account_login",
    "accounts:sign_in",
    "accounts:password_reset",
    "accounts:password_set",
    "accounts:invitation_accept",
    "accounts:my_password",
    "accounts:my_address",
    "accounts:address_confirm",
    "accounts:prove",
    "accounts:my_app_add",
    "accounts:my_passkey_add",
    "accounts:my_factor_remove",
    "accounts:account_factors",
    "mfa_authenticate",
    "accounts:account_create",
    "accounts:account_create_matrix",
    "accounts:account_edit_matrix",
    "accounts:account_address",
    "accounts:account_disable",
    "accounts:account_reactivate",
    "accounts:access_rule_create",
    "accounts:waiver_create",
    "accounts:review_create",
    # Who comes second is told who decided what: tests/reviews.
    "accounts:review_line",
    # A rule that somebody else changed has ended, and who comes second is told so.
    "accounts:access_rule_edit",
    "accounts:account_remove",
    "accounts:ask",
    # Once answered a request waits no more, and who comes second is told so.
    "accounts:request_decline",
    "accounts:invitation_cancel",
    "accounts:unit_create",
    "groups:group_create",
    "groups:member_add_dated",
    "roles:role_create",
    "roles:role_copy",
    "accounts:item_create",
    "accounts:item_hand_over",
    "accounts:account_item_add",
}


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_who_comes_second_is_told_who_changed_what_and_nothing_is_saved(case: Case, world: World) -> None:
    sent = opened(world.mia, case.page(world))
    case.theirs(world)
    his, done = case.state(world), JournalEntry.objects.filter(outcome="done").count()

    answer = world.mia.post(case.page(world), sent | case.mine(world))

    assert answer.status_code == 409
    told = answer.context["conflict"].told[0]
    assert told.actor == "Otto Other"
    assert any(case.label in label for label in told.labels)
    assert "Otto Other" in text_of(answer)
    assert case.state(world) == his
    assert JournalEntry.objects.filter(outcome="done").count() == done


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_only_what_both_changed_is_asked(case: Case, world: World) -> None:
    answer = overtaken(world, case)

    asked = [clash.name for clash in answer.context["conflict"].clashes]
    assert asked == ([choice_of(world, case)] if case.clash else [])
    assert answer.content.decode().count(' value="theirs"') == len(asked)


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_saving_again_keeps_both_changes_and_mine_where_they_clash(case: Case, world: World) -> None:
    answer = overtaken(world, case)

    again = world.mia.post(case.page(world), drawn(answer))

    assert again.status_code == 302
    assert case.state(world) == case.both(world)


@pytest.mark.parametrize("case", [case for case in CASES if case.clash], ids=case_id)
def test_where_they_clash_theirs_can_be_taken(case: Case, world: World) -> None:
    answer = overtaken(world, case)

    sent = drawn(answer) | {choice_of(world, case): "theirs"}
    again = world.mia.post(case.page(world), sent)
    if again.status_code == 200:  # the move asks once more
        again = world.mia.post(case.page(world), sent | drawn(again))

    assert again.status_code == 302
    assert case.state(world) == case.his(world)


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_form_that_does_not_say_in_what_state_it_was_opened_saves_nothing(case: Case, world: World) -> None:
    before = case.state(world)

    answer = world.mia.post(case.page(world), case.mine(world))

    assert answer.status_code == 409
    assert "nobody knows what has changed" in text_of(answer)
    assert case.state(world) == before


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_alone_nobody_is_asked_anything(case: Case, world: World) -> None:
    chosen = {"account": world.gwen.pk} if case.name == "accounts:unit_owner" else {}
    page = world.mia.get(case.page(world), chosen).content.decode()
    assert page.count('name="opened"') == 1

    assert send(world.mia, case.page(world), case.mine(world)).status_code == 302


def test_every_form_about_what_is_there_notices_who_else_edits_it() -> None:
    views = {name: getattr(view, "view_class", object) for name, view in named_views()}
    forms = {name for name, view in views.items() if issubclass(view, FormPage)}
    editing = {name for name, view in views.items() if issubclass(view, EditPage)}

    assert forms - editing == NO_EDITING
    # Dates are shown to two at once in tests/accounts/test_dates.py.
    assert editing - {case.name for case in CASES} == {"accounts:my_profile", "accounts:dates"}
