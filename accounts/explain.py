"""Why an account may do what it may: effective access in words, with every source (S1-06, S1-07).

The account page, My access and the commands explain_access and who_can show what is here, so they say
the same as every decision.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import effective, holders
from accounts.last_use import LastUses
from accounts.models import Account
from accounts.remedies import NONE, FeatureRemedies, Remedy
from accounts.sources import SourceBook, SourceLine
from adminrights.models import Unit
from adminrights.models.facts import live_at, live_now
from adminrights.past import as_then
from roles.catalogue import MULTI_UNIT, Level, Module, Permission, Resource, catalogue
from roles.reasons import Withheld
from roles.resolver import Resolution, Source

__all__ = ["ModuleAccess", "PermissionAccess", "ResourceAccess", "SourceLine", "explain", "who_can"]


@dataclass(frozen=True, slots=True)
class PermissionAccess:
    """One permission that is held. `why_not` and `remedy` are empty where it is effective.

    `switch` is there where a feature is missing and the reader is known, `used` where it is effective
    and uses are recorded.
    """

    key: str
    label: str
    help: str
    caution: str
    level: Level
    effective: bool
    why_not: str
    remedy: str
    sources: tuple[SourceLine, ...]
    switch: Remedy = NONE
    used: str = ""


@dataclass(frozen=True, slots=True)
class ResourceAccess:
    """What is held on one resource."""

    key: str
    label: str
    permissions: tuple[PermissionAccess, ...]


@dataclass(frozen=True, slots=True)
class ModuleAccess:
    """What is held in one module, resource by resource."""

    module: Module
    resources: tuple[ResourceAccess, ...]

    @property
    def permissions(self) -> tuple[PermissionAccess, ...]:
        """Everything held in the module."""
        return tuple(permission for resource in self.resources for permission in resource.permissions)

    @property
    def effective_count(self) -> int:
        """How many permissions of the module work."""
        return sum(permission.effective for permission in self.permissions)

    @property
    def withheld_count(self) -> int:
        """How many permissions of the module are held without effect."""
        return len(self.permissions) - self.effective_count


def explain(
    account: Account,
    unit: Unit,
    at: datetime | None = None,
    *,
    as_if_active: bool = False,
    links: bool = True,
    reader: Account | None = None,
) -> list[ModuleAccess]:
    """Return everything the account holds in the unit, now or at a date, with sources in words.

    Modules in which it holds nothing are left out. `as_if_active` shows what a pending or disabled
    account would hold; `links` leads from sources to the pages of their groups; `reader` is whoever reads it,
    and learns how to get a missing feature, and when each right was last used.
    """
    resolution = effective(account, unit, at, as_if_active=as_if_active)
    held = {(account.pk, source) for sources in resolution.held.values() for source in sources}
    remedies = FeatureRemedies(reader, unit) if reader else None
    book = SourceBook(held, unit, _live(at), links=links, at=at)
    uses = LastUses(account, unit) if reader else None
    teller = _Teller(account, unit, resolution, book, remedies, uses)
    modules = (teller.module(module) for module in catalogue().modules.values())
    return [module for module in modules if module.resources]


def who_can(
    permission: str, unit: Unit, at: datetime | None = None, *, links: bool = True
) -> list[tuple[Account, tuple[SourceLine, ...]]]:
    """Return everybody who may do it in the unit, by name, each with sources in words.

    Raises KeyError for an unknown permission.
    """
    found = {holder.account: holder.sources for holder in holders(permission, unit, at)}
    return told_holders(found, unit, at, links=links)


def told_holders(
    found: Mapping[int, Sequence[Source]], unit: Unit, at: datetime | None = None, *, links: bool = True
) -> list[tuple[Account, tuple[SourceLine, ...]]]:
    """Return these people, by name, each with the sources in words."""
    pairs = {(account, source) for account, sources in found.items() for source in sources}
    book = SourceBook(pairs, unit, _live(at), links=links, at=at)
    people = sorted(
        as_then(Account.objects.in_bulk(found).values(), at), key=lambda a: (a.last_name, a.first_name, a.pk)
    )
    return [(account, book.lines(account.pk, found[account.pk])) for account in people]


def _live(at: datetime | None) -> Q:
    return live_now(timezone.now()) if at is None else live_at(at)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Puts one account's resolution into words."""

    account: Account
    unit: Unit
    resolution: Resolution
    book: SourceBook
    remedies: FeatureRemedies | None = None
    uses: LastUses | None = None

    def module(self, module: Module) -> ModuleAccess:
        resources = (self._resource(resource) for resource in module.resources)
        return ModuleAccess(module, tuple(resource for resource in resources if resource.permissions))

    def _resource(self, resource: Resource) -> ResourceAccess:
        return ResourceAccess(resource.key, resource.label, tuple(self._permissions(resource)))

    def _permissions(self, resource: Resource) -> Iterator[PermissionAccess]:
        for permission in resource.permissions:
            if permission.key in self.resolution.held:
                yield self._permission(permission)

    def _permission(self, permission: Permission) -> PermissionAccess:
        withheld = self.resolution.withheld.get(permission.key)
        why_not, remedy = self._withheld(withheld) if withheld else ("", "")
        return PermissionAccess(
            key=permission.key,
            label=permission.label,
            help=permission.help,
            caution=permission.caution,
            level=permission.level,
            effective=withheld is None,
            why_not=why_not,
            remedy=remedy,
            sources=self.book.lines(self.account.pk, self.resolution.held[permission.key]),
            switch=self._switch(withheld) if withheld else NONE,
            used="" if withheld or self.uses is None else self.uses.note(permission.key),
        )

    def _switch(self, withheld: Withheld) -> Remedy:
        feature = withheld.missing_feature
        if self.remedies is None or feature is None or feature == MULTI_UNIT:
            return NONE
        return self.remedies.of(feature)

    def _withheld(self, withheld: Withheld) -> tuple[str, str]:
        """Return why it has no effect and what would give it effect (S2-18, S2-20, S3-90)."""
        if withheld.missing_feature == MULTI_UNIT:
            return (
                _("It works only for people who may enter at least two units."),
                _("Access to a second unit puts it into effect."),
            )
        if withheld.missing_feature:
            words = {"unit": self.unit.name, "feature": _feature(withheld.missing_feature)}
            return (
                _("%(unit)s doesn't have the feature %(feature)s.") % words,
                _("It takes effect by itself once %(unit)s has the feature.") % words,
            )
        missing = _and([self._missing(key) for key in withheld.missing_permissions])
        return (
            _("It also needs: %s.") % missing,
            _("Give these as well, from any source, or leave it: it does no harm."),
        )

    def _missing(self, key: str) -> str:
        permission = catalogue().permissions[key]
        words = {"module": catalogue().modules[permission.module].label, "label": permission.label}
        return _("“%(label)s” in %(module)s") % words


def _feature(key: str) -> str:
    features = catalogue().features
    return features[key].label if key in features else key


def _and(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(some)s and %(last)s") % {"some": ", ".join(words[:-1]), "last": words[-1]}
