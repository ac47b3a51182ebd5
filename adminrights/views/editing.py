"""Pages on which something is edited that somebody else may be editing too (see adminrights/conflicts.py)."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from adminrights.conflicts import (
    MOST_SHOWN,
    Clash,
    Conflict,
    Edit,
    Merge,
    Opened,
    Sheet,
    Taken,
    edits_since,
    merge,
    newest_change,
    seal,
    unseal,
    who_changed,
)
from adminrights.exceptions import Refused, Stale
from adminrights.models import JournalEntry
from adminrights.models.journal import JournalQuerySet
from adminrights.views.pages import FormPage
from adminrights.views.parts import Part, Words

CHOICE, THEIRS = "choice-", "theirs"
REDIRECT = 302


class EditPage(FormPage):
    """A form that notices when somebody else was faster, shows both states and lets choose field by field.

    A page names its `parts`, reads its `sheet`, and hands `seen` to its service, which raises Stale.
    """

    # What the page was opened with, or what it shows now; the newest of the two goes into the form.
    stock: Opened | None = None

    def parts(self) -> list[Part]:
        """Return the parts of the form."""
        raise NotImplementedError

    def sheet(self) -> Sheet:
        """Return the present values of the form's fields."""
        raise NotImplementedError

    def entries(self) -> JournalQuerySet:
        """Return the entries that may say who changed the fields, as far as the reader sees them."""
        return JournalEntry.objects.about(self.object).seen_from(self.unit)

    def concerns(self, key: str) -> bool:
        """Return whether a field is of what the person is changing; other fields are followed silently."""
        return True

    @property
    def place(self) -> str:
        """What a form's seal is good for: one address, as seen from one unit, or it could land in another."""
        return f"{self.request.path}:{self.unit.pk if self.unit else ''}"

    @cached_property
    def opened(self) -> Opened | None:
        """What the sent form was opened with; None where it doesn't say."""
        return unseal(self.request.POST.get("opened", ""), self.place)

    @property
    def seen(self) -> Sheet:
        """The sheet that the person saw. Raises Stale where nobody knows."""
        if self.opened is None:
            raise Stale(_("Nobody knows in what state this form was opened."))
        return self.opened.sheet

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        # Before anything is read to be shown: what changes in between is then noticed, not missed.
        self.stock = self.take_stock()
        return self.render_to_response(self.get_context_data())

    def take_stock(self) -> Opened:
        """Return the present state; the change first, so that none after it is missed."""
        change = newest_change()
        return Opened(self.sheet(), change)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        opened = seal(self.stock, self.place) if self.stock else self.request.POST.get("opened", "")
        return super().get_context_data(**{"opened": opened} | kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        return kwargs | {"data": self.decided()} if "data" in kwargs else kwargs

    def decided(self) -> QueryDict:
        """Return what was sent, with their values where the person chose them."""
        data = self.request.POST.copy()
        chosen = [name for name, value in data.items() if name.startswith(CHOICE) and value == THEIRS]
        sheet = self.opened.sheet if self.opened else {}
        keys = [name.removeprefix(CHOICE) for name in chosen]
        self.refill(data, {key: sheet.get(key, "") for key in keys})
        return data

    def refill(self, data: QueryDict, values: Mapping[str, str]) -> None:
        """Put values of fields into the data."""
        for part in self.parts():
            part.refill(data, {key: value for key, value in values.items() if part.owns(key)})

    def refused(self, form: BaseForm, refusal: Refused) -> HttpResponse:
        return self.overtaken(form) if isinstance(refusal, Stale) else super().refused(form, refusal)

    def overtaken(self, form: Any) -> HttpResponse:
        """Show the form again, with their changes and mine put together, and what both changed to choose."""
        merged, mine, data = self.put_together(form)
        again = self.get_form_class()(**self.get_form_kwargs() | {"data": data})
        for key in merged.theirs:
            if key in again.fields:
                again.fields[key].help_text = _("This was changed just now; the new value is taken over.")
        conflict = self.conflict(merged, mine)
        if conflict.own and not conflict.clashes:
            return self.go_on(data, conflict)
        return self.render_to_response(self.get_context_data(form=again, conflict=conflict), status=409)

    def put_together(self, form: Any) -> tuple[Merge, Sheet, QueryDict]:
        """Return what others changed with what I typed, what I typed, and the form's data with both."""
        mine: Sheet = {}
        for part in self.parts():
            mine |= part.typed(form)
        self.object = self.find()
        self.stock = self.take_stock()
        merged = merge(self.opened.sheet if self.opened else None, self.stock.sheet, mine)
        data = form.data.copy()
        self.refill(data, merged.sheet)
        return merged, mine, data

    def on_top(self, form: Any) -> Any:
        """Return the form anew, on top of what was changed since it was opened; None where both clash."""
        merged, _mine, data = self.put_together(form)
        if merged.clashes or self.opened is None:
            return None
        self.opened = self.stock
        return self.get_form_class()(**self.get_form_kwargs() | {"data": data})

    def fields_changed(self, form: Any) -> list[str]:
        """Return the labels of the first fields that I changed."""
        merged, _mine, _data = self.put_together(form)
        words = Words(self.parts(), merged.mine)
        return [words.label(key) for key in self.concerning(merged.mine)[:MOST_SHOWN]]

    def go_on(self, data: QueryDict, conflict: Conflict) -> HttpResponse:
        """Save what I typed on top of what I myself saved in another window: nobody has to be asked."""
        self.opened = self.stock
        form = self.get_form_class()(**self.get_form_kwargs() | {"data": data})
        if not form.is_valid():
            return self.form_invalid(form)
        answer = self.form_valid(form)
        if answer.status_code == REDIRECT:
            kept = ", ".join(label for told in conflict.told for label in told.few)
            messages.info(self.request, _("What you changed in another window stays: %s.") % kept)
        return answer

    def conflict(self, merged: Merge, mine: Sheet) -> Conflict:
        """Return the merge in words."""
        base = self.opened.sheet if self.opened else {}
        present = self.stock.sheet if self.stock else {}
        moved = [key for key in {**base, **present} if base.get(key, "") != present.get(key, "")]
        theirs, own = (self.concerning(keys) for keys in (merged.theirs, merged.mine))
        told = self.concerning(moved) if self.opened else []
        words = Words(self.parts(), [*told, *merged.clashes, *theirs, *own])
        return Conflict(
            told=who_changed(self.edits(), {key: words.label(key) for key in told}, self.request.user.pk),
            clashes=[
                Clash(f"{CHOICE}{key}", words.label(key), words.show(key, present), words.show(key, mine))
                for key in merged.clashes
            ],
            taken=[
                Taken(words.label(key), words.show(key, base), words.show(key, present))
                for key in theirs[:MOST_SHOWN]
            ],
            taken_more=max(len(theirs) - MOST_SHOWN, 0),
            mine=[words.label(key) for key in own[:MOST_SHOWN]],
            mine_more=max(len(own) - MOST_SHOWN, 0),
            unknown=self.opened is None,
        )

    def concerning(self, keys: Iterable[str]) -> list[str]:
        """Return the keys of what the person is changing."""
        return [key for key in keys if self.concerns(key)]

    def edits(self) -> list[Edit]:
        """Return who changed the form's fields since it was opened."""
        if self.opened is None:
            return []
        parts = self.parts()
        return edits_since(
            self.entries(), self.opened.change, lambda row: chain(*(part.changed_by(row) for part in parts))
        )
