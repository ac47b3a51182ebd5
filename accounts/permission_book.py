"""The catalogue as a book to look things up in: what each permission allows, needs, and who has it here."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Account
from accounts.sources import SourceBook, SourceLine
from accounts.who.answer import ask
from accounts.who.people import People, people_who
from accounts.who.question import Question, about_permission
from accounts.who.shown import by_name
from adminrights.models import Unit, UnitFeature
from adminrights.models.facts import live_now
from roles.catalogue import MULTI_UNIT, UnknownPermission, catalogue
from roles.models import Role, Rule

NAMED = "named"


@dataclass(frozen=True, slots=True)
class Reference:
    """Another entry of the book."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One permission, or one named permission, as people read it (S3-05)."""

    key: str
    label: str
    help: str
    caution: str
    level: str
    place: str
    area: str
    feature: str
    feature_label: str
    requires: tuple[Reference, ...]
    named: bool
    searched: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """The entries of one module, or of one area of named permissions."""

    key: str
    label: str
    area: str
    entries: tuple[Entry, ...]


def chapters() -> tuple[Chapter, ...]:
    """Return the whole book in the order of the catalogue, in the language of the reader."""
    return _chapters(get_language() or "")


@lru_cache(maxsize=8)
def _chapters(language: str) -> tuple[Chapter, ...]:
    book = [
        Chapter(m.key, m.label, m.area, tuple(_single(permission.key) for permission in m.permissions))
        for m in catalogue().modules.values()
    ]
    areas: dict[str, list[Entry]] = {}
    for key, named in catalogue().named.items():
        areas.setdefault(named.area, []).append(_named(key))
    book += [Chapter(f"{NAMED}-{n}", area, NAMED, tuple(es)) for n, (area, es) in enumerate(areas.items())]
    return tuple(book)


def entry(key: str) -> Entry:
    """Return the entry about a permission or a named one. Raises UnknownPermission."""
    if key in catalogue().named:
        return _named(key)
    catalogue().permission(key)
    return _single(key)


def _single(key: str) -> Entry:
    known = catalogue()
    permission = known.permissions[key]
    module = known.modules[permission.module]
    feature = known.features[permission.feature] if permission.feature else None
    label, text, resource = (
        permission.label,
        permission.help,
        known.resources[permission.resource].label,
    )
    return Entry(
        key=key,
        label=label,
        help=text,
        caution=permission.caution,
        level=permission.level.label,
        place=f"{module.label} › {resource}",
        area=module.area,
        feature=permission.feature or "",
        feature_label=feature.label if feature else "",
        requires=tuple(reference(needed) for needed in permission.requires),
        named=False,
        searched=f"{label} {text} {key} {resource} {module.label}".casefold(),
    )


def _named(key: str) -> Entry:
    named = catalogue().named[key]
    return Entry(
        key=key,
        label=named.label,
        help=named.help,
        caution=named.caution,
        level="",
        place=named.area,
        area=NAMED,
        feature="",
        feature_label="",
        requires=tuple(reference(needed) for needed in named.requires),
        named=True,
        searched=f"{named.label} {named.help} {key} {named.area}".casefold(),
    )


def reference(key: str) -> Reference:
    """Return how another entry is named and found."""
    known = catalogue()
    label = known.named[key].label if key in known.named else known.permissions[key].label
    return Reference(key, label)


def narrowed(
    text: str = "", area: str = "", feature: str = "", *, caution: bool = False
) -> tuple[Chapter, ...]:
    """Return the chapters with the entries that have every word, lie in the area, need the feature."""
    words = text.casefold().split()

    def fits(found: Entry) -> bool:
        return (
            all(word in found.searched for word in words)
            and (not feature or found.feature == feature)
            and (not caution or bool(found.caution))
        )

    chosen = (chapter for chapter in chapters() if area in ("", chapter.area))
    kept = (Chapter(c.key, c.label, c.area, tuple(filter(fits, c.entries))) for c in chosen)
    return tuple(chapter for chapter in kept if chapter.entries)


def needed_by(key: str) -> tuple[Reference, ...]:
    """Return the entries that require this one."""
    known = catalogue()
    single = [p.key for p in known.permissions.values() if key in p.requires]
    named = [each for each, what in known.named.items() if any(key in part.requires for part in what.parts)]
    return tuple(reference(found) for found in [*single, *named])


def parts_of(key: str) -> tuple[Reference, ...]:
    """Return what a named permission gives; of a single one, the named ones that give it."""
    known = catalogue()
    if key in known.named:
        return tuple(reference(given) for given in known.named[key].gives)
    return tuple(reference(name) for name, named in known.named.items() if key in named.gives)


def feature_is_on(key: str, unit: Unit) -> bool | None:
    """Return whether the unit has the feature that the permission needs; None where it needs none."""
    feature = catalogue().permissions[key].feature if key in catalogue().permissions else None
    if not feature or feature == MULTI_UNIT:
        return None
    above = [int(pk) for pk in unit.path.split("/") if pk]
    return UnitFeature.objects.live().filter(feature=feature, unit__in=above).exists()


def roles_giving(key: str, unit: Unit) -> QuerySet[Role]:
    """Return the roles offered in the unit that give it: by their rules, or as a level of its module."""
    known = catalogue()
    rights = [key] if key in known.named else [r for r in known.rights_giving(key) if "@" not in r]
    rules = Rule.objects.live().filter(permission__in=rights)
    giving = Q(module=None, pk__in=rules.values("role"))
    if key in known.permissions:
        permission = known.permissions[key]
        giving |= Q(module=permission.module, level__gte=int(permission.level))
    return Role.objects.offered_in(unit).filter(giving).order_by("built_in", "display_name", "pk")


class Holding:
    """Who may do it here: numbers first. `others` come from above and are only counted."""

    def __init__(self, people: People, unit: Unit) -> None:
        self._people = people
        self.counts = people.counts()
        self.count = len(people.everybody)
        self._listed = people.listed(unit)
        self.others = self.count - len(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def __getitem__(self, part: slice) -> list[int]:
        """Return the numbers of some of those who are listed, by name."""
        start, stop, _step = part.indices(len(self))
        return by_name(self._listed, start, stop)

    @property
    def question(self) -> Question:
        """What was asked."""
        return self._people.question

    def sentence(self) -> str:
        """Return the numbers: "12 people: 3 directly, 9 through 2 groups"."""
        return self.counts.sentence()


def who_holds(key: str, unit: Unit) -> Holding:
    """Return who may do it in the unit now. Raises UnknownPermission for what is no single permission."""
    if key not in catalogue().permissions:
        raise UnknownPermission(key)
    return Holding(people_who(about_permission(key, unit)), unit)


def lines_of(
    people: Collection[int], holding: Holding, unit: Unit, *, links: bool
) -> list[tuple[Account, tuple[SourceLine, ...]]]:
    """Return some of the people, each with sources in words."""
    if not people:
        return []
    answer, accounts = ask(holding.question, among=people), Account.objects.in_bulk(people)
    sources = {account: answer.sources(account) for account in people if account in answer.having}
    pairs = {(account, source) for account, found in sources.items() for source in found}
    book = SourceBook(pairs, unit, live_now(timezone.now()), links=links)
    return [(accounts[account], book.lines(account, found)) for account, found in sources.items()]
