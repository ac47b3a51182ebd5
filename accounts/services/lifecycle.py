"""The account's life: created, changed, disabled, reactivated, unlocked, removed.

The account status table (rows T1–T12 of docs/rows.md) is here and nowhere else; pages, commands and CSV
call these functions.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.addresses import canonical, clean_address
from accounts.models import Account, Grant, Invitation, StatusPeriod, UnitAccess
from accounts.models.accounts import SEARCH_LENGTH
from accounts.services.grants import set_levels_of
from accounts.services.invitations import revoke_invitation, send_invitations
from accounts.services.items import take_back_all
from accounts.services.memberships import set_groups_of
from accounts.services.status import end_everything, enter_all, expect, read_again, read_all_again
from accounts.services.unit_access import start_accesses
from accounts.uses import forget_uses
from adminrights.change import Actor, Change, change
from adminrights.conflicts import Sheet, refuse_stale, sheet_of
from adminrights.events import Event
from adminrights.exceptions import Invalid, OwnAccount, WrongStatus
from adminrights.many import change_each
from adminrights.models import Unit
from adminrights.text import clean_text, validate_visible
from groups.models import Group, Membership

Status = Account.Status
# How long each may be; SQLite would take more, PostgreSQL raises.
NAMES = {"first_name": 150, "last_name": 150, "phone": 40}
EDITABLE = {*NAMES, "email", "campaign_notifications"}


class Person(TypedDict):
    """What is known of a new person; name and address are needed (C-25)."""

    email: str
    first_name: str
    last_name: str
    phone: NotRequired[str]
    campaign_notifications: NotRequired[bool]
    # When the access to the unit ends by itself.
    ends: NotRequired[datetime | None]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A new person, and what the account begins with."""

    person: Person
    groups: Collection[Group] = ()
    levels: Mapping[str, int] = field(default_factory=dict)
    invite: bool = True


def create_account(
    *,
    unit: Unit,
    actor: Actor,
    groups: Collection[Group] = (),
    levels: Mapping[str, int] | None = None,
    invite: bool = True,
    reason: str = "",
    **person: Unpack[Person],
) -> Account:
    """Create a pending account with access to the unit, its groups and levels, and invite it (T1, T2).

    Raises Invalid for a missing name, an address that is known already, in whatever spelling, and for an
    end that has passed.
    """
    newcomer = Newcomer(person, groups, levels or {}, invite)
    with change(Event.ACCOUNT_CREATED, actor=actor, unit=unit, needs="accounts:create", reason=reason) as c:
        [account] = _create(c, [newcomer], unit)
        c.target = c.target or account
    return account


def create_accounts(newcomers: Sequence[Newcomer], *, actor: Actor, unit: Unit) -> list[Account]:
    """Create them as `create_account` creates each, all or none, and return the accounts in their order.

    Each has an entry of its own in the journal. Raises what `create_account` raises, of any of them; that
    refusal isn't journaled (adminrights/many.py).
    """
    with change_each(Event.ACCOUNT_CREATED, actor=actor, unit=unit, needs="accounts:create") as c:
        return _create(c, newcomers, unit)


def _create(c: Change, newcomers: Sequence[Newcomer], unit: Unit) -> list[Account]:
    addresses = [clean_address(each.person["email"]) for each in newcomers]
    _refuse_known(*addresses)
    accounts: list[Account] = c.create_all(
        _pending_account(c, email, each.person) for email, each in zip(addresses, newcomers, strict=True)
    )
    made = list(zip(accounts, newcomers, strict=True))
    c.start_all([StatusPeriod(account=account, status=Status.PENDING) for account in accounts])
    start_accesses(c, [(account, each.person.get("ends")) for account, each in made], unit)
    with_groups = [(account, each.groups) for account, each in made if each.groups]
    if with_groups:
        set_groups_of(c, with_groups, unit)
    with_levels = [(account, each.levels) for account, each in made if each.levels]
    if with_levels:
        set_levels_of(c, with_levels, unit)
    invited = [account for account, each in made if each.invite]
    if invited:
        send_invitations(c, invited, unit)
    return accounts


