"""Fields as they are drawn, where Django's own way takes too long."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from adminrights.escaping import escaped, filled


def options(choices: Iterable[tuple[Any, Any]], chosen: Collection[str] = ()) -> SafeString:
    """Return choices as they stand in a list to choose from."""
    drawn = (
        f'<option value="{escaped(str(key))}"{" selected" if str(key) in chosen else ""}>'
        f"{escaped(str(label))}</option>"
        for key, label in choices
    )
    return mark_safe("\n".join(drawn))  # noqa: S308 - each is escaped


class LongSelect(forms.Select):
    """A choice among many: Django draws a template for each option, with hundreds most of a page's time.

    `kept` are the options after the first, drawn by `options` before, where they seldom change.
    """

    def __init__(self, *args: Any, kept: SafeString | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<select name="{}"{}>\n{}\n</select>',
            name,
            flatatt(self.build_attrs(self.attrs, attrs)),
            self._options(self.format_value(value)),
        )

    def _options(self, chosen: list[str]) -> SafeString:
        if self.kept is None:
            return options(self.choices, chosen)
        drawn = f"{options([next(iter(self.choices))], chosen)}\n{self.kept}"
        for key in filter(None, chosen):
            mark = filled('<option value="{}"', key)
            drawn = drawn.replace(f"{mark}>", f"{mark} selected>", 1)
        return mark_safe(drawn)  # noqa: S308 - each is escaped
