"""Who owns an organisation: exactly one account, which may do everything there (S2-27 to S2-30)."""

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.utils.translation import gettext as _

from accounts.models import Account, UnitAccess
from accounts.services.sessions import record_failed_sign_in
from accounts.services.status import expect, read_again
from adminrights.change import Actor, change
from adminrights.conflicts import Sheet, refuse_stale, sheet_of
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotFound, WorksElsewhere
from adminrights.models import Unit
from adminrights.promises import promised

# What an administrator needs to do it, who isn't the owner: to pass on anything.
NEEDS = ("accounts:update", "access:delegate")


def transfer_ownership(
    root: Unit, account: Account, *, password: str, actor: Actor, seen: Sheet | None = None
) -> None:
    """Make the account the owner, against the actor's own password; both owners get a mail (S2-28, S2-29).

    Raises Invalid for a wrong password, which counts like one at sign-in, and as `hand_over`.
    """
    if isinstance(actor, Account) and not check_password(password, actor.password):
        # To count it is no part of what was shown.
        with promised(""):
            record_failed_sign_in(actor.email)
        raise Invalid(_("This is not your password. The owner stays as it was."))
    hand_over(root, account, actor=actor, seen=seen)


def hand_over(root: Unit, account: Account, *, actor: Actor, seen: Sheet | None = None) -> None:
    """Make the account the owner, once the actor's password was checked; also for previews.

    The former owner loses what came with it and keeps all else. Raises NotFound or WrongStatus unless the
    account is active with access here, Stale when the owner is no longer as `seen`, NotAllowed for whoever
    is neither owner nor full administrator.
    """
    with change(Event.UNIT_OWNER_CHANGED, actor=actor, unit=root, target=root) as c:
        root.refresh_from_db()
        former = root.owner
        if actor != former:
            c.require(NEEDS, root)
        refuse_stale(seen, sheet_of(root, ("owner_id",)))
        read_again(account)
        _refuse_unfit(root, account)
        # S2-28: whoever manages accounts may do this to the owner, and nothing else.
        c.scratch["may_replace_owner"] = True
        c.update(root, owner_id=account.pk)
        c.mentions.add(("account", account.pk))
        c.send("owner_new", account, root=root.pk)
        if former is not None:
            c.mentions.add(("account", former.pk))
            c.send("owner_old", former, root=root.pk, owner=account.pk)


def _refuse_unfit(root: Unit, account: Account) -> None:
    if root.parent_id is not None:
        raise Invalid(_("Only the organisation as a whole has an owner."))
    if account.pk == root.owner_id:
        raise Invalid(_("%s is the owner already.") % account.name)
    if not Account.objects.in_unit(root).filter(pk=account.pk).exists():
        raise NotFound(_("The new owner must have access here already. There is no such account."))
    expect(account, Account.Status.ACTIVE, _("Only an active account can be the owner."))
    if settings.EXCLUSIVE_OWNERS and _works_elsewhere(root, account):
        raise WorksElsewhere(_("%s works in another organisation too and can't own this one.") % account.name)


def _works_elsewhere(root: Unit, account: Account) -> bool:
    """Return whether the account has access outside of the organisation (S2-30, C-28)."""
    accesses = UnitAccess.objects.live().filter(account=account)
    return accesses.exclude(unit__path__startswith=root.path).exists()