def _pending_account(c: Change, email: str, person: Person) -> Account:
    names = _names(
        first_name=person["first_name"], last_name=person["last_name"], phone=person.get("phone", "")
    )
    return Account(
        email=email,
        email_key=canonical(email),
        campaign_notifications=person.get("campaign_notifications", False),
        password=make_password(None),
        search_text=search_text(email, names["first_name"], names["last_name"]),
        created_at=c.at,
        **names,
    )


def update_account(
    account: Account, *, actor: Actor, unit: Unit, seen: Sheet | None = None, **details: object
) -> set[str]:
    """Change name, address, telephone or campaign notifications; return the names of the changed fields.

    Takes email, first_name, last_name, phone and campaign_notifications. A new address of a pending
    account voids its link (T9); a confirmed person is told at the old address (A11). Raises Invalid, and
    Stale when they are no longer as `seen`.
    """
    if unknown := details.keys() - EDITABLE:
        raise TypeError(f"update_account changes no {', '.join(sorted(unknown))}")
    with change(Event.ACCOUNT_UPDATED, actor=actor, unit=unit, target=account, needs="accounts:update") as c:
        account.refresh_from_db()
        refuse_stale(seen, sheet_of(account, details))
        values: dict[str, object] = {name: value for name, value in details.items() if name not in NAMES}
        values |= _names(**{name: str(value) for name, value in details.items() if name in NAMES})
        c.concern(account)
        if "email" in values:
            _change_address(c, account, values)
        email, first, last = (
            str(values.get(name, getattr(account, name))) for name in ("email", "first_name", "last_name")
        )
        values["search_text"] = search_text(email, first, last)
        return c.update(account, **values) - {"search_text", "email_key"}


def disable_account(account: Account, *, actor: Actor, unit: Unit, reason: str = "") -> None:
    """Switch an active account off and tell the person (T7). Its sessions end; its rights are kept.

    Raises WrongStatus unless it is active, OwnAccount when it is the actor's own.
    """
    with change(
        Event.ACCOUNT_DISABLED, actor=actor, unit=unit, target=account, needs="accounts:update", reason=reason
    ) as c:
        switch_off(c, [account])


def switch_off(c: Change, accounts: Collection[Account]) -> None:
    """Switch active accounts off inside an open change. Raises as `disable_account`."""
    read_all_again(accounts)
    for account in accounts:
        if account.pk == c.actor.pk:
            raise OwnAccount(_("You can't disable your own account. Ask another administrator."))
        expect(account, Status.ACTIVE, _("Only an active account can be disabled."))
    enter_all(c, accounts, Status.DISABLED)
    end_everything(c, *accounts)
    c.send_each("disabled", [(account, {}) for account in accounts])


def reactivate_account(account: Account, *, actor: Actor, unit: Unit, reason: str = "") -> None:
    """Switch a disabled account on again: to Active with a notice if a password was ever set (T8),
    else to Pending and without any mail (T5, S0-47). Raises WrongStatus unless it is disabled.
    """
    with change(
        Event.ACCOUNT_REACTIVATED,
        actor=actor,
        unit=unit,
        target=account,
        needs="accounts:update",
        reason=reason,
    ) as c:
        switch_on(c, [account])


def switch_on(c: Change, accounts: Collection[Account]) -> None:
    """Switch disabled accounts on again inside an open change. Raises as `reactivate_account`."""
    read_all_again(accounts)
    for account in accounts:
        expect(account, Status.DISABLED, _("Only a disabled account can be reactivated."))
    pending = [account for account in accounts if account.confirmed_at is None]
    confirmed = [account for account in accounts if account.confirmed_at is not None]
    if pending:
        enter_all(c, pending, Status.PENDING)
    if confirmed:
        enter_all(c, confirmed, Status.ACTIVE)
        c.update_each([(account, {"locked_at": None, "failed_sign_ins": 0}) for account in confirmed])
        c.send_each("reactivated", [(account, {}) for account in confirmed])


