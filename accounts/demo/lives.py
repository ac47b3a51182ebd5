"""The lives of the demo's people: invited, given rights, signed in, disabled, locked, removed, back again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from accounts.demo.builder import Demo
from accounts.demo.data import PersonLine
from accounts.demo.working import spread
from accounts.models import Account
from accounts.services.grants import set_permissions
from accounts.services.invitations import (
    accept_invitation,
    cancel_invitation,
    open_invitation,
    resend_invitation,
)
from accounts.services.known_accounts import add_known_account
from accounts.services.levels import set_cells
from accounts.services.lifecycle import (
    create_account,
    disable_account,
    reactivate_account,
    remove_account,
    update_account,
)
from accounts.services.sessions import record_failed_sign_in, record_sign_in
from accounts.services.status import confirm
from accounts.services.unit_access import Entry, set_unit_access
from accounts.standing import Cell
from adminrights.change import change
from adminrights.events import Event
from roles.models import Role

Step = Callable[[Demo, PersonLine], None]
CONFIRMED = ("active", "disabled", "returned", "locked", "removed", "readded")
ENTRIES = {"alone": Entry(), "below": Entry(includes_subunits=True), "own": Entry(own_rights_only=True)}


def plan_lives(demo: Demo) -> None:
    """Plan what happens to each person."""
    for person in demo.organisation.people:
        plan_life(demo, person)


def plan_life(demo: Demo, person: PersonLine) -> None:
    """Plan one person's way from the invitation to the state of today."""
    joined = demo.day(person.joined, person.email)
    if not person.owns:
        demo.at(joined, partial(enter, demo, person), demo.inviter(person))
    if person.resent is not None:
        joined += timedelta(days=person.resent)
        demo.at(joined, partial(resend, demo, person), demo.keeper(person))
    if person.state in CONFIRMED:
        plan_sign_ins(demo, person, joined + timedelta(minutes=12 + spread(person.email, 150)))
    if person.phone:
        owner = demo.organisation.owner.local
        demo.at(joined + timedelta(days=6), partial(edit, demo, person), owner)
    ENDINGS.get(person.state, lambda *_: None)(demo, person)


def enter(demo: Demo, person: PersonLine) -> None:
    """Create the account with its groups and the units to enter, invite it, and give it rights of its own."""
    actor, home = demo.account(demo.inviter(person)), demo.units[person.home]
    with change(Event.ACCOUNT_CREATED, actor=actor, unit=home, needs="accounts:create"):
        demo.accounts[person.email] = create_account(
            email=person.email,
            first_name=person.first,
            last_name=person.last,
            unit=home,
            actor=actor,
            campaign_notifications=person.mails,
            groups=[demo.groups[name] for name in person.groups],
            levels=person.levels,
            invite=person.state != "unsent",
        )
        let_in(demo, person, actor)
    give(demo, person, actor)


def let_in(demo: Demo, person: PersonLine, actor: Account) -> None:
    """Set the units that the person may enter, where the files name them."""
    if person.units:
        wanted = {demo.units[key].pk: ENTRIES[how] for key, how in person.units.items()}
        set_unit_access(demo.accounts[person.email], wanted, actor=actor, unit=demo.units[person.home])


def give(demo: Demo, person: PersonLine, actor: Account) -> None:
    """Give the person single permissions, each unit's in a change, and levels in the role matrix."""
    account, home = demo.accounts[person.email], demo.units[person.home]
    for key, permissions in {person.home: person.own, **person.own_in}.items():
        if permissions:
            set_permissions(account, dict.fromkeys(permissions, True), actor=actor, unit=demo.units[key])
    if person.matrix:
        roles = dict(Role.objects.filter(unit=None).values_list("name", "pk"))
        cells = [Cell(account.pk, demo.units[key].pk, roles[level]) for key, level in person.matrix.items()]
        set_cells(cells, (), actor=actor, unit=home)


def plan_sign_ins(demo: Demo, person: PersonLine, first: datetime) -> None:
    """Plan the acceptance and three sign-ins: the first, one on the way, the last."""
    last = demo.now - timedelta(hours=person.seen or 1, minutes=spread(person.email, 40))
    demo.at(first, partial(accept, demo, person), person.local)
    for moment in (first + timedelta(minutes=1), first + (last - first) / 2, last):
        demo.at(moment, lambda: record_sign_in(demo.at_work(person)), person.local)


