"""Who holds administration in a unit and below, and with which second factor."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import candidates_in, enterable_units
from accounts.factors import FACTORS
from accounts.guards import DELEGATE, UPDATE
from accounts.held import held_by
from accounts.models import Account, StatusPeriod, may_enter
from accounts.overview.drawing import Mark, Picture, draw, table_of
from accounts.policy import Policy, policy_now
from adminrights.consequences import some
from adminrights.models import Unit
from adminrights.models.facts import live_now
from adminrights.navigation import Button, EmptyState
from adminrights.pictures import stacked
from roles.resolver import Facts, allows

MOST_SHOWN, MOST_UNITS, MOST_JUDGED = 12, 3, 300


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who looks after people here or below; `has_factor` is None for readers who aren't told."""

    name: str
    url: str
    what: str
    has_factor: bool | None
    full: bool
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class People(Picture):
    """The picture with the people themselves; `more` leads to those for whom there is no room."""

    people: tuple[Administrator, ...] = ()
    more: str = ""
    more_url: str = ""


@dataclass(frozen=True, slots=True)
class _Held:
    """Where somebody administers, from the unit downwards, and where in full."""

    places: frozenset[int]
    full: frozenset[int]


def administrators(unit: Unit, *, told: bool) -> list[Administrator] | None:
    """Return who of the people listed in the unit administers there or below, by rank and name.

    None where more than MOST_JUDGED people might: each would have to be judged in each unit. It costs seven
    statements besides the policy's. `told` says whether the reader sees the accounts' pages.
    """
    held = _held(unit)
    if held is None:
        return None
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    listed = Account.objects.filter(pk__in=held.keys()).annotate(has_factor=Exists(factor))
    names = dict(Unit.objects.open().below(unit).values_list("pk", "name"))
    root = unit.root or unit
    found = [
        Administrator(
            person.name,
            person.get_absolute_url() if told else "",
            _what(held[person.pk], unit.pk, names, owner=person.pk == root.owner_id),
            person.has_factor if told else None,
            unit.pk in held[person.pk].full,
            unit.pk in held[person.pk].places,
        )
        for person in listed.only("first_name", "last_name")
    ]
    return sorted(found, key=lambda each: (not each.full, not each.here))


def _held(unit: Unit) -> Mapping[int, _Held] | None:
    now = timezone.now()
    policy, live = policy_now(now), live_now(now)
    below = policy.below(unit.pk)
    about = candidates_in([UPDATE], {*below, *policy.units[unit.pk].ancestors}, policy, live)
    here = may_enter(unit, "account")
    might = StatusPeriod.objects.filter(about, live, here, status=Account.Status.ACTIVE)
    people = list(might.values_list("account_id", flat=True)[: MOST_JUDGED + 1])
    if len(people) > MOST_JUDGED:
        return None
    found = {}
    for account, each in held_by(people, live).items():
        facts = each.facts(account, policy)
        places = _where(UPDATE, below, facts, policy)
        if places:
            found[account] = _Held(places, _where(DELEGATE, places, facts, policy))
    return found


def _where(key: str, units: Iterable[int], facts: Facts, policy: Policy) -> frozenset[int]:
    entered = enterable_units(facts, policy)
    return frozenset(
        unit
        for unit in entered.intersection(units)
        if allows(facts, policy.catalogue, policy.place(unit), key, enterable_units=len(entered))
    )


def _what(held: _Held, here: int, names: Mapping[int, str], *, owner: bool) -> str:
    if owner:
        return _("Owner")
    if here in held.full:
        return _("Full administrator")
    if here in held.places:
        return _("Administrator")
    places = sorted(names[unit] for unit in held.places if unit in names)
    return _("Unit administrator of %s") % some(places[:MOST_UNITS], len(places))


def picture(unit: Unit, *, told: bool) -> Picture:
    """Return who administers; `told` says whether the reader may know of second factors."""
    people = administrators(unit, told=told)
    return _too_many() if people is None else _drawn(people, unit, told=told)


def _too_many() -> Picture:
    who = Button(_("Who administers here, and through what"), _who())
    text = _("So many can't be told apart in a picture, nor can anybody keep an eye on them.")
    return Picture(
        key="administrators",
        finding=_("More than %d people administer here or in a unit below") % MOST_JUDGED,
        empty=EmptyState(_("Administration is spread wide"), text, "users", who),
    )


def _drawn(people: list[Administrator], unit: Unit, *, told: bool) -> Picture:
    here, full = [each for each in people if each.here], [each for each in people if each.full]
    marks = _factor_marks(people) if told else _rank_marks(people)
    beside = [Mark(_("Who administers here, and through what"), len(here), _who())]
    left = len(people) - MOST_SHOWN
    return People(
        key="administrators",
        finding=_finding(people, told=told),
        marks=marks,
        beside=beside,
        drawn=draw(stacked([mark.count for mark in marks]), marks),
        table=table_of(_("Administration"), [*_rank_marks(people), *(marks if told else ()), *beside]),
        warning=_warning(full) if unit.parent_id is None else "",
        people=tuple(people[:MOST_SHOWN]),
        more=ngettext("and %d more", "and %d more", left) % left if left > 0 else "",
        more_url=_who(),
    )


def _who() -> str:
    return reverse("accounts:permission_who", args=[UPDATE])


def _factor_marks(people: Collection[Administrator]) -> list[Mark]:
    having = sum(bool(each.has_factor) for each in people)
    return [
        Mark(_("With a second factor"), having, tone="good"),
        Mark(_("Without a second factor"), len(people) - having, tone="bad", pattern="lines"),
    ]


def _rank_marks(people: Collection[Administrator]) -> list[Mark]:
    full = sum(each.full for each in people)
    here = sum(each.here for each in people)
    return [
        Mark(_("Full administrators"), full, tone="accent"),
        Mark(_("Administrators who can't pass on everything"), here - full, tone="good", pattern="lines"),
        Mark(_("Administrators of units below only"), len(people) - here, tone="off", pattern="dots"),
    ]


def _finding(people: Collection[Administrator], *, told: bool) -> str:
    number, without = len(people), sum(each.has_factor is False for each in people)
    if not told:
        words = ngettext("%(count)d person administers", "%(count)d people administer", number)
    elif without == 0:
        words = ngettext(
            "%(count)d person administers, with a second factor",
            "%(count)d people administer, all with a second factor",
            number,
        )
    elif without == number:
        words = ngettext(
            "%(count)d person administers, without a second factor",
            "%(count)d people administer, nobody with a second factor",
            number,
        )
    else:
        words = ngettext(
            "%(count)d person administers, %(without)d without a second factor",
            "%(count)d people administer, %(without)d of them without a second factor",
            number,
        )
    return words % {"count": number, "without": without}


def _warning(full: Collection[Administrator]) -> str:
    """Return what is at stake where nobody could take the place of the only full administrator."""
    if len(full) != 1:
        return ""
    only = next(iter(full))
    text = _(
        "%s is the only full administrator. Give somebody else Read & Write in Admin & Rights as well, so "
        "that there is always somebody who can help."
    )
    return text % only.name
