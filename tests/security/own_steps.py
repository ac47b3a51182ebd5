"""The steps that have no actor: by the person, by a stranger, by the product itself (L1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.factors import factors_of
from accounts.links import address_link, address_stamp_of, reset_link, stamp_of
from accounts.models import AccessRequest, Account, Grant
from accounts.services import (
    factors,
    giving_back,
    invitations,
    keys,
    own_address,
    passwords,
    profile,
    requests,
    restoring,
    sessions,
)
from adminrights import clock, outbox
from adminrights import services as kernel
from adminrights.change import SYSTEM
from adminrights.models import OutgoingMail
from tests.accounts.authenticator import with_app
from tests.asking.acts import asked_by
from tests.factories import PASSWORD
from tests.security.steps import Stage


def opened(stage: Stage) -> Any:
    return stage.invited().invitations.get()


def spent(stage: Stage) -> Any:
    invitation = opened(stage)
    invitations.accept_invitation(invitation, password=PASSWORD)
    return invitation


def reset(stage: Stage, *, spoilt: bool = False) -> None:
    account = stage.person()
    token = reset_link(account).rsplit("/", 2)[-2]
    stamp = stamp_of(account, token)
    if spoilt:
        account.email_key = "moved@example.org"
        stamp = f"x{stamp}"
    passwords.reset_password(account, stamp=stamp, password=PASSWORD)


def late(stage: Stage) -> None:
    invitation = opened(stage)
    with clock.set_to(timezone.now() + timedelta(days=1)):
        invitations.begin_life(invitation)


def undelivered(stage: Stage) -> None:
    outbox.journal_undelivered(stage.given_up(), OutgoingMail.State.FAILED, "No such mailbox")


def upgraded(stage: Stage) -> None:
    passwords.rehash_password(stage.person(), PASSWORD)


def one_of(stage: Stage) -> tuple[AccessRequest, Account]:
    request = asked_by(stage.person(), stage.unit)
    return request, request.account


def given(stage: Stage) -> tuple[Grant, Account]:
    account = stage.person(levels={"contacts": 1})
    return account.grants.get(), account


def with_two_apps(account: Account) -> None:
    with_app(account)
    with_app(account)


def confirm_address(stage: Stage) -> None:
    account = stage.person()
    own_address.ask_address(account, "elsewhere@example.org")
    token = address_link(account).rsplit("/", 2)[-2]
    own_address.confirm_address(account, address_stamp_of(account, token))


def remove_app(stage: Stage) -> None:
    account = stage.with_app()
    factors.remove_factor(account, factors_of(account)[0].pk)


Do = Callable[[Stage], object]


class Own(NamedTuple):
    """A step that is done, the same refused, and why it can't be refused where that is so."""

    done: Do
    refused: Do | None = None
    never_refused: str = ""


