"""What is done with many accounts at once: whom, what it does to each, then all of it as one change."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.bulk.planning import Agreed, Plan, fresh, plan, unseal
from accounts.bulk.results import counted, keep, kept, outcomes, told
from accounts.bulk.selection import Selection, fingerprint, read_selection
from accounts.bulk.steps import BY_URL, Asked, Step
from accounts.forms.accounts import ReasonForm
from accounts.models import Account
from accounts.views.files import PeopleFile
from adminrights.consequences import Line, consequences
from adminrights.days import DayField, Span, end_of, in_words, refuse_impossible
from adminrights.exceptions import Invalid, Moved, NotAllowed, Refused
from adminrights.forms import PlainChoices
from adminrights.going import go
from adminrights.models import Unit
from adminrights.navigation import Link
from adminrights.once import Answer, once
from adminrights.progress import telling
from adminrights.promises import promised
from adminrights.spreadsheet import csv_lines
from adminrights.views import Page
from groups.models import Group

SHOWN = 200
LISTS = "accounts:list"


class GroupsForm(forms.Form):
    """Which groups, and what else the step asks for."""

    groups = PlainChoices(
        label=gettext_lazy("Groups"),
        queryset=Group.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick a group."),
            "invalid_choice": gettext_lazy("One of the groups doesn't exist here any more."),
            "invalid_pk_value": gettext_lazy("One of the groups doesn't exist here any more."),
        },
    )

    access = forms.BooleanField(required=False)
    ends = DayField(label=gettext_lazy("Last day"))

    def __init__(self, *args: Any, offered: Any, step: Step, unit: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].queryset = offered  # type: ignore[attr-defined]
        self.fields["groups"].required = not step.chooses_access
        self.fields["ends"].help_text = _("It holds to the end of this day. Empty: no end.")
        self.fields["access"].label = access_to(unit)
        for name, asked in (("access", step.chooses_access), ("ends", step.chooses_end)):
            if not asked:
                del self.fields[name]

    @property
    def offers_groups(self) -> bool:
        """Whether there is a group to tick."""
        return bool(self.fields["groups"].queryset.exists())  # type: ignore[attr-defined]

    def clean_ends(self) -> datetime | None:
        """Return the last moment of the day. Raises for a day that is over."""
        ends = end_of(self.cleaned_data["ends"]) if self.cleaned_data["ends"] else None
        try:
            refuse_impossible(Span(None, ends), timezone.now())
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return ends

    def clean(self) -> dict[str, Any]:
        asked = "access" in self.fields and not self.errors
        if asked and not self.cleaned_data["access"] and not self.cleaned_data["groups"]:
            raise forms.ValidationError(_("Tick what shall end: groups, or the access to this unit."))
        return self.cleaned_data

    def kept(self) -> dict[str, str]:
        """Return what the next form sends again beside the groups."""
        names = [name for name in ("access", "ends") if name in self.fields]
        return {name: str(self.data[name]) for name in names if self.data.get(name)}


def access_to(unit: Unit) -> str:
    """Return what the access to the unit itself is called."""
    return _("Access to %s") % unit.name


class BulkPage(Page):
    """Asks what is needed, shows what would happen to each, and does it when it is sent once more.

    What was shown is sealed into the form; where it would be something else by then, nothing is done and
    the page shows the new state.
    """

    http_method_names = ["post"]
    template_name = "accounts/bulk/step.html"
    url_name: ClassVar[str]

    @property
    def step(self) -> Any:
        return BY_URL[self.url_name]

    def get_title(self) -> str:
        return str(self.step.label)

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("All Accounts"), reverse("accounts:account_list"))]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.needs(LISTS):
            raise NotAllowed(_("This page needs a right that you don't have here."), [LISTS])
        try:
            self.selection = read_selection(request)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return go(request, reverse("accounts:account_list"))
        form = self.get_form()
        if not form.is_bound or not form.is_valid():
            status = 422 if form.is_bound else 200
            return self.render_to_response(self.get_context_data(form=form), status=status)
        self.asked = Asked(request.user, self.unit, **form.cleaned_data)
        agreed = unseal(request.POST.get("shown", ""), self.place) if "do" in request.POST else None
        with telling(request.POST.get("run", ""), self.request.user.pk or 0):
            return self.carry_out(form, agreed) if agreed else self.show(form)

    @property
    def place(self) -> str:
        """What a look is good for: this step, by one reader in one unit, with what was chosen."""
        groups = [group.pk for group in self.asked.groups]
        chosen = ",".join(map(str, [*groups, self.asked.access, self.asked.ends]))
        return f"bulk:{self.url_name}:{self.request.user.pk}:{self.unit.pk}:{chosen}"

    def get_form(self) -> Any:
        sent = self.request.POST
        if self.step.chooses_groups:
            offered = (
                Group.objects.in_unit(self.unit).filter(standing_role=None).order_by("display_name", "pk")
            )
            bound = sent if "next" in sent or "do" in sent else None
            return GroupsForm(bound, offered=offered, step=self.step, unit=self.unit)
        return ReasonForm(sent) if self.step.takes_reason else forms.Form(sent)

    def show(self, form: Any, said: str = "", status: int = 200) -> HttpResponse:
        """Show what would happen to each."""
        try:
            found = plan(self.step, self.selection.people, self.asked)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=422)
        context = self.get_context_data(form=form, found=found, said=said)
        return self.render_to_response(context, status=status)

    def carry_out(self, form: Any, agreed: Agreed) -> HttpResponse:
        """Do what was shown, all or nothing."""
        found = self.step.sort(self.selection.people, self.asked)
        done = [account for account in found.todo if account.pk not in agreed.refused]
        refused = agreed.refused | found.refused
        if not done or fingerprint(done) != agreed.people:
            return self.show(
                form, _("Something changed since you looked. Nothing is done yet: look again."), 409
            )

        def run() -> Answer:
            with promised(agreed.digest):
                self.step.run(fresh(done), self.asked)
            return Answer(reverse("accounts:bulk_result"), self.done(len(done), len(refused)))

        try:
            answer = once(self.request, run)
        except NotAllowed:
            raise
        except Moved as moved:
            return self.show(form, str(moved), 409)
        except Refused as refusal:
            return self.show(form, _("Nothing is done: %s") % refusal, 409)
        keep(self.request.session, self.url_name, self.get_title(), Plan(done, found.nothing, refused))
        messages.success(self.request, answer.text)
        return go(self.request, answer.url)

    def done(self, number: int, refused: int) -> str:
        """Return the sentence that tells the outcome."""
        words = {"what": self.get_title(), "count": number}
        said = ngettext("%(what)s: %(count)d account.", "%(what)s: %(count)d accounts.", number) % words
        left = ngettext("%d is left out.", "%d are left out.", refused) % refused
        return f"{said} {left}" if refused else said

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        selection, found = self.selection, kwargs.get("found")
        number = len(selection.people)
        chosen = ngettext("%d account is chosen.", "%d accounts are chosen.", number) % number
        form = kwargs["form"]
        kept = form.kept() if isinstance(form, GroupsForm) and form.is_bound else {}
        offered = self.step.chooses_access or getattr(form, "offers_groups", False)
        extra = {
            "offered": offered,
            "chosen": chosen,
            "carried": selection.carried,
            "step": self.step,
            "kept": kept,
        }
        if found is not None:
            extra |= self.planned(selection, found)
        cancel = reverse("accounts:account_list")
        return super().get_context_data(**{"cancel_url": cancel} | extra | kwargs)

    def planned(self, selection: Selection, found: Plan) -> dict[str, Any]:
        """Return what the page shows of a plan."""
        lines = outcomes(found, selection.people, _("will happen"))
        return {
            "counts": counted(len(found.done), len(found.nothing), len(found.refused)),
            "lines": lines[:SHOWN],
            "more": max(len(lines) - SHOWN, 0),
            "effects": self.foretold(found) if found.done else [],
            "shown": found.seal(self.place) if found.done else "",
            "groups": self.asked.groups,
            "access": access_to(self.unit) if self.asked.access else "",
            "ends": self.asked.ends,
        }

    def foretold(self, found: Plan) -> list[Line]:
        """Return what it does to people, now and on the last day that was chosen."""
        if self.asked.ends is None:
            return consequences(found.change)
        number = len(found.done)
        said = ngettext(
            "It ends by itself for %(count)d person at %(when)s.",
            "It ends by itself for %(count)d people at %(when)s.",
            number,
        )
        line = {"kind": "lose", "text": said % {"count": number, "when": in_words(self.asked.ends)}}
        return [*consequences(found.change), line]


class IntoGroupsPage(BulkPage):
    permission = "group_members:create"
    url_name = "bulk_add"


class OutOfGroupsPage(BulkPage):
    permission = "group_members:delete"
    url_name = "bulk_remove"


class EndThenPage(BulkPage):
    permission = "accounts:update"
    url_name = "bulk_end"


class ResendPage(BulkPage):
    permission = "accounts:update"
    url_name = "bulk_resend"


class DisablePage(BulkPage):
    permission = "accounts:update"
    url_name = "bulk_disable"


class ReactivatePage(BulkPage):
    permission = "accounts:update"
    url_name = "bulk_reactivate"


class ResultPage(Page):
    """About the last step for many of whoever reads it."""

    permission = LISTS

    def people(self, found: dict[str, Any], most: int | None = None) -> dict[int, Account]:
        """Return the accounts that the reader sees, of the first so many."""
        named = [*found["refused"], *found["nothing"], *found["done"]]
        here = Account.objects.in_unit(self.unit)
        return {account.pk: account for account in here.filter(pk__in=[int(pk) for pk in named[:most]])}


class BulkResult(ResultPage):
    """What became of each."""

    title = gettext_lazy("Result")
    template_name = "accounts/bulk/result.html"

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("All Accounts"), reverse("accounts:account_list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = kept(self.request.session)
        if found is None:
            return super().get_context_data(**kwargs)
        numbers = [len(found[kind]) for kind in ("done", "nothing", "refused")]
        return super().get_context_data(
            subtitle=found["title"],
            counts=counted(*numbers),
            lines=list(told(found, self.people(found, SHOWN), SHOWN)),
            more=max(sum(numbers) - SHOWN, 0),
            export_url=reverse("accounts:bulk_export"),
            again=list(found["refused"])[:SHOWN],
            again_url=reverse(f"accounts:{found['step']}"),
            **kwargs,
        )


class BulkExport(PeopleFile, ResultPage):
    """The same as CSV."""

    def page_url(self) -> str:
        return reverse("accounts:bulk_result")

    def file(self) -> HttpResponseBase:
        found = kept(self.request.session)
        rows: list[tuple[object, ...]] = [("id", "name", "email", "outcome", "message")]
        if found is not None:
            lines = told(found, self.people(found))
            rows += [
                (each.account.pk, each.account.name, each.account.email, each.kind, each.text)
                for each in lines
            ]
        answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="result.csv"'
        return answer
