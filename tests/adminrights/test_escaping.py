"""Escaping for long lists gives what Django's own gives."""

import pytest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from adminrights.cells import said
from adminrights.escaping import escaped, filled

VALUES = [
    "", "plain", "<script>alert('x')</script>", 'a"b&c', "&lt;", 12, None, mark_safe("<b>ours</b>"),
    gettext_lazy("Active"), "“quoted” \N{ZERO WIDTH SPACE}",
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_escaped_as_by_django(value: object) -> None:
    assert escaped(value) == conditional_escape(value)
    drawn = filled('<i title="{}">{}</i>', value, value)
    assert drawn == format_html('<i title="{}">{}</i>', value, value)
    assert escaped(drawn) == drawn


def test_a_text_of_every_row_is_said_in_the_language_of_its_page() -> None:
    heard = []
    for language in ("en", "de", "en"):
        with override(language):
            heard.append(said("never"))
    assert heard == ["never", "nie", "never"]
