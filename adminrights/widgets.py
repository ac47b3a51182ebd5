"""Fields as they are drawn, where Django's own way takes too long."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from adminrights.escaping import escaped


class LongSelect(forms.Select):
    """A choice among many: Django draws a template for each option, with hundreds most of a page's time."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        options = (
            f'<option value="{escaped(str(key))}"{" selected" if str(key) in chosen else ""}>'
            f"{escaped(str(label))}</option>"
            for key, label in self.choices
        )
        return format_html(
            '<select name="{}"{}>\n{}\n</select>',
            name,
            flatatt(self.build_attrs(self.attrs, attrs)),
            mark_safe("\n".join(options)),  # noqa: S308 - each is escaped
        )