def accept(demo: Demo, person: PersonLine) -> None:
    """Follow the link and set a password; nobody but the personas has one that anybody knows."""
    account = demo.at_work(person)
    invitation = account.invitations.outstanding().get()
    open_invitation(invitation)
    if password := demo.passwords.get(person.email):
        accept_invitation(invitation, password=password)
        return
    unit = demo.units[person.owns or person.home]
    with change(Event.INVITATION_ACCEPTED, actor=account, unit=unit, target=account) as c:
        c.update(invitation, accepted_at=c.at)
        confirm(c, account, None)


def resend(demo: Demo, person: PersonLine) -> None:
    resend_invitation(demo.at_work(person), actor=keeper(demo, person), unit=demo.units[person.home])


def edit(demo: Demo, person: PersonLine) -> None:
    actor = demo.at_work(demo.organisation.owner)
    update_account(demo.at_work(person), actor=actor, unit=demo.units[person.home], phone=person.phone)


def disable(demo: Demo, person: PersonLine, reason: str) -> None:
    unit = demo.units[person.home]
    disable_account(demo.at_work(person), actor=keeper(demo, person), unit=unit, reason=reason)


def reactivate(demo: Demo, person: PersonLine, reason: str) -> None:
    unit = demo.units[person.home]
    reactivate_account(demo.at_work(person), actor=keeper(demo, person), unit=unit, reason=reason)


def cancel(demo: Demo, person: PersonLine) -> None:
    cancel_invitation(demo.at_work(person), actor=keeper(demo, person), unit=demo.units[person.home])


def remove(demo: Demo, person: PersonLine, reason: str) -> None:
    unit = demo.units[person.home]
    remove_account(demo.at_work(person), actor=keeper(demo, person), unit=unit, reason=reason)


def add_again(demo: Demo, person: PersonLine) -> None:
    """Add a removed person anew, with what the files say (S4-38)."""
    actor = keeper(demo, person)
    groups = [demo.groups[name] for name in person.groups]
    unit = demo.units[person.home]
    add_known_account(person.email, unit=unit, actor=actor, groups=groups, levels=person.levels)
    let_in(demo, person, actor)
    give(demo, person, actor)


def keeper(demo: Demo, person: PersonLine) -> Account:
    """Return the account of who looks after the person's."""
    return demo.account(demo.keeper(person))


def plan_step(demo: Demo, person: PersonLine, moment: datetime, step: Step) -> None:
    """Plan a step that the person's keeper takes."""
    demo.at(moment, partial(step, demo, person), demo.keeper(person))


def leaving(demo: Demo, person: PersonLine) -> datetime:
    """Return when somebody leaves: a good two days after the last sign-in."""
    return demo.now - timedelta(hours=(person.seen or 0) - 50)


def plan_disabled(demo: Demo, person: PersonLine) -> None:
    plan_step(demo, person, leaving(demo, person), partial(disable, reason="Has left the company"))


def plan_returned(demo: Demo, person: PersonLine) -> None:
    plan_step(demo, person, demo.day(20, person.email), partial(disable, reason="Parental leave"))
    plan_step(demo, person, demo.day(9, person.email), partial(reactivate, reason="Back from leave"))


def plan_cancelled(demo: Demo, person: PersonLine) -> None:
    plan_step(demo, person, demo.day(person.joined - 2, person.email), cancel)


def plan_revived(demo: Demo, person: PersonLine) -> None:
    plan_cancelled(demo, person)
    again = demo.day(person.joined - 9, person.email)
    plan_step(demo, person, again, partial(reactivate, reason="Joins after all"))


def plan_locked(demo: Demo, person: PersonLine) -> None:
    for failure in range(settings.LOCK_AFTER_FAILURES, 0, -1):
        moment = demo.now - timedelta(seconds=9 * failure)
        demo.at(moment, partial(record_failed_sign_in, person.email), person.local)


def plan_removed(demo: Demo, person: PersonLine) -> None:
    plan_step(demo, person, leaving(demo, person), partial(remove, reason="The contract ended"))


def plan_readded(demo: Demo, person: PersonLine) -> None:
    plan_step(demo, person, demo.day(24, person.email), partial(remove, reason="The contract ended"))
    plan_step(demo, person, demo.day(8, person.email), add_again)


ENDINGS: dict[str, Callable[[Demo, PersonLine], None]] = {
    "disabled": plan_disabled,
    "returned": plan_returned,
    "cancelled": plan_cancelled,
    "revived": plan_revived,
    "locked": plan_locked,
    "removed": plan_removed,
    "readded": plan_readded,
}
