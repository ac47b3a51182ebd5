"""Access rules and the people who are let off them: added, ended, replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import AccessRule, Account, Waiver
from accounts.rules.outlook import first_shortage
from accounts.rules.present import Verdict, Violation, shown_in, verdicts
from adminrights.change import Actor, Change, change
from adminrights.days import in_words
from adminrights.events import Event
from adminrights.exceptions import Invalid, OwnRights
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from adminrights.remarks import remark
from adminrights.text import clean_text
from groups.models import Group
from roles.catalogue import catalogue

NEEDS = "access:delegate"
MOST, REASON_LENGTH = 1_000, 300
Kind = AccessRule.Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a rule shall say; only what belongs to its kind is kept of it."""

    kind: str
    first: str
    second: str = ""
    group: Group | None = None
    inside: Unit | None = None
    least: int | None = None

    @classmethod
    def as_in(cls, rule: AccessRule) -> "Wanted":
        """Return what the rule says."""
        return cls(rule.kind, rule.first, rule.second, rule.group, rule.inside, rule.least)


class BrokenToday(Invalid):
    """The rule doesn't hold today; it is added all the same only when somebody says so."""

    code = "broken_today"

    def __init__(self, sentence: str, verdict: Verdict) -> None:
        super().__init__(sentence)
        self.verdict = verdict


def start_rule(wanted: Wanted, *, unit: Unit, actor: Actor, despite: bool = False) -> AccessRule:
    """Make a rule hold in the unit and below from now on, and return it.

    Raises BrokenToday when it doesn't hold today, unless it is wanted `despite` that; Invalid for what can't
    be a rule, NotAllowed without `access:delegate` there.
    """
    with change(Event.RULE_STARTED, actor=actor, unit=unit, target=unit, needs=NEEDS) as c:
        return _start(c, wanted, unit, despite)


def _start(c: Change, wanted: Wanted, unit: Unit, despite: bool) -> AccessRule:
    fresh = _rule(wanted, unit)
    if fresh.alike().live(c.at).exists():
        raise Invalid(_("There is this rule already."))
    rule: AccessRule = c.start(fresh)
    c.note(rule=str(rule))
    (verdict,) = verdicts([rule], ways=True)
    short = first_shortage(rule, c.at) if rule.least and verdict.holds else None
    if short is not None:
        words = {"day": in_words(short[0]), "able": short[1]}
        said = _("This rule holds today, but from %(day)s on too few people can do it: %(able)d.") % words
        if not despite:
            raise BrokenToday(said, verdict)
        remark(c, f"{rule}. {said}")
    if not verdict.holds:
        if not despite:
            raise BrokenToday(_("This rule doesn't hold today. Look at what breaks it."), verdict)
        remark(c, verdict.in_words(_named(c, verdict, unit)))
    return rule


def _named(c: Change, verdict: Verdict, unit: Unit) -> Sequence[Violation]:
    if c.by_system:
        return verdict.broken
    return shown_in(verdict, unit).broken if c.actor.may("accounts:list", unit) else ()


def _rule(wanted: Wanted, unit: Unit) -> AccessRule:
    """Return the rule. Raises Invalid."""
    known = catalogue().permissions
    kind, second = wanted.kind, wanted.second if wanted.kind == Kind.BOTH else ""
    unknown = [key for key in (wanted.first, second) if key and key not in known]
    if kind not in Kind.values or not wanted.first or unknown:
        raise Invalid(_("Choose what the rule is about."))
    if kind == Kind.BOTH and (not second or second == wanted.first):
        raise Invalid(_("Choose two different permissions."))
    root = f"{unit.root_id_or_self}/"
    group = wanted.group if kind == Kind.GROUP else None
    if kind == Kind.GROUP and (group is None or group.deleted_at or not group.unit.path.startswith(root)):
        raise Invalid(_("Choose the group whose members may do it."))
    inside = wanted.inside if kind == Kind.UNIT else None
    if kind == Kind.UNIT and (inside is None or inside.closed_at or not inside.path.startswith(root)):
        raise Invalid(_("Choose the unit whose people may do it."))
    least = wanted.least if kind == Kind.LEAST else None
    if kind == Kind.LEAST and not (least and 0 < least <= MOST):
        raise Invalid(_("Say how many people it takes: 1 to %d.") % MOST)
    return AccessRule(
        unit=unit, kind=kind, first=wanted.first, second=second, group=group, inside=inside, least=least
    )


def end_rule(rule: AccessRule, *, actor: Actor) -> None:
    """End the rule, and with it whoever was let off. Raises Invalid, and NotAllowed as `start_rule`."""
    with change(Event.RULE_ENDED, actor=actor, unit=rule.unit, target=rule.unit, needs=NEEDS) as c:
        _end(c, rule)


def _end(c: Change, rule: AccessRule) -> None:
    _refuse_ended(rule)
    c.note(rule=str(rule))
    c.end_all(rule.waivers.not_ended())
    c.end(rule)


def replace_rule(rule: AccessRule, wanted: Wanted, *, actor: Actor, despite: bool = False) -> AccessRule:
    """End the rule and start another in its place; return that. Who was let off the old one is so no more.

    Raises as `start_rule`.
    """
    with change(Event.RULE_STARTED, actor=actor, unit=rule.unit, target=rule.unit, needs=NEEDS) as c:
        _end(c, rule)
        return _start(c, wanted, rule.unit, despite)


def give_waiver(rule: AccessRule, account: Account, *, until: datetime, reason: str, actor: Actor) -> Waiver:
    """Let somebody off the rule until a date, for a reason, and return that.

    Raises OwnRights for the actor's own account, Invalid without a reason or for a date that is over or for
    somebody who doesn't work in the organisation, NotAllowed without `access:delegate` in the rule's unit.
    """
    with change(Event.WAIVER_GIVEN, actor=actor, unit=rule.unit, target=account, needs=NEEDS) as c:
        _refuse_ended(rule)
        if account.pk == actor.pk:
            raise OwnRights(_("You can't let yourself off a rule. Ask another administrator."))
        reason = clean_text(reason)
        if not 0 < len(reason) <= REASON_LENGTH:
            raise Invalid(_("Give a reason, in at most %d characters.") % REASON_LENGTH)
        if until <= c.at:
            raise Invalid(_("Choose a date that is still to come."))
        if rule.kind == Kind.LEAST:
            raise Invalid(_("Nobody can be let off this rule."))
        if not Account.objects.in_unit(rule.unit.root or rule.unit).filter(pk=account.pk).exists():
            raise Invalid(_("There is no such account here."))
        c.note(rule=str(rule), waiver_reason=reason)
        c.end_all(Waiver.objects.not_ended().filter(rule=rule, account=account))
        waiver: Waiver = c.start(Waiver(rule=rule, account=account, expires_at=until, reason=reason))
        return waiver


def end_waiver(waiver: Waiver, *, actor: Actor) -> None:
    """Let somebody off no longer. Raises RuleBroken while the rule doesn't hold for the person."""
    rule = waiver.rule
    with change(Event.WAIVER_ENDED, actor=actor, unit=rule.unit, target=waiver.account, needs=NEEDS) as c:
        if not Waiver.objects.filter(standing_now(c.at), pk=waiver.pk).exists():
            raise Invalid(_("This is over already."))
        c.note(rule=str(rule))
        c.end(waiver)


def _refuse_ended(rule: AccessRule) -> None:
    rule.refresh_from_db()
    if rule.ended_at is not None or rule.unit.closed_at is not None:
        raise Invalid(_("This rule doesn't exist any more."))
