"""What breaks an access rule at this moment: who, and by which ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.held import Held, held_by
from accounts.models import AccessRule, Account, UnitAccess, Waiver
from accounts.models.rules import permission_in_words
from accounts.policy import policy_now
from accounts.rules.judging import Judge
from accounts.sources import SourceBook, SourceLine
from adminrights.consequences import some
from adminrights.models import Unit
from adminrights.models.facts import live_now

FEW = 6


@dataclass(frozen=True, slots=True)
class Way:
    """One permission and the ways by which somebody holds it."""

    label: str
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """Somebody for whom a rule doesn't hold; with a waiver that is allowed for a while."""

    account: Account
    ways: tuple[Way, ...] = ()
    waiver: Waiver | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a rule stands: for whom it is broken, who is let off, and how many can do it."""

    rule: AccessRule
    broken: tuple[Violation, ...] = ()
    let_off: tuple[Violation, ...] = ()
    able: int | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.broken and (self.able is None or self.able >= (self.rule.least or 0))

    @property
    def summary(self) -> str:
        """How it stands, in a few words."""
        if self.able is not None:
            return ngettext("%d person can", "%d people can", self.able) % self.able
        count = len(self.broken)
        return ngettext("Broken for %d person", "Broken for %d people", count) % count if count else ""

    def in_words(self, named: Sequence[Violation]) -> str:
        """Return that the rule doesn't hold today, for how many, and for whom of those to be named."""
        names = [each.account.name for each in named]
        who = f" ({some(names[:FEW], len(self.broken))})" if names else ""
        words = {"rule": self.rule, "summary": f"{self.summary}{who}"}
        return _("This rule doesn't hold today: %(rule)s. %(summary)s.") % words


@dataclass(frozen=True, slots=True)
class Shown:
    """Whom a reader sees of a verdict, and how many others there are, who aren't listed where he reads."""

    broken: tuple[Violation, ...]
    others_broken: int
    let_off: tuple[Violation, ...]
    others_let_off: int


def shown_in(verdict: Verdict, unit: Unit) -> Shown:
    """Return the people of the verdict as whoever may list the accounts of the unit may see them."""
    people = {each.account.pk for each in (*verdict.broken, *verdict.let_off)}
    listed = set(Account.objects.in_unit(unit).values_list("pk", flat=True)) if people else people
    broken, let_off = (
        tuple(each for each in every if each.account.pk in listed)
        for every in (verdict.broken, verdict.let_off)
    )
    return Shown(broken, len(verdict.broken) - len(broken), let_off, len(verdict.let_off) - len(let_off))


def rules_in(unit: Unit) -> list[AccessRule]:
    """Return the rules of the unit and of those below it, in the order of the tree."""
    live = AccessRule.objects.live().filter(unit__path__startswith=unit.path, unit__closed_at=None)
    return list(live.select_related("unit", "group", "inside", "started_by").order_by("unit__path", "pk"))


def verdicts(rules: list[AccessRule], *, links: bool = False, ways: bool = False) -> list[Verdict]:
    """Return how each rule stands now; the ways of people only where they are asked for."""
    if not rules:
        return []
    now = timezone.now()
    judge = Judge(policy_now(now), live_now(now))
    held = held_by(_people(rules, judge), judge.live)
    broken = {rule.pk: judge.breaking(rule, held) for rule in rules}
    waivers = Waiver.objects.filter(judge.live, rule__in=broken).select_related("started_by")
    off = {(waiver.rule_id, waiver.account_id): waiver for waiver in waivers}
    accounts = Account.objects.in_bulk({pk for some in broken.values() for pk in some})
    found = []
    for rule in rules:
        people = sorted((accounts[pk] for pk in broken[rule.pk]), key=lambda each: (each.name, each.pk))
        told = _ways(rule, people, judge, held, links=links) if ways else {}
        some = [Violation(each, told.get(each.pk, ()), off.get((rule.pk, each.pk))) for each in people]
        found.append(
            Verdict(
                rule,
                tuple(each for each in some if each.waiver is None),
                tuple(each for each in some if each.waiver is not None),
                judge.able(rule) if rule.least is not None and judge.applies(rule) else None,
            )
        )
    return found


def _people(rules: list[AccessRule], judge: Judge) -> set[int]:
    """Return everybody with access to one of the organisations; nobody else can do anything there."""
    people: set[int] = set()
    for root in {rule.unit.root_id_or_self for rule in rules}:
        inside = UnitAccess.objects.filter(judge.live, unit__path__startswith=f"{root}/")
        people |= set(inside.values_list("account_id", flat=True))
    return people


def _ways(
    rule: AccessRule, people: Sequence[Account], judge: Judge, held: Mapping[int, Held], *, links: bool
) -> dict[int, tuple[Way, ...]]:
    pairs = {account.pk: list(judge.sources(rule, account.pk, held[account.pk])) for account in people}
    flat = ((pk, source) for pk, some in pairs.items() for _key, sources in some for source in sources)
    book = SourceBook(flat, rule.unit, judge.live, links=links)
    return {
        pk: tuple(Way(permission_in_words(key), book.lines(pk, sources)) for key, sources in some)
        for pk, some in pairs.items()
    }
