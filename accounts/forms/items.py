"""The forms of items."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.accounts import NameField
from accounts.forms.session import AddressField
from accounts.models import Item
from accounts.models.items import ItemQuerySet


class ItemForm(forms.Form):
    """A new item: its name, and of what kind where there is a choice."""

    name = NameField(label=_("Name"), max_length=200)
    resource = forms.ChoiceField(label=_("Kind"))

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].choices = kinds  # type: ignore[attr-defined]
        if len(kinds) == 1:
            self.fields["resource"].widget = forms.HiddenInput()
            self.fields["resource"].initial = kinds[0][0]


class HandOverForm(forms.Form):
    """To whom: an address, so that nobody reads through a list of people to find one."""

    email = AddressField()


class ItemField(forms.ModelChoiceField):
    """One item by its number; one that SQLite can't even hold is one that doesn't exist."""

    def to_python(self, value: Any) -> Item | None:
        try:
            return super().to_python(value)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from None


class AccountItemForm(forms.Form):
    """Which item the person gets."""

    item = ItemField(label=_("Item"), queryset=Item.objects.none())

    def __init__(self, *args: Any, items: ItemQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items  # type: ignore[attr-defined]
