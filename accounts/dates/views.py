"""The dates of one thing that somebody has: set, and what is planned, taken back."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.dates.foresight import foresee
from accounts.dates.kinds import KINDS, Dated, Kind, is_planned, place_of, span_of, words
from accounts.dates.services import cancel_planned, dates_sheet, set_dates
from accounts.models import Account
from accounts.views.accounts import AccountPage
from accounts.views.previewed import PreviewedFormPage
from adminrights.change import Change
from adminrights.conflicts import Row, Sheet
from adminrights.days import Span, SpanForm, brief, day_of, in_words
from adminrights.exceptions import NotAllowed
from adminrights.models.facts import standing_now
from adminrights.navigation import Link
from adminrights.views import Open
from adminrights.views.confirm import ConfirmPage
from adminrights.views.parts import Part, Values
from groups.models import Group, Membership


class DatesPart(Values):
    """The two days; they are changed by whatever begins or ends a fact about the same."""

    def __init__(self, fact: Dated) -> None:
        super().__init__(fact, SpanForm, ("starts", "ends"))
        self.fact = fact

    def typed(self, form: Any) -> Sheet:
        return {name: str(form.cleaned_data[name] or "") for name in self.names if name in form.fields}

    def changed_by(self, row: Row) -> Any:
        about = {name: getattr(self.fact, f"{name}_id", None) for name in ("account", "group", "unit")}
        same = all(row.get(name) == pk for name, pk in about.items() if pk)
        if row.get("kind") == self.fact._meta.model_name and same:
            yield from self.names


class DatedPage(AccountPage):
    """A page about the dates of one fact, for whoever may give and take such a thing in its unit."""

    open_to = Open.SIGNED_IN

    @property
    def kind(self) -> Kind:
        return KINDS[self.kwargs["kind"]]

    def visible(self) -> QuerySet[Account]:
        """Return the account if it is of the unit, or in a group of it."""
        if self.unit is None:
            return Account.objects.none()
        if self.kwargs["kind"] == "membership":
            members = Membership.objects.not_ended().filter(group__in=Group.objects.in_unit(self.unit))
            return Account.objects.filter(pk__in=members.values("account"))
        return super().visible()

    def find(self) -> Account:
        account: Any = super().find()
        self.object = account
        self.__dict__.pop("fact", None)
        self.refuse_unentitled()
        return account

    @cached_property
    def fact(self) -> Dated:
        """The fact, or what has taken its place since the page was opened. Raises Http404."""
        asked = self.kind.facts().filter(self.kind.below(self.unit))
        old = asked.filter(pk=self.kwargs["fact"], account=self.object).first()
        if old is None:
            raise Http404
        # The level of a module may have changed; the fact about the module is the same one still.
        subject = [name for name in old.SUBJECT if name != "level"]
        same = {name: getattr(old, old._meta.get_field(name).attname) for name in subject}
        found: Dated | None = asked.filter(standing_now(timezone.now()), **same).first()
        if found is None:
            raise Http404
        return found

    def refuse_unentitled(self) -> None:
        """Raise NotAllowed for whoever may not give and take such a thing there."""
        unit, reader = place_of(self.fact), self.request.user
        for either in self.kind.needs:
            if not any(reader.has_perm(key, unit) for key in either):
                raise NotAllowed(_("You may not set these dates."), sorted(either)[:1])

    def breadcrumbs(self) -> list[Link]:
        return super().breadcrumbs() if self.may("accounts:get") else []

    def back(self) -> str:
        """Return where the step was begun: on the group's page, or on the account's."""
        fact = self.fact
        if self.request.GET.get("from") == "group" and isinstance(fact, Membership):
            return fact.group.get_absolute_url()
        account: Account = self.object
        here = Account.objects.in_unit(self.unit).filter(pk=account.pk).exists()
        return account.get_absolute_url() if self.may("accounts:get") and here else reverse("home")

    def get_success_url(self) -> str:
        return self.back()


class DatesSet(DatedPage, PreviewedFormPage):
    """The first day of what is planned, the last day of anything."""

    form_class = SpanForm
    template_name = dialog_template_name = "accounts/dates_form.html"
    submit_label = gettext_lazy("Save dates")

    def get_title(self) -> str:
        return _("Dates of %s") % self.object.name

    @cached_property
    def now(self) -> Any:
        return timezone.now()

    @cached_property
    def planned(self) -> bool:
        return is_planned(self.fact, self.now)

    def parts(self) -> list[Part]:
        return [DatesPart(self.fact)]

    def sheet(self) -> Sheet:
        return dates_sheet(self.fact, self.now)

    def get_initial(self) -> dict[str, Any]:
        return {"starts": day_of(self.fact.starts_at), "ends": day_of(self.fact.expires_at)}

    def get_form_kwargs(self) -> dict[str, Any]:
        more = {"now": self.now, "had": span_of(self.fact), "planned": self.planned}
        return super().get_form_kwargs() | more

    def apply(self, form: SpanForm) -> Account:
        kept = form.span() if self.planned else Span(None, form.span().ends)
        self.set = set_dates(self.fact, kept, actor=self.request.user, seen=self.seen)
        self.foreseen = foresee(self.set, self.now)
        return self.object

    def told(self, change: Change | None) -> list[dict[str, str]]:
        if change is None or not change.effects.real.shared:
            return self.foreseen or super().told(change)
        return [*super().told(change), *self.foreseen]

    def done(self, result: object) -> str:
        if self.promise.change is None:
            return _("Nothing was changed.")
        names = {"what": words(self.set), "who": self.object.name}
        dates = [
            _("begins at %s") % in_words(self.set.starts_at) if is_planned(self.set, self.now) else "",
            _("holds until %s") % in_words(self.set.expires_at) if self.set.expires_at else _("has no end"),
        ]
        told = _(" and ").join(each for each in dates if each)
        return _("%(what)s of %(who)s %(dates)s.") % (names | {"dates": told})

    def get_cancel_url(self) -> str:
        return self.back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            fact=self.fact,
            what=words(self.fact),
            place=place_of(self.fact),
            planned=self.planned,
            until=self.fact.expires_at and in_words(self.fact.expires_at),
            **kwargs,
        )


class DatesCancel(DatedPage, ConfirmPage):
    """Takes back what has yet to begin."""

    collects = True
    submit_label = gettext_lazy("Take it back")

    def get_title(self) -> str:
        return _("Take back what is planned for %s?") % self.object.name

    def get_sentence(self) -> str:
        fact = self.fact
        dates = brief(fact.starts_at, fact.expires_at, timezone.now())
        return _("%(what)s, %(dates)s: it will not begin.") % {"what": words(fact), "dates": dates}

    def run(self) -> str:
        cancel_planned(self.fact, actor=self.request.user)
        return _("%(what)s of %(who)s will not begin.") % {"what": words(self.fact), "who": self.object.name}