NOTHING_TO_REFUSE = "it tells what has happened already; nothing is asked for"
OWN: dict[str, Own] = {
    "accounts.services.invitations.begin_life": Own(late, never_refused=NOTHING_TO_REFUSE),
    "accounts.services.invitations.open_invitation": Own(
        lambda s: invitations.open_invitation(opened(s)), never_refused=NOTHING_TO_REFUSE
    ),
    "accounts.services.invitations.accept_invitation": Own(
        lambda s: invitations.accept_invitation(opened(s), password=PASSWORD),
        lambda s: invitations.accept_invitation(spent(s), password=PASSWORD),
    ),
    "accounts.services.passwords.ask_password_reset": Own(
        lambda s: passwords.ask_password_reset(s.person().email),
        lambda s: passwords.ask_password_reset("nobody@example.org"),
    ),
    "accounts.services.passwords.reset_password": Own(reset, lambda s: reset(s, spoilt=True)),
    "accounts.services.passwords.change_own_password": Own(
        lambda s: passwords.change_own_password(s.person(), password=PASSWORD),
        never_refused="the form asks for the present password before; a wrong one counts as a failed sign-in",
    ),
    "accounts.services.passwords.rehash_password": Own(upgraded, never_refused=NOTHING_TO_REFUSE),
    "accounts.services.own_address.ask_address": Own(
        lambda s: own_address.ask_address(s.person(), "elsewhere@example.org"),
        lambda s: own_address.ask_address(s.person(), "no address"),
    ),
    "accounts.services.own_address.confirm_address": Own(
        confirm_address, lambda s: own_address.confirm_address(s.person(), "x")
    ),
    "accounts.services.requests.ask_for_access": Own(
        lambda s: asked_by(s.person(), s.unit), lambda s: asked_by(s.person(), s.unit, " ")
    ),
    "accounts.services.requests.withdraw_request": Own(
        lambda s: requests.withdraw_request(*one_of(s)),
        lambda s: requests.withdraw_request(one_of(s)[0], s.anna),
    ),
    "accounts.services.giving_back.give_back": Own(
        lambda s: giving_back.give_back(*given(s)), lambda s: giving_back.give_back(given(s)[0], s.anna)
    ),
    "accounts.services.profile.set_preferences": Own(
        lambda s: profile.set_preferences(s.person(), campaign_notifications=True, language="de"),
        never_refused="everybody may choose for themselves",
    ),
    "accounts.services.sessions.record_sign_in": Own(
        lambda s: sessions.record_sign_in(s.person()), never_refused=NOTHING_TO_REFUSE
    ),
    "accounts.services.sessions.record_sign_out": Own(
        lambda s: sessions.record_sign_out(s.person()), never_refused=NOTHING_TO_REFUSE
    ),
    "accounts.services.sessions.record_failed_sign_in": Own(
        lambda s: sessions.record_failed_sign_in(s.person().email),
        lambda s: sessions.record_failed_sign_in("nobody@example.org"),
    ),
    "accounts.services.factors.add_app": Own(
        lambda s: with_app(s.person()), lambda s: with_two_apps(s.person())
    ),
    "accounts.services.factors.add_passkey": Own(
        lambda s: factors.add_passkey(s.person(), name="Key", credential={}),
        never_refused="the form proves what the browser made; any number of passkeys is taken",
    ),
    "accounts.services.factors.remove_factor": Own(
        remove_app, lambda s: factors.remove_factor(s.person(), 0)
    ),
    "accounts.services.factors.make_codes": Own(
        lambda s: factors.make_codes(s.with_app()), lambda s: factors.make_codes(s.person())
    ),
    "accounts.services.sessions.end_session": Own(
        lambda s: sessions.end_session(*s.running()), lambda s: sessions.end_session(s.person(), 0)
    ),
    "accounts.services.sessions.end_other_sessions": Own(
        lambda s: sessions.end_other_sessions(s.person()), never_refused="everybody may sign out"
    ),
    "accounts.services.sessions.lift_sign_in_limit": Own(
        lambda s: sessions.lift_sign_in_limit("192.0.2.1", actor=SYSTEM),
        lambda s: sessions.lift_sign_in_limit("192.0.2.1", actor=s.person(), unit=s.unit),
    ),
    "adminrights.outbox.journal_undelivered": Own(undelivered, never_refused=NOTHING_TO_REFUSE),
    "accounts.services.keys.renew_secrets": Own(
        lambda s: keys.renew_secrets(actor=SYSTEM), never_refused="only a command does it"
    ),
    "accounts.services.restoring.settle_restored": Own(
        lambda s: restoring.settle_restored(actor=SYSTEM),
        never_refused="only the command after a restore does it",
    ),
    "adminrights.services.create_root_unit": Own(
        lambda s: kernel.create_root_unit("Second", actor=SYSTEM),
        lambda s: kernel.create_root_unit(s.unit.name, actor=SYSTEM),
    ),
    "adminrights.services.set_owner": Own(
        lambda s: kernel.set_owner(s.unit, s.person(), actor=SYSTEM),
        never_refused="only the command for the first administrator calls it, where there is no owner",
    ),
}
