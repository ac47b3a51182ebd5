"""Access rules: what must hold whatever changes, what breaks it today, and who is let off for a while."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.forms.rules import AccessRuleForm, WaiverForm
from accounts.models import AccessRule, Account, Waiver
from accounts.rules.present import Verdict, rules_in, shown_in, verdicts
from accounts.services.rules import (
    BrokenToday,
    end_rule,
    end_waiver,
    give_waiver,
    replace_rule,
    start_rule,
)
from adminrights.change import Change
from adminrights.exceptions import Refused
from adminrights.models.facts import standing_now
from adminrights.navigation import Button, EmptyState, Link
from adminrights.views import DetailPage, FormPage, Page
from adminrights.views.confirm import ConfirmPage

Line = dict[str, str]
EXAMPLES = {
    "both": gettext_lazy("Such as: nobody may both create payments and approve them."),
    "nobody": gettext_lazy("Such as: nobody may delete the archive."),
    "group": gettext_lazy("Such as: nobody outside Finance may export customers."),
    "unit": gettext_lazy("Such as: nobody who doesn't work in Leeds may see its customers."),
    "least": gettext_lazy("Such as: at least two people can manage accounts."),
}


class RulePage(Page):
    """A page about a rule of the unit or of one below; any other is not found."""

    def visible(self) -> QuerySet[AccessRule]:
        rules = AccessRule.objects.live().filter(unit__path__startswith=self.unit.path, unit__closed_at=None)
        return rules.select_related("unit", "group", "inside", "started_by")

    def listed(self) -> QuerySet[Account]:
        """Return whom the reader may be told of, if anybody: of people from above there is only a number."""
        return Account.objects.in_unit(self.unit)

    def breadcrumbs(self) -> list[Link]:
        crumbs = [Link(_("Access rules"), reverse("accounts:access_rules"))] if self.may("roles:list") else []
        if self.object is not None and not isinstance(self, DetailPage):
            crumbs.append(Link(str(self.object), self.object.get_absolute_url()))
        return crumbs


class AccessRuleList(RulePage, DetailPage):
    """Every rule of the unit and below, and how it stands."""

    permission = "roles:list"
    title = gettext_lazy("Access rules")
    template_name = "rules/list.html"

    def breadcrumbs(self) -> list[Link]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        add = Button(_("Add rule"), reverse("accounts:access_rule_add"), "plus", "primary")
        buttons = [add] if self.may("access:delegate") else []
        text = _("A rule says what nobody may do, or how many must be able to. Every change is judged by it.")
        return super().get_context_data(
            verdicts=verdicts(rules_in(self.unit)),
            buttons=buttons,
            empty=EmptyState(_("No rules yet"), text, "scale", buttons[0] if buttons else None),
            **kwargs,
        )


class AccessRuleKinds(RulePage, DetailPage):
    """What a new rule shall be about."""

    permission = "access:delegate"
    title = gettext_lazy("Add rule")
    template_name = "generic/kinds.html"
    extra_context = {"question": gettext_lazy("What shall hold?"), "icon": "scale"}

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("Access rules"), reverse("accounts:access_rules"))] if self.may("roles:list") else []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = [
            {
                "label": label,
                "example": EXAMPLES[value],
                "url": reverse("accounts:access_rule_create", args=[value]),
            }
            for value, label in AccessRule.Kind.choices
            if value != AccessRule.Kind.UNIT or len(self.request.units) > 1  # type: ignore[attr-defined]
        ]
        return super().get_context_data(kinds=kinds, **kwargs)


class RuleFormPage(RulePage, FormPage):
    """The form of a rule; when the rule doesn't hold today, it lists why and asks once more."""

    permission = "access:delegate"
    form_class = AccessRuleForm
    template_name = "rules/form.html"
    submit_label = gettext_lazy("Save rule")
    verdict: Verdict | None = None

    @property
    def kind(self) -> str:
        """The kind of the rule."""
        return str(self.object.kind)

    def get_form_kwargs(self) -> dict[str, Any]:
        unit = self.object.unit if self.object is not None else self.unit
        return super().get_form_kwargs() | {"kind": self.kind, "unit": unit}

    def refused(self, form: Any, refusal: Refused) -> HttpResponse:
        if isinstance(refusal, BrokenToday):
            self.verdict = refusal.verdict
            form.ask_despite()
        return super().refused(form, refusal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unit = self.object.unit if self.object is not None else self.unit
        words = _("It holds for everybody but the owner, in %s and below, whatever changes.")
        if self.kind == AccessRule.Kind.LEAST:
            words = _("Active people count who can do it in %s.")
        intro = words % unit
        context = {"intro": intro, "verdict": self.verdict, "may_name": self.may("accounts:list")}
        if self.verdict is not None:
            context["shown"] = shown_in(self.verdict, self.unit)
        return super().get_context_data(**context, **kwargs)

    def done(self, result: AccessRule) -> str:
        return _("From now on: %s.") % result


class AccessRuleCreate(RuleFormPage):
    """Another rule, in the unit in which one works."""

    def visible(self) -> None:  # type: ignore[override]
        return None

    @property
    def kind(self) -> str:
        kind = str(self.kwargs["kind"])
        if kind not in AccessRule.Kind.values:
            raise Http404
        return kind

    def get_title(self) -> str:
        return str(AccessRule.Kind(self.kind).label)

    def apply(self, form: AccessRuleForm) -> AccessRule:
        return start_rule(form.wanted(), unit=self.unit, actor=self.request.user, despite=form.despite)


class AccessRuleEdit(RuleFormPage):
    """Another rule in the place of this one."""

    def get_title(self) -> str:
        return _("Change the rule")

    def get_initial(self) -> dict[str, Any]:
        rule: AccessRule = self.object
        names = ("first", "second", "group", "inside", "least")
        return {name: getattr(rule, name) for name in names}

    def apply(self, form: AccessRuleForm) -> AccessRule:
        return replace_rule(self.object, form.wanted(), actor=self.request.user, despite=form.despite)


class AccessRulePage(RulePage, DetailPage):
    """One rule: for whom it is broken and by which ways, and who is let off until when."""

    permission = "roles:list"
    template_name = "rules/rule.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule: AccessRule = self.object
        links = self.may("groups:get")
        (verdict,) = verdicts([rule], links=links, ways=True)
        shown = shown_in(verdict, self.unit)
        planned = self._standing(verdict)
        context = {
            "rule": rule,
            "verdict": verdict,
            "shown": shown,
            "may_name": self.may("accounts:list"),
            "may_open": self.may("accounts:get"),
            "may_mend": self.may("access:delegate", rule.unit),
            "planned": planned.filter(account__in=self.listed()),
            "excepted": bool(verdict.let_off) or planned.exists(),
            "buttons": self._buttons(rule, bool(shown.broken)),
        }
        return super().get_context_data(**kwargs) | context

    def _standing(self, verdict: Verdict) -> QuerySet[Waiver]:
        """Return exceptions for people for whom the rule holds by now anyway."""
        shown = {each.waiver.pk for each in verdict.let_off if each.waiver}
        waivers = Waiver.objects.filter(standing_now(timezone.now()), rule=verdict.rule)
        return waivers.exclude(pk__in=shown).select_related("account", "started_by")

    def _buttons(self, rule: AccessRule, excusable: bool) -> list[Button]:
        if not self.may("access:delegate", rule.unit):
            return []
        buttons = [
            Button(_("Change"), reverse("accounts:access_rule_edit", args=[rule.pk]), "pencil"),
            Button(
                _("End rule"), reverse("accounts:access_rule_end", args=[rule.pk]), "x", "danger", dialog=True
            ),
        ]
        if excusable:
            url = reverse("accounts:waiver_create", args=[rule.pk])
            buttons.insert(0, Button(_("Give an exception"), url, "clock", dialog=True))
        return buttons


class AccessRuleEnd(RulePage, ConfirmPage):
    """Asks before nobody is held to the rule any more."""

    permission = "access:delegate"
    submit_label = gettext_lazy("End rule")

    def get_title(self) -> str:
        return _("End this rule?")

    def get_sentence(self) -> str:
        return _("No change will be judged by it any more: %s.") % self.object

    def get_consequences(self, change: Change | None) -> list[Line]:
        ended = sum(isinstance(fact, Waiver) for fact in change.ended) if change else 0
        words = ngettext("%d exception ends with it.", "%d exceptions end with it.", ended) % ended
        lines = [{"kind": "note", "text": _("Nobody gains or loses anything by this.")}]
        return [*lines, {"kind": "note", "text": words}] if ended else lines

    def run(self) -> str:
        end_rule(self.object, actor=self.request.user)
        return _("The rule is ended.")

    def get_success_url(self) -> str:
        return reverse("accounts:access_rules") if self.may("roles:list") else reverse("home")


class WaiverCreate(RulePage, FormPage):
    """Lets somebody off until a date, for a reason: anybody but oneself."""

    permission = "access:delegate"
    form_class = WaiverForm
    template_name = "generic/dialog_form.html"
    submit_label = gettext_lazy("Give exception")

    def get_title(self) -> str:
        return _("Give an exception")

    @cached_property
    def people(self) -> QuerySet[Account]:
        """For whom the rule is broken, as far as the reader may let them off."""
        (verdict,) = verdicts([self.object])
        broken = {each.account.pk for each in verdict.broken} - {self.request.user.pk}
        return self.listed().filter(pk__in=broken if self.may("accounts:list") else ())

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"people": self.people}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = _("The rule stays for everybody else: %s.") % self.object
        return super().get_context_data(intro=intro, **kwargs)

    def apply(self, form: WaiverForm) -> AccessRule:
        self.waiver = give_waiver(self.object, **form.cleaned_data, actor=self.request.user)
        return self.object

    def done(self, result: AccessRule) -> str:
        day = timezone.localtime(self.waiver.expires_at).strftime("%Y-%m-%d")
        return _("%(who)s is let off until %(day)s.") % {"who": self.waiver.account.name, "day": day}


class WaiverEnd(RulePage, ConfirmPage):
    """Asks before somebody is held to the rule again."""

    permission = "access:delegate"
    submit_label = gettext_lazy("End exception")

    def visible(self) -> QuerySet[Waiver]:  # type: ignore[override]
        rules = super().visible()
        waivers = Waiver.objects.filter(standing_now(timezone.now()), rule__in=rules)
        return waivers.filter(account__in=self.listed()).select_related("rule__unit", "account")

    def breadcrumbs(self) -> list[Link]:
        rule = self.object.rule
        return [*super().breadcrumbs()[:1], Link(str(rule), rule.get_absolute_url())]

    def get_title(self) -> str:
        return _("End this exception?")

    def get_sentence(self) -> str:
        words = {"who": self.object.account.name, "rule": self.object.rule}
        return _("The rule holds for %(who)s again: %(rule)s.") % words

    def get_consequences(self, change: Change | None) -> list[Line]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"cancel_url": self.get_success_url()}

    def run(self) -> str:
        end_waiver(self.object, actor=self.request.user)
        return _("The exception is ended.")

    def get_success_url(self) -> str:
        return str(self.object.rule.get_absolute_url())