def unlock_account(account: Account, *, actor: Actor, unit: Unit) -> None:
    """Let a locked account sign in again (T11). Raises WrongStatus unless it is locked."""
    with change(Event.ACCOUNT_UNLOCKED, actor=actor, unit=unit, target=account, needs="accounts:update") as c:
        read_again(account)
        if account.locked_at is None:
            raise WrongStatus(_("This account isn't locked."))
        c.concern(account)
        c.update(account, locked_at=None, failed_sign_ins=0)


def remove_account(account: Account, *, actor: Actor, unit: Unit, reason: str = "") -> None:
    """Take away all access under the unit's root; everything elsewhere stays (T12, S4-34, S4-35).

    The person's record and history are kept. The right to do it is asked where it counts: at the root.
    Raises OwnAccount when it is the actor's own.
    """
    root = unit.root or unit
    path = f"{root.pk}/"
    with change(
        Event.ACCOUNT_REMOVED, actor=actor, unit=root, target=account, needs="accounts:delete", reason=reason
    ) as c:
        read_again(account)
        if account.pk == actor.pk:
            raise OwnAccount(_("You can't remove your own account. Ask another administrator."))
        c.concern(account)
        accesses = UnitAccess.objects.not_ended().filter(account=account, unit__path__startswith=path)
        c.end_all(accesses.select_related("unit"))
        c.end_all(Grant.objects.not_ended().filter(account=account, unit__path__startswith=path))
        memberships = Membership.objects.not_ended().filter(account=account)
        memberships = memberships.filter(group__unit__path__startswith=path)
        c.end_all(memberships.select_related("group", "account"))
        take_back_all(account, root, actor=actor)
        forget_uses(account, Unit.objects.below(root))
        if account.status == Status.PENDING:
            revoke_invitation(c, account, Invitation.Revoked.REMOVED)


def _names(**names: str) -> dict[str, str]:
    cleaned = {name: _readable(value, NAMES[name]) for name, value in names.items()}
    if not all(cleaned.get(name, "-") for name in ("first_name", "last_name")):
        raise Invalid(_("First name and last name are both needed."))
    return cleaned


def _readable(text: str, most: int) -> str:
    # Judged as it will be kept: the normal form of some letters is longer than what was typed.
    text = clean_text(text)
    if len(text) > most:
        raise Invalid(
            _("“%(start)s…” is too long: at most %(most)d characters.") % {"start": text[:20], "most": most}
        )
    try:
        validate_visible(text)
    except ValidationError as error:
        raise Invalid(str(error.message)) from error
    return text


def _refuse_known(*addresses: str, but: int | None = None) -> None:
    """Raise Invalid for an address that another account has, or that is there twice."""
    keys = {email: canonical(email) for email in addresses}
    same = Account.objects.filter(email_key__in=keys.values()).exclude(pk=but)
    known = set(same.values_list("email_key", flat=True))
    for email in addresses:
        if keys[email] in known:
            raise Invalid(_("There is an account with the address %s already.") % email)
        known.add(keys[email])


def _change_address(c: Change, account: Account, values: dict[str, object]) -> None:
    email = clean_address(str(values["email"]))
    values |= {"email": email, "email_key": canonical(email)}
    if email == account.email:
        return
    _refuse_known(email, but=account.pk)
    if account.status == Status.PENDING:
        revoke_invitation(c, account, Invitation.Revoked.ADDRESS)
    else:
        c.send("address_changed", account, old=account.email, new=email)
        values |= {
            "session_epoch": account.session_epoch + 1,
            "browser_epoch": account.browser_epoch + 1,
        }


def search_text(email: str, first_name: str, last_name: str) -> str:
    """Return what the search looks through: name and address, in the form that searches use.

    That form of a few letters is many times as long; a name is cut rather than refused for it.
    """
    address = canonical(email)
    return f"{canonical(f'{first_name} {last_name}')[: SEARCH_LENGTH - len(address) - 1]} {address}"
