"""The pieces that stand on many pages."""

import pytest
from django.template import Context, Template

from adminrights.navigation import Button


def draw(code: str, **context: object) -> str:
    return Template("{% load page %}" + code).render(Context(context))


# S0-14
@pytest.mark.parametrize(
    ("key", "word"), [("active", "Active"), ("pending", "Pending"), ("disabled", "Disabled")]
)
def test_a_status_is_a_word_beside_a_sign(key: str, word: str):
    drawn = draw("{% status key %}", key=key)

    assert word in drawn
    assert "<svg" in drawn


def test_an_unknown_status_still_shows_its_word():
    assert "Sleeping" in draw("{% status 'sleeping' %}")


@pytest.mark.parametrize(
    ("name", "letters"), [("Ana Maria Silva", "AS"), ("Ana", "A"), ("", "?"), ("é z", "ÉZ")]
)
def test_initials_are_the_first_letters_of_the_first_and_last_word(name: str, letters: str):
    assert draw("{{ name|initials }}", name=name) == letters


def test_a_name_cannot_bring_markup_into_the_menu_of_its_row():
    drawn = draw("{% quick_menu buttons name %}", buttons=[Button("Open", "/1/")], name='"><script>')

    assert "<script>" not in drawn


# S1-30
def test_a_row_without_steps_has_no_menu():
    assert draw("{% quick_menu buttons 'Sales' %}", buttons=[]).strip() == ""


def test_a_command_in_a_menu_is_a_form_that_posts_with_its_token():
    buttons = [Button("Resend Invite", "/1/resend/", post=True, fields={"next": "/"})]

    drawn = draw("{% quick_menu buttons 'Ana' %}", buttons=buttons, csrf_token="token-of-this-page")

    assert 'method="post" action="/1/resend/"' in drawn
    assert 'value="token-of-this-page"' in drawn
    assert 'name="next" value="/"' in drawn


# S0-32, S1-19
def test_a_tick_through_a_group_is_greyed_named_and_never_sent():
    cell = {"id": "c", "level": 1, "level_label": "Read", "offered": True, "own": False, "inherited": True}
    context = {"cell": cell | {"through": ["Sales"]}, "module": {"key": "m", "label": "M"}}

    drawn = draw("{% include 'partials/matrix_cell.html' %}", **context, matrix={"editable": True})

    assert "checked disabled" in drawn
    assert "Sales" in drawn
    assert "name=" not in drawn


# S0-36
def test_a_level_that_a_module_does_not_offer_has_no_box():
    context = {"cell": {"offered": False}, "module": {"key": "m"}, "matrix": {"editable": True}}

    drawn = draw("{% include 'partials/matrix_cell.html' %}", **context)

    assert "not offered" in drawn
    assert "<input" not in drawn
