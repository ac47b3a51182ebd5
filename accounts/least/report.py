"""The report on least privilege: chapter by chapter, the same for the page, the file and the command."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.least.doubled import shadowed_grants, shadowed_rules, twin_roles
from accounts.least.finding import Finding, Look
from accounts.least.leftover import idle_groups, loose_roles, stale_invitations
from accounts.least.unused import unused_rights, unused_rules
from accounts.least.world import World, read_world
from adminrights.models import Unit

DAYS = (30, 90, 180)
USUAL = 90
HEADS = ("chapter", "kind", "what", "of", "unit", "why", "last_used")


@dataclass(frozen=True, slots=True)
class Kind:
    """A chapter before it is written: `needs` is what its reader must hold, `judges` says that it needs uses.

    `empty` is what it means when nothing is found.
    """

    key: str
    title: Any
    text: Any
    empty: Any
    needs: str
    looks: tuple[Look, ...]
    judges: bool = False


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "unused-rights",
            gettext_lazy("Rights that nobody used"),
            gettext_lazy("Own rights and groups of which the person used nothing at all."),
            gettext_lazy("Everybody used something of every right and every group they have."),
            "accounts:list",
            (unused_rights,),
            judges=True,
        ),
        Kind(
            "unused-rules",
            gettext_lazy("Rules that nobody used, or only in part"),
            gettext_lazy("Rules of roles of which no holder used anything, or only a part of the actions."),
            gettext_lazy("Somebody used every action of every rule."),
            "roles:list",
            (unused_rules,),
            judges=True,
        ),
        Kind(
            "groups",
            gettext_lazy("Groups without effect"),
            gettext_lazy("Nobody is in them, or they give nothing."),
            gettext_lazy("Every group has members and roles."),
            "groups:list",
            (idle_groups,),
        ),
        Kind(
            "roles",
            gettext_lazy("Twin roles and roles without groups"),
            gettext_lazy("Roles with the same rules as another, and roles that no group carries."),
            gettext_lazy("Every role is different, and a group carries it."),
            "roles:list",
            (twin_roles, loose_roles),
        ),
        Kind(
            "doubled",
            gettext_lazy("Given twice"),
            gettext_lazy("Rules and own rights that something broader gives as well, for at least as long."),
            gettext_lazy("Nothing is given twice."),
            "accounts:list",
            (shadowed_grants, shadowed_rules),
        ),
        Kind(
            "invitations",
            gettext_lazy("Invitations never accepted"),
            gettext_lazy("They ran out, or have waited longer than the days chosen above."),
            gettext_lazy("Everybody who was invited has come, or still has time."),
            "accounts:list",
            (stale_invitations,),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """What was found of one kind; `later` says from when on it can be judged, where it can't be yet."""

    kind: Kind
    found: tuple[Finding, ...]
    later: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The chapters, and since when uses are recorded."""

    days: int
    since: date | None
    chapters: tuple[Chapter, ...]

    @property
    def count(self) -> int:
        """How much was found in all."""
        return sum(len(chapter.found) for chapter in self.chapters)


def report(unit: Unit, days: int = USUAL, kinds: Collection[str] = tuple(KINDS)) -> Report:
    """Return what nobody would miss in the unit and below. It costs the same number of statements always."""
    world = read_world(unit, days)
    chapters = (_chapter(kind, world) for kind in KINDS.values() if kind.key in kinds)
    return Report(days, world.since, tuple(chapters))


def _chapter(kind: Kind, world: World) -> Chapter:
    found = tuple(finding for look in kind.looks for finding in look(world))
    return Chapter(kind, found, _later(world) if kind.judges else "")


def _later(world: World) -> str:
    """Return why nothing is judged yet, nothing where it is."""
    if world.can_judge:
        return ""
    if world.since is None or world.judged_from is None:
        return _("It isn't recorded here when rights are used, so nothing can be said of it.")
    return _("Use has been recorded since %(since)s, so this can be judged from %(day)s on.") % {
        "since": date_format(world.since, "SHORT_DATE_FORMAT"),
        "day": date_format(world.judged_from, "SHORT_DATE_FORMAT"),
    }


def csv_of(chapters: Iterable[Chapter]) -> Iterator[tuple[object, ...]]:
    """Yield the head of the file and a line for each finding."""
    yield HEADS
    for chapter in chapters:
        for finding in chapter.found:
            yield tuple(data_of(finding, chapter).values())


def data_of(finding: Finding, chapter: Chapter) -> dict[str, Any]:
    """Return a finding as plain values, in the order of HEADS."""
    return {
        "chapter": chapter.kind.key,
        "kind": finding.kind,
        "what": finding.what,
        "of": str(finding.of),
        "unit": finding.unit.name,
        "why": finding.why,
        "last_used": finding.last.isoformat() if finding.last else "",
    }
