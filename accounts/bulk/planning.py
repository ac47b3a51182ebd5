"""What a step would do with each of many accounts: it is tried, and whoever is refused is left out."""

from dataclasses import dataclass, field

from django.core import signing
from django.utils.translation import gettext as _

from accounts.bulk.selection import fingerprint
from accounts.bulk.steps import Asked, Step
from accounts.bulk.trying import accepted
from accounts.models import Account
from adminrights.change import Change, preview
from adminrights.exceptions import Invalid
from adminrights.promises import digest_of


@dataclass(slots=True)
class Plan:
    """To whom it will happen, for whom there is nothing to do, and who is refused, with the reasons."""

    done: list[Account]
    nothing: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    change: Change | None = None

    def seal(self, place: str) -> str:
        """Return what the form carries to mean exactly this."""
        kept = [digest_of(self.change), fingerprint(self.done), self.refused]
        return signing.dumps(kept, salt=place, compress=True)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was shown, as the form brought it back."""

    digest: str
    people: str
    refused: dict[int, str]


def unseal(text: str, place: str) -> Agreed | None:
    """Return what was shown; None where nothing was, or another thing."""
    try:
        digest, people, refused = signing.loads(text, salt=place)
    except (signing.BadSignature, ValueError):
        return None
    return Agreed(digest, people, {int(pk): why for pk, why in refused.items()})


def plan(step: Step, people: list[Account], asked: Asked) -> Plan:
    """Return what the step would do. Raises NotAllowed where the reader may do it to nobody."""
    if len(people) > step.most:
        raise Invalid(
            _("This works for up to %(most)d accounts at once; these are %(count)d. Narrow the list.")
            % {"most": step.most, "count": len(people)}
        )
    found = step.sort(people, asked)
    suspects = [account for account in found.todo if is_suspect(account, asked)]
    rest = [account for account in found.todo if account not in suspects]

    def run(some: list[Account]) -> Change | None:
        return preview(lambda: step.run(fresh(some), asked))

    done, refused, change = accepted(run, [[account] for account in suspects] + [rest])
    return Plan(done, found.nothing, found.refused | refused, change)


def is_suspect(account: Account, asked: Asked) -> bool:
    """Return whether the account is likelier to be refused than others: one's own, and the owner's."""
    root = asked.unit.root or asked.unit
    return account.pk in (getattr(asked.actor, "pk", None), root.owner_id)


def fresh(people: list[Account]) -> list[Account]:
    """Return the accounts as they are in the tables: what was tried on them is undone there only."""
    again = Account.objects.in_bulk([account.pk for account in people])
    return [again[account.pk] for account in people if account.pk in again]
