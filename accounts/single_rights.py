"""The tab Permissions: every permission with yes or no, what it needs, and through what else it is held.

What comes from a level, a group or the ownership is shown and can't be changed here (S2-08 to S2-20, C-16).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import effective
from accounts.last_use import LastUses
from accounts.models import Account, Grant
from accounts.passing import Passing, passing
from accounts.remedies import NONE, FeatureRemedies, Remedy
from accounts.sources import SourceBook, SourceLine
from adminrights.models import Unit
from adminrights.models.facts import live_now, standing_now
from roles.catalogue import MULTI_UNIT, Module, NamedPermission, Permission, Resource, catalogue
from roles.resolver import Resolution, Source
from roles.wording import permission_label


@dataclass(frozen=True, slots=True)
class Lack:
    """Why something that is held has no effect. `add` are the keys that mend it, `remedy` says so."""

    text: str
    add: tuple[str, ...] = ()
    remedy: str = ""
    second_unit: bool = False
    switch: Remedy = NONE


@dataclass(frozen=True, slots=True)
class Row:
    """One permission. `own` is what is saved, `chosen` what the form shows, `through` what else gives it.

    `used` says when the person last used it, where they hold it.
    """

    key: str
    label: str
    help: str
    caution: str
    needs: str
    own: bool
    chosen: bool
    editable: bool
    through: tuple[SourceLine, ...] = ()
    lacks: tuple[Lack, ...] = ()
    used: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows under one small heading."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What is folded together: an area of named permissions, or a module."""

    label: str
    help: str
    parts: tuple[Part, ...]

    @property
    def rows(self) -> list[Row]:
        """All rows of the block."""
        return [row for part in self.parts for row in part.rows]

    @property
    def given(self) -> int:
        """How many are given or held."""
        return sum(row.chosen or bool(row.through) for row in self.rows)

    @property
    def needs_a_look(self) -> bool:
        """Whether something given here lacks something: the page shows that at once."""
        return any(row.own and row.lacks for row in self.rows)

    @property
    def lacking(self) -> int:
        """How many are held without effect, in whole or in part."""
        return sum(bool(row.lacks) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Area:
    """Blocks under one heading."""

    label: str
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class Permissions:
    """All that the page shows: permissions by name, then single actions module by module."""

    named: list[Area]
    single: list[Area]
    passing: Passing
    own: frozenset[str]
    keys: frozenset[str] = field(default_factory=frozenset)

    def rows(self) -> Iterator[Row]:
        """Yield every row."""
        for area in (*self.named, *self.single):
            for block in area.blocks:
                yield from block.rows


def permissions_of(
    account: Account, unit: Unit, reader: Account, chosen: Mapping[str, bool] | None = None
) -> Permissions:
    """Return the page's content for the reader; `chosen` is what he has filled in and not saved yet."""
    given = passing(reader, account, unit)
    teller = _Teller(account, unit, given, chosen or {}, FeatureRemedies(reader, unit))
    named, single = list(teller.named_areas()), list(teller.single_areas())
    return Permissions(named, single, given, teller.own)


def passable(permissions: Permissions, *, given: bool) -> dict[str, bool]:
    """Return the choices of "Allow all" or "Allow none": only what the actor may change (S2-11, S2-15)."""
    rows = (row for row in permissions.rows() if row.editable)
    may = permissions.passing.may_give if given else permissions.passing.may_take
    return {row.key: given for row in rows if row.own == given or may(row.key)}


def own_permissions(account: Account, unit: Unit) -> frozenset[str]:
    """Return the single permissions that are the account's own in this very unit."""
    standing = standing_now(timezone.now())
    grants = Grant.objects.filter(standing, account=account, unit=unit, permission__isnull=False)
    return frozenset(grants.values_list("permission_id", flat=True))


class _Teller:
    def __init__(
        self,
        account: Account,
        unit: Unit,
        passing: Passing,
        chosen: Mapping[str, bool],
        remedies: FeatureRemedies,
    ) -> None:
        self.account, self.unit, self.passing, self.chosen = account, unit, passing, chosen
        self.remedies = remedies
        self.resolution: Resolution = effective(account, unit, as_if_active=True)
        self.own = own_permissions(account, unit)
        self.uses = LastUses(account, unit)
        self.catalogue = catalogue()
        sources = {source for some in self.resolution.held.values() for source in some}
        others = {(account.pk, source) for source in sources if not self._is_own(source)}
        self.book = SourceBook(others, unit, live_now(timezone.now()))

    def named_areas(self) -> Iterator[Area]:
        blocks: dict[str, list[NamedPermission]] = {}
        for named in self.catalogue.named.values():
            blocks.setdefault(named.area, []).append(named)
        found = [
            Block(label, "", (Part("", tuple(self._named(each) for each in some)),))
            for label, some in blocks.items()
        ]
        if found:
            yield Area("", tuple(found))

    def single_areas(self) -> Iterator[Area]:
        areas: dict[str, list[Block]] = {}
        for module in self.catalogue.modules.values():
            areas.setdefault(module.area, []).append(self._module(module))
        return (Area(label, tuple(blocks)) for label, blocks in areas.items())

    def _module(self, module: Module) -> Block:
        wide = tuple(self._wide(key) for key in sorted(self.own) if key.startswith(f"{module.key}.*:"))
        parts = (Part(_("Everything in this module"), wide),) if wide else ()
        return Block(
            module.label, module.help, (*parts, *(self._resource(each) for each in module.resources))
        )

    def _resource(self, resource: Resource) -> Part:
        return Part(resource.label, tuple(self._single(each) for each in resource.permissions))

    def _single(self, permission: Permission) -> Row:
        key = permission.key
        others = [s for s in self.resolution.held.get(key, ()) if not self._is_own(s) or s.right != key]
        return self._row(
            key,
            (permission.label, permission.help, permission.caution),
            needs=self._needs(permission.requires, permission.feature),
            others=others,
            lacks=tuple(self._lacks(key)) if key in self.resolution.withheld else (),
        )

    def _wide(self, key: str) -> Row:
        return self._row(key, (permission_label(key), "", ""))

    def _named(self, named: NamedPermission) -> Row:
        held = self.resolution.held
        others: list[Source] = []
        if all(any(not self._is_own(s) for s in held.get(key, ())) for key in named.gives):
            others = [s for key in named.gives for s in held[key] if not self._is_own(s)]
        return self._row(
            named.key,
            (named.label, named.help, named.caution),
            needs=self._needs(named.requires, None),
            others=others,
            lacks=tuple(self._named_lacks(named)) if named.key in self.own else (),
        )

    def _row(
        self,
        key: str,
        words: tuple[str, str, str],
        *,
        needs: str = "",
        others: Iterable[Source] = (),
        lacks: tuple[Lack, ...] = (),
    ) -> Row:
        others, own = list(others), key in self.own
        # A single right beside it is no reason against this one; a level or a group is.
        elsewhere = any(not self._is_own(source) for source in others)
        may = self.passing.may_take(key) if own else self.passing.may_give(key)
        label, text, caution = words
        return Row(
            key=key,
            label=label,
            help=text,
            caution=caution,
            needs=needs,
            own=own,
            chosen=self.chosen.get(key, own),
            editable=may and (own or not elsewhere),
            through=self.book.lines(self.account.pk, [s for s in others if not self._is_own(s)]),
            lacks=lacks,
            used=self.uses.note(key) if (own or others) and not lacks else "",
        )

    def _is_own(self, source: Source) -> bool:
        """Whether it is a single right of the account's own in this very unit."""
        return source.kind == "grant" and source.unit == self.unit.pk and "@" not in source.right

    def _needs(self, keys: Iterable[str], feature: str | None) -> str:
        words = [_("“%s”") % _label(key) for key in keys]
        if feature:
            words.append(_("the feature %s") % self._feature(feature))
        return _("Also needs %s.") % ", ".join(words) if words else ""

    def _lacks(self, key: str) -> Iterator[Lack]:
        withheld = self.resolution.withheld[key]
        if withheld.missing_feature:
            yield self._feature_lack(withheld.missing_feature)
        if missing := withheld.missing_permissions:
            yield self._permission_lack(
                [each for each in missing if each not in self.resolution.held], missing
            )

    def _named_lacks(self, named: NamedPermission) -> Iterator[Lack]:
        """Yield what the whole of it lacks, then what single parts of it lack (S2-18, S2-19)."""
        whole = self._missing_named(named.requires)
        if whole:
            yield self._permission_lack(whole, whole)
        for part in named.parts[1:]:
            missing = [key for key in self._missing_named(part.requires) if key not in whole]
            if missing:
                yield self._permission_lack(missing, missing, ", ".join(_label(key) for key in part.gives))
        withheld = (self.resolution.withheld.get(key) for key in named.gives)
        for feature in dict.fromkeys(each.missing_feature for each in withheld if each):
            if feature:
                yield self._feature_lack(feature)

    def _missing_named(self, keys: Iterable[str]) -> list[str]:
        """Return the named permissions that don't wholly work, with what these need in turn."""
        found: dict[str, None] = {}
        for key in keys:
            named = self.catalogue.named[key]
            found |= dict.fromkeys(self._missing_named(named.requires))
            if not all(each in self.resolution.held for each in named.gives):
                found[key] = None
        return list(found)

    def _permission_lack(self, add: Iterable[str], missing: Iterable[str], of: str = "") -> Lack:
        names = _and([_("“%s”") % _label(key) for key in missing])
        add = tuple(key for key in add if self.passing.may_give(key))
        words = {"names": names, "part": of}
        text = _("For %(part)s it needs %(names)s.") if of else _("Without effect: it needs %(names)s.")
        return Lack(text % words, add, _("Add %s") % _and([_label(key) for key in add]) if add else "")

    def _feature_lack(self, feature: str) -> Lack:
        if feature == MULTI_UNIT:
            text = _("Without effect: it works only for people who may enter at least two units.")
            return Lack(text, second_unit=True)
        words = {"unit": self.unit.name, "feature": self._feature(feature)}
        text = _("Without effect: %(unit)s doesn't have the feature %(feature)s.")
        return Lack(text % words, switch=self.remedies.of(feature))

    def _feature(self, key: str) -> str:
        features = self.catalogue.features
        return features[key].label if key in features else key


def _label(key: str) -> str:
    named = catalogue().named.get(key)
    return named.label if named else permission_label(key)


def _and(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(some)s and %(last)s") % {"some": ", ".join(words[:-1]), "last": words[-1]}
