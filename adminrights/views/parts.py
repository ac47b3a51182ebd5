"""The parts of a form that two people may fill in at once: how each is typed, drawn again and named."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Model
from django.forms import BooleanField
from django.http import QueryDict
from django.utils.translation import gettext as _

from adminrights.conflicts import YES, Row, Sheet, text_of, ticked

NONE = "–"


class Part:
    """Some fields of a form. Each knows its keys on the sheet."""

    def owns(self, key: str) -> bool:
        """Return whether the key is of this part."""
        raise NotImplementedError

    def typed(self, form: Any) -> Sheet:
        """Return what a valid form asks for."""
        raise NotImplementedError

    def refill(self, data: QueryDict, values: Sheet) -> None:
        """Put values into the data, as the page would send them."""
        raise NotImplementedError

    def changed_by(self, row: Row) -> Iterator[str]:
        """Yield the keys of the fields that a line of the journal changed."""
        raise NotImplementedError

    def labels(self, keys: Collection[str]) -> Mapping[str, str]:
        """Return what people call the fields."""
        raise NotImplementedError

    def show(self, key: str, value: str) -> str:
        """Return a value in words."""
        return _("yes") if value == YES else value or _("no")


class Values(Part):
    """An object's own fields, under their names."""

    def __init__(self, obj: Model, form_class: Any, names: Collection[str], empty: str = NONE) -> None:
        self.obj, self.names, self.empty = obj, names, empty
        self.fields = form_class.base_fields

    def owns(self, key: str) -> bool:
        return key in self.names

    def typed(self, form: Any) -> Sheet:
        return {name: text_of(form.cleaned_data[name]) for name in self.names}

    def refill(self, data: QueryDict, values: Sheet) -> None:
        for name, value in values.items():
            data[name] = value
            if not value and isinstance(self.fields[name], BooleanField):
                del data[name]

    def changed_by(self, row: Row) -> Iterator[str]:
        if (row.get("kind"), row.get("id")) == (self.obj._meta.model_name, self.obj.pk):
            yield from (name for name in row.get("fields", ()) if name in self.names)

    def labels(self, keys: Collection[str]) -> Mapping[str, str]:
        return {key: str(self.fields[key].label) for key in keys}

    def show(self, key: str, value: str) -> str:
        if isinstance(self.fields[key], BooleanField):
            return super().show(key, value)
        return value or self.empty


class Reference(Values):
    """An object's field that names another object; the form has it under a name of its own."""

    def __init__(self, obj: Model, form_class: Any, name: str, field: str) -> None:
        super().__init__(obj, form_class, (name,))
        self.name, self.field = name, field
        self.among: Any = obj._meta.get_field(name.removesuffix("_id")).related_model

    def typed(self, form: Any) -> Sheet:
        return {self.name: str(form.cleaned_data[self.field].pk)}

    def refill(self, data: QueryDict, values: Sheet) -> None:
        for value in values.values():
            data[self.field] = value

    def labels(self, keys: Collection[str]) -> Mapping[str, str]:
        return dict.fromkeys(keys, str(self.fields[self.field].label))

    def show(self, key: str, value: str) -> str:
        other = self.among._default_manager.filter(pk=value or None).first()
        return other.name if other else self.empty


class Facts(Part):
    """Facts about one thing, such as the groups of an account: `about` names it, `other` the other side."""

    def __init__(
        self, kind: str, about: Mapping[str, int], other: str, words: Callable[[set[str]], Mapping[str, str]]
    ) -> None:
        self.kind, self.about, self.other, self.words = kind, about, other, words

    def owns(self, key: str) -> bool:
        return key.startswith(f"{self.other}:")

    def bare(self, key: str) -> str:
        """Return the key without what makes it this part's."""
        return key.removeprefix(f"{self.other}:")

    def changed_by(self, row: Row) -> Iterator[str]:
        mine = row.get("kind") == self.kind and all(row.get(name) == pk for name, pk in self.about.items())
        if mine and row.get(self.other):
            yield f"{self.other}:{row[self.other]}"

    def labels(self, keys: Collection[str]) -> Mapping[str, str]:
        found = self.words({self.bare(key) for key in keys})
        return {key: str(found.get(self.bare(key), self.bare(key))) for key in keys}


class Ticks(Facts):
    """Facts as tick boxes of one name."""

    name = ""

    def chosen(self, form: Any) -> Iterable[object]:
        """Return what a valid form has ticked."""
        raise NotImplementedError

    def sent_as(self, bare: str) -> str:
        """Return the value that the tick box sends."""
        return bare

    def typed(self, form: Any) -> Sheet:
        return ticked(self.other, self.chosen(form))

    def refill(self, data: QueryDict, values: Sheet) -> None:
        sent = {self.sent_as(self.bare(key)): value for key, value in values.items()}
        others = [value for value in data.getlist(self.name) if value not in sent]
        data.setlist(self.name, [*others, *(each for each, value in sent.items() if value)])


class Words:
    """What people call these fields and their values, looked up once for all."""

    def __init__(self, parts: Iterable[Part], keys: Collection[str]) -> None:
        self._parts: dict[str, Part] = {}
        self._labels: dict[str, str] = {}
        for part in parts:
            own = dict.fromkeys(key for key in keys if part.owns(key))
            self._parts |= dict.fromkeys(own, part)
            self._labels |= part.labels(own) if own else {}

    def label(self, key: str) -> str:
        return self._labels[key]

    def show(self, key: str, sheet: Sheet) -> str:
        """Return the field's value on the sheet in words."""
        return self._parts[key].show(key, sheet.get(key, ""))
