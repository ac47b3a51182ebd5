"""The guard of access rules: no change may break one, by whatever door, now or by a planned start."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.effects import planned_sides, sides_of, touched_accounts
from accounts.guards import Ceiling
from accounts.models import AccessRule, Account
from accounts.rules.judging import Judge, held_of
from accounts.rules.outlook import falls_out, is_dated, loses, moments_of, outlooks, shortage
from accounts.seen import first_seen
from accounts.sides import Side
from accounts.sources import SourceBook
from adminrights.change import Change
from adminrights.days import in_words
from adminrights.exceptions import RuleBroken
from adminrights.models.facts import live_now

Kind = AccessRule.Kind
# An end breaks these as much as a start.
BY_ENDS = (Kind.LEAST, Kind.GROUP, Kind.UNIT)


def rules_hold(change: Change) -> None:
    """Refuse what breaks a rule that held, or for whom it held; what was broken before may stay so.

    Whoever adds a rule is asked about what it finds (`services/rules.py`), so a rule that this very change
    starts isn't judged here.
    """
    if not (change.started or change.ended or change.policy_changed):
        return
    live = AccessRule.objects.live(change.at).select_related("unit", "group", "inside")
    rules = [rule for rule in live if rule.started_in != change.id]
    if not rules:
        return
    people = touched_accounts(change)
    for before, after in (sides_of(change), *planned_sides(change, people)):
        _prohibitions(change, rules, people, before, after)
    _enough_people(change, rules)
    _as_planned(change, rules, people)


def _prohibitions(
    change: Change, rules: Collection[AccessRule], people: Collection[int], before: Side, after: Side
) -> None:
    old, new = Judge(before.policy, before.live), Judge(after.policy, after.live)
    was, is_now = held_of(people, old), held_of(people, new)
    for rule in rules:
        broken = new.breaking(rule, is_now)
        if broken:
            broken -= {account for _rule, account in new.let_off([rule])}
        if broken:
            known = old.breaking(rule, was) - {account for _rule, account in old.let_off([rule])}
            broken -= known
        if broken:
            raise RuleBroken(_sentence(change, rule, sorted(broken), new))


def _sentence(change: Change, rule: AccessRule, accounts: list[int], judge: Judge, day: str = "") -> str:
    """Return what is broken, for whom and by which ways, as far as the actor may see accounts."""
    first = _first_seen(change, accounts)
    if first is None:
        return _unseen(rule, len(accounts), day)
    pairs = list(judge.sources(rule, first, held_of([first], judge)[first]))
    book = SourceBook(
        ((first, source) for _key, sources in pairs for source in sources), rule.unit, judge.live, links=False
    )
    ways = dict.fromkeys(line.text for _key, sources in pairs for line in book.lines(first, sources))
    words = {"rule": rule, "who": Account.objects.get(pk=first).name, "ways": "; ".join(ways), "day": day}
    said = _("This would break the rule: %(rule)s. It would no longer hold for %(who)s (%(ways)s).")
    if day:
        said = _(
            "This would break a rule from %(day)s on: %(rule)s. "
            "It would no longer hold for %(who)s (%(ways)s)."
        )
    said %= words
    more = len(accounts) - 1
    if more:
        said += " " + ngettext("And for %d more person.", "And for %d more people.", more) % more
    return said


def _unseen(rule: AccessRule, count: int, day: str) -> str:
    words = {"rule": rule, "count": count, "day": day}
    said = _("This would break the rule: %(rule)s.")
    if day:
        said = _("This would break a rule from %(day)s on: %(rule)s.")
    whom = ngettext(
        "It would no longer hold for %(count)d person who isn't listed here.",
        "It would no longer hold for %(count)d people who aren't listed here.",
        count,
    )
    return f"{said % words} {whom % words}"


def _first_seen(change: Change, accounts: list[int]) -> int | None:
    """Return the first of the accounts that the actor may see."""
    if change.by_system:
        return accounts[0]
    return first_seen(accounts, change, Ceiling(change.actor, sides_of(change)[0]))


def _enough_people(change: Change, rules: Iterable[AccessRule]) -> None:
    lost = _lost(change)
    before, after = sides_of(change)
    for rule in rules:
        if rule.least is None or (rule.unit_id, rule.first) not in lost:
            continue
        new, old = Judge(after.policy, after.live), Judge(before.policy, before.live)
        able = new.able(rule)
        if new.applies(rule) and able < rule.least and able < old.able(rule):
            words = {"rule": rule, "able": able}
            raise RuleBroken(
                ngettext(
                    "This would break the rule: %(rule)s. %(able)d would be left.",
                    "This would break the rule: %(rule)s. %(able)d would be left.",
                    able,
                )
                % words
            )


def _lost(change: Change) -> set[tuple[int, str]]:
    return {(unit, key) for each in change.effects.real.shared for unit in each.units for key in each.lost}


def _as_planned(change: Change, rules: Iterable[AccessRule], people: Collection[int]) -> None:
    """Refuse what breaks a rule on a day to come, when something ends by itself."""
    judge, lost = Judge(sides_of(change)[1].policy, live_now(change.at)), _lost(change)
    rules = [rule for rule in rules if rule.kind in BY_ENDS and judge.applies(rule)]
    fewer = [rule for rule in rules if rule.kind == Kind.LEAST and (rule.unit_id, rule.first) in lost]
    dated = bool(rules) and is_dated(change, people)
    if not (fewer or dated):
        return
    before, after = outlooks(change)
    moments = moments_of(people, before, after) if dated else []
    for rule in rules:
        if rule.kind != Kind.LEAST:
            then = falls_out(rule, before, after, moments)
            if then is not None:
                judge = Judge(after.judge(then.at).policy, live_now(then.at))
                raise RuleBroken(_sentence(change, rule, [then.account], judge, in_words(then.at)))
        elif rule in fewer or change.policy_changed or loses(rule, before, after, moments):
            _refuse_shortage(rule, shortage(rule, before, after))


def _refuse_shortage(rule: AccessRule, found: tuple[datetime, int] | None) -> None:
    if found is not None:
        words = {"rule": rule, "day": in_words(found[0]), "able": found[1]}
        raise RuleBroken(
            ngettext(
                "This would break a rule from %(day)s on: %(rule)s. %(able)d would be left.",
                "This would break a rule from %(day)s on: %(rule)s. %(able)d would be left.",
                found[1],
            )
            % words
        )
