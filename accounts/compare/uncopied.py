"""What "make like" never copies from one person to another, and why, in sentences; reads only."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.items import handed_to
from accounts.models import Account, Grant, UnitAccess
from accounts.reach import administered
from accounts.services.likeness import ways_into
from adminrights.change import Actor
from adminrights.models import Unit
from adminrights.services import line_of
from groups.models import Membership


def uncopied(account: Account, model: Account, actor: Actor, unit: Unit) -> list[str]:
    """Return a sentence for each kind of thing that the model has in the unit and that isn't copied."""
    names = {"who": account.name, "model": model.name}
    told = [
        *_ownership(account, model, unit),
        *_access(account, model, actor, unit),
        *_dates(account, model, unit),
    ]
    if handed_to(model, [unit]).exists():
        told.append(_("Items that were handed to %(model)s aren't copied: each is handed over by itself."))
    return [sentence % names for sentence in told]


def _ownership(account: Account, model: Account, unit: Unit) -> Iterator[str]:
    owner = Unit.objects.filter(pk=unit.root_id_or_self).values_list("owner", flat=True).first()
    if owner == model.pk:
        yield _("%(model)s is the owner, who has everything. That isn't copied: ownership is handed over.")
    if owner == account.pk:
        yield _("%(who)s is the owner and keeps everything: ownership is handed over, not taken.")


def _access(account: Account, model: Account, actor: Actor, unit: Unit) -> Iterator[str]:
    root, reach = f"{unit.root_id_or_self}/", administered(actor, unit)
    rows = UnitAccess.objects.live().filter(unit__path__startswith=root).exclude(unit__in=reach)
    beyond = (rows.filter(account=each).values_list("unit", flat=True) for each in (account, model))
    mine, theirs = map(set, beyond)
    if mine != theirs:
        yield _("Access to units in which you may not change accounts isn't copied.")
    own, copied = ways_into(account, unit), ways_into(model, unit)
    if any(copied[pk].expires_at for pk in (copied.keys() & reach.keys()) - own.keys()):
        yield _("Access of %(model)s that ends isn't copied: give it with its end on the page Units.")


def _dates(account: Account, model: Account, unit: Unit) -> Iterator[str]:
    line = line_of(unit)
    kinds = (
        (Membership.objects.filter(group__unit__in=line), ("group",)),
        (Grant.objects.filter(unit__in=line), ("unit", "module", "level", "permission")),
    )
    planned = kept = False
    for facts, fields in kinds:
        standing = facts.not_ended().filter(account=model, starts_at__gt=timezone.now())
        planned = planned or standing.exists()
        live = facts.live().values_list(*fields, "expires_at")
        mine, theirs = ({row[:-1]: row[-1] for row in live.filter(account=each)} for each in (account, model))
        kept = kept or any(mine[what] != theirs[what] for what in mine.keys() & theirs.keys())
    if planned:
        yield _("What is planned for %(model)s isn't copied: it doesn't hold yet.")
    if kept:
        yield _("What both have already keeps its own dates.")
