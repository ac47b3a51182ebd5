"""What applying a file would do: how the organisation differs from it, and who would gain and lose what."""

from typing import Any, NamedTuple

from accounts.declared.comparing import Difference, differences
from accounts.declared.document import Document
from accounts.declared.reading import paths_of, read_policy
from accounts.models import Account
from accounts.services.declared import apply_policy
from adminrights import clock
from adminrights.change import Actor, Change, preview
from adminrights.consequences import consequences
from adminrights.exceptions import Refused
from adminrights.models import Unit


class Plan(NamedTuple):
    """The differences, the effects in sentences and as values, and why it would be refused, if it would."""

    differences: list[Difference]
    sentences: list[str]
    effects: list[dict[str, Any]]
    refusal: Refused | None = None


def plan_policy(document: Document, *, root: Unit, actor: Actor) -> Plan:
    """Return what applying the document would do; nothing is kept and nothing is journaled."""
    wanted = document.at(clock.now())
    found = differences(read_policy(root, people=wanted.people), wanted)
    told: list[tuple[list[str], list[dict[str, Any]]]] = []

    def run() -> None:
        change = apply_policy(document, root=root, actor=actor)
        # Read before the preview is undone: it may name people and units that only the file has.
        told.append(([line["text"] for line in consequences(change)], _effects(change, root)))

    if not found:
        return Plan([], [], [])
    try:
        preview(run)
    except Refused as refusal:
        return Plan(found, [], [], refusal)
    return Plan(found, *told[0])


def _effects(change: Change | None, root: Unit) -> list[dict[str, Any]]:
    """Return every effect by address and path; people of other organisations aren't named."""
    paths = paths_of(root)
    real = [effect for effect in change.effects.real if effect.unit in paths] if change else []
    emails = dict(Account.objects.filter(pk__in={e.account for e in real}).values_list("pk", "email"))
    return [
        {
            "email": emails[effect.account],
            "unit": paths[effect.unit],
            "gained": sorted(effect.gained),
            "lost": sorted(effect.lost),
        }
        for effect in real
    ]
