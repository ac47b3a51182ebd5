"""The steps of the product, each with what it needs to be done and to be refused (L1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone
from django.utils.functional import cached_property

from accounts import importing
from accounts.dates.services import cancel_planned, set_dates
from accounts.declared.parsing import parse_policy
from accounts.declared.reading import read_policy
from accounts.declared.writing import to_text
from accounts.models import Account, Item
from accounts.services import (
    allowing,
    declared,
    editing,
    factors,
    grants,
    invitations,
    items,
    known_accounts,
    levels,
    lifecycle,
    likeness,
    memberships,
    ownership,
    sessions,
    taking_back,
    unit_access,
    units,
)
from accounts.services.unit_access import Entry
from accounts.standing import Cell
from accounts.why.steps import Step as Taken
from adminrights import outbox
from adminrights import services as kernel
from adminrights.change import SYSTEM
from adminrights.days import Span
from adminrights.models import JournalEntry, OutgoingMail, Unit
from groups import services as groups
from groups.models import Group
from roles import services as roles
from roles.catalogue import catalogue
from roles.models import Role
from tests.accounts.authenticator import with_app
from tests.factories import PASSWORD, AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.post import promise


@dataclass
class Stage:
    """An organisation with a unit, Anna who administers it, Nemo who may do nothing, and things to act on."""

    unit: Unit

    @cached_property
    def anna(self) -> Account:
        everything = {"includes_subunits": True}
        rights = {"admin_rights": 2, "events": 2}
        return AccountFactory(first_name="Anna", unit=self.unit, levels=rights, access=everything)

    def person(self, **wanted: Any) -> Account:
        return AccountFactory(unit=self.unit, **wanted)

    def pending(self) -> Account:
        return self.person(status="pending")

    def invited(self) -> Account:
        account = self.pending()
        invitations.resend_invitation(account, actor=SYSTEM, unit=self.unit)
        return account

    def disabled(self) -> Account:
        return self.person(status="disabled", confirmed=True)

    def locked(self) -> Account:
        account = self.person()
        for _try in range(10):
            sessions.record_failed_sign_in(account.email)
        return account

    def with_app(self) -> Account:
        account = self.person()
        with_app(account)
        return account

    def running(self) -> tuple[Account, int]:
        """Return somebody who is signed in, and the number of the session."""
        account = self.person()
        Client().post("/sign-in/", {"email": account.email, "password": PASSWORD})
        return account, UserSession.objects.get(user=account).pk

    def below(self) -> Unit:
        return UnitFactory(parent=self.unit)

    def group(self, **wanted: Any) -> Group:
        return GroupFactory(unit=self.unit, **wanted)

    def role(self) -> Role:
        return RoleFactory(unit=self.unit, rules=["ad_campaigns:list"])

    def item(self) -> Item:
        return items.register_item("events", self.unit, "Gala", actor=SYSTEM)

    def handed(self, account: Account) -> Item:
        item = self.item()
        items.hand_over(item, account, actor=SYSTEM)
        return item

    def given_up(self) -> OutgoingMail:
        mail = promise(self.person())
        OutgoingMail.objects.filter(pk=mail.pk).update(state=OutgoingMail.State.FAILED)
        return mail

    def cell(self, account: Account) -> Cell:
        return Cell(account.pk, self.unit.pk, Role.objects.get(name="viewer", unit=None).pk)

    def details(self) -> Mapping[str, str]:
        return {"email": "new@example.org", "first_name": "New", "last_name": "Person"}


Set = Callable[[Stage, Any], Callable[[], object]]


class Step(NamedTuple):
    """How a step is set up for an actor, then done; and the entries when that isn't one."""

    set_up: Set
    events: int = 1


def with_account(step: Callable[..., object], make: str = "person", **values: Any) -> Step:
    """Return a step that takes an account, the actor and the unit."""

    def set_up(stage: Stage, actor: Any) -> Callable[[], object]:
        account = getattr(stage, make)()
        return lambda: step(account, **values, actor=actor, unit=stage.unit)

    return Step(set_up)


def with_unit(step: Callable[..., object], *more: object) -> Step:
    def set_up(stage: Stage, actor: Any) -> Callable[[], object]:
        unit = stage.below()
        return lambda: step(unit, *more, actor=actor)

    return Step(set_up)


def with_group(step: Callable[..., object], *more: object, **values: Any) -> Step:
    def set_up(stage: Stage, actor: Any) -> Callable[[], object]:
        group = stage.group()
        return lambda: step(group, *more, actor=actor, **values)

    return Step(set_up)


def with_members(step: Callable[..., object], *, there: bool = False) -> Step:
    def set_up(stage: Stage, actor: Any) -> Callable[[], object]:
        account = stage.person()
        group = stage.group(members=[account] if there else [])
        return lambda: step(group, [account], actor=actor)

    return Step(set_up)


def with_role(step: Callable[..., object], *more: object, **values: Any) -> Step:
    def set_up(stage: Stage, actor: Any) -> Callable[[], object]:
        role = stage.role()
        return lambda: step(role, *more, actor=actor, unit=stage.unit, **values)

    return Step(set_up)


def in_unit(step: Callable[..., object], *more: object, **values: Any) -> Step:
    return Step(lambda stage, actor: lambda: step(*more, unit=stage.unit, actor=actor, **values))


def restore_group(stage: Stage, actor: Any) -> Callable[[], object]:
    group = stage.group()
    groups.delete_group(group, actor=SYSTEM)
    return lambda: groups.restore_group(group, actor=actor)


def restore_role(stage: Stage, actor: Any) -> Callable[[], object]:
    role = stage.role()
    roles.delete_role(role, actor=SYSTEM, unit=stage.unit)
    return lambda: roles.restore_role(role, actor=actor, unit=stage.unit)


def reopen_unit(stage: Stage, actor: Any) -> Callable[[], object]:
    below = stage.below()
    kernel.close_unit(below, actor=SYSTEM)
    return lambda: kernel.reopen_unit(below, actor=actor)


def take_back(stage: Stage, actor: Any) -> Callable[[], object]:
    groups.update_group(stage.group(), actor=SYSTEM, description="Another one")
    entry = JournalEntry.objects.latest("sequence")
    return lambda: taking_back.take_back(entry, actor=actor, unit=stage.unit)


def hand_item(stage: Stage, actor: Any) -> Callable[[], object]:
    item, account = stage.item(), stage.person()
    return lambda: items.hand_over(item, account, actor=actor)


def take_item(stage: Stage, actor: Any) -> Callable[[], object]:
    account = stage.person()
    item = stage.handed(account)
    return lambda: items.take_back(item, account, actor=actor)


def take_items(stage: Stage, actor: Any) -> Callable[[], object]:
    account = stage.person()
    stage.handed(account)
    return lambda: items.take_back_all(account, stage.unit, actor=actor)


def retire_item(stage: Stage, actor: Any) -> Callable[[], object]:
    item = stage.handed(stage.person())
    return lambda: items.retire_item(item, actor=actor)


def add_known(stage: Stage, actor: Any) -> Callable[[], object]:
    account, below = stage.person(), stage.below()
    return lambda: known_accounts.add_known_account(account.email, unit=below, actor=actor)


def set_cells(stage: Stage, actor: Any) -> Callable[[], object]:
    cell = stage.cell(stage.person())
    return lambda: levels.set_cells([cell], [], actor=actor, unit=stage.unit)


def set_groups(stage: Stage, actor: Any) -> Callable[[], object]:
    account, group = stage.person(), stage.group()
    return lambda: memberships.set_groups(account, [group], actor=actor, unit=stage.unit)


def set_access(stage: Stage, actor: Any) -> Callable[[], object]:
    account, below = stage.person(), stage.below()
    wanted = {stage.unit.pk: Entry(), below.pk: Entry()}
    return lambda: unit_access.set_unit_access(account, wanted, actor=actor, unit=stage.unit)


def edit(stage: Stage, actor: Any) -> Callable[[], object]:
    account, wanted = stage.person(), editing.Wanted(details={"first_name": "Other"}, ticks=["customers:1"])
    return lambda: editing.edit_account(account, wanted, actor=actor, unit=stage.unit)


def add(stage: Stage, actor: Any) -> Callable[[], object]:
    wanted = editing.Wanted(details=stage.details(), groups=[stage.group()], ticks=["customers:1"])
    return lambda: editing.add_account(wanted, invite=True, actor=actor, unit=stage.unit)


def transfer(stage: Stage, actor: Any) -> Callable[[], object]:
    account = stage.person()
    return lambda: ownership.transfer_ownership(stage.unit, account, password=PASSWORD, actor=actor)


def hand_over(stage: Stage, actor: Any) -> Callable[[], object]:
    account = stage.person()
    return lambda: ownership.hand_over(stage.unit, account, actor=actor)


def import_lines(stage: Stage, actor: Any) -> Callable[[], object]:
    lines = [importing.Line(1, stage.details())]
    return lambda: list(importing.bring_in(lines, unit=stage.unit, actor=actor))


def send_again(stage: Stage, actor: Any) -> Callable[[], object]:
    mail = stage.given_up()
    return lambda: outbox.send_again(mail, actor=actor, unit=stage.unit)


def move(stage: Stage, actor: Any) -> Callable[[], object]:
    unit, other = stage.below(), stage.below()
    return lambda: kernel.move_unit(unit, other, actor=actor)


def like(stage: Stage, actor: Any) -> Callable[[], object]:
    account, model = stage.person(), stage.person(levels={"customers": 1})
    return lambda: likeness.make_like(account, model, actor=actor, unit=stage.unit)


def set_roles(stage: Stage, actor: Any) -> Callable[[], object]:
    group, role = stage.group(), stage.role()
    return lambda: groups.set_roles(group, [role], actor=actor)


def date_group(stage: Stage, actor: Any) -> Callable[[], object]:
    membership = stage.person(groups=[stage.group()]).memberships.get()
    return lambda: set_dates(membership, Span(None, timezone.now() + timedelta(days=1)), actor=actor)


def cancel_group(stage: Stage, actor: Any) -> Callable[[], object]:
    later = Span(timezone.now() + timedelta(days=1))
    [planned] = groups.add_members(stage.group(), [stage.person()], actor=SYSTEM, span=later)
    return lambda: cancel_planned(planned, actor=actor)


def apply_policy(stage: Stage, actor: Any) -> Callable[[], object]:
    document = read_policy(stage.unit, people=False)
    wanted = parse_policy(f'{to_text(document)}[[role]]\nname = "r"\ndisplay_name = "R"\n'.encode())
    return lambda: declared.apply_policy(wanted, root=stage.unit, actor=actor)


# By an actor: Anna may, Nemo may not.
STEPS: dict[str, Step] = {
    "accounts.dates.services.set_dates": Step(date_group),
    "accounts.dates.services.cancel_planned": Step(cancel_group),
    "accounts.importing.bring_in": Step(import_lines),
    "accounts.importing.invite_person": in_unit(
        importing.invite_person, importing.Person("new@example.org", "New", "Person")
    ),
    "accounts.services.allowing.take_steps": with_account(
        allowing.take_steps, steps=[Taken("level", "campaigns@1"), Taken("key", "contacts:list")]
    ),
    "accounts.services.likeness.make_like": Step(like),
    "accounts.services.editing.add_account": Step(add),
    "accounts.services.editing.edit_account": Step(edit),
    "accounts.services.factors.reset_factors": with_account(factors.reset_factors, "with_app"),
    "accounts.services.factors.set_factor_rule": Step(
        lambda stage, actor: lambda: factors.set_factor_rule(stage.unit, required=True, actor=actor)
    ),
    "accounts.services.grants.set_levels": with_account(grants.set_levels, levels={"customers": 1}),
    "accounts.services.grants.set_permission": with_account(
        grants.set_permission, key="campaigns:list", given=True
    ),
    "accounts.services.grants.set_permissions": with_account(
        grants.set_permissions, wanted={"campaigns:list": True, "offers:list": True}
    ),
    "accounts.services.invitations.resend_invitation": with_account(invitations.resend_invitation, "pending"),
    "accounts.services.invitations.make_link": with_account(invitations.make_link, "pending"),
    "accounts.services.invitations.cancel_invitation": with_account(invitations.cancel_invitation, "invited"),
    "accounts.services.items.register_item": in_unit(items.register_item, resource="events", name="Gala"),
    "accounts.services.items.hand_over": Step(hand_item),
    "accounts.services.items.take_back": Step(take_item),
    "accounts.services.items.take_back_all": Step(take_items),
    "accounts.services.items.retire_item": Step(retire_item),
    "accounts.services.known_accounts.add_known_account": Step(add_known),
    "accounts.services.levels.set_cells": Step(set_cells),
    "accounts.services.lifecycle.create_account": in_unit(
        lifecycle.create_account, email="new@example.org", first_name="New", last_name="Person"
    ),
    "accounts.services.lifecycle.update_account": with_account(lifecycle.update_account, first_name="Other"),
    "accounts.services.lifecycle.disable_account": with_account(lifecycle.disable_account),
    "accounts.services.lifecycle.reactivate_account": with_account(lifecycle.reactivate_account, "disabled"),
    "accounts.services.lifecycle.unlock_account": with_account(lifecycle.unlock_account, "locked"),
    "accounts.services.lifecycle.remove_account": with_account(lifecycle.remove_account),
    "accounts.services.memberships.set_groups": Step(set_groups),
    "accounts.services.ownership.transfer_ownership": Step(transfer),
    "accounts.services.ownership.hand_over": Step(hand_over),
    "accounts.services.sessions.end_sessions": with_account(sessions.end_sessions),
    "accounts.services.sessions.end_sessions_of_all": Step(
        lambda stage, actor: partial(sessions.end_sessions_of_all, stage.unit, actor=actor)
    ),
    "accounts.services.unit_access.set_unit_access": Step(set_access),
    "accounts.services.units.open_unit": with_unit(units.open_unit, "North"),
    "accounts.services.units.close_unit": with_unit(units.close_unit),
    "accounts.services.units.set_limits": Step(
        lambda stage, actor: lambda: units.set_limits(stage.unit, {"seat_limit": 50}, actor=actor)
    ),
    "accounts.services.units.switch_feature": Step(
        lambda stage, actor: lambda: units.switch_feature(stage.unit, "sms", on=True, actor=actor)
    ),
    "accounts.services.declared.apply_policy": Step(apply_policy),
    "groups.services.create_group": in_unit(groups.create_group, name="team", display_name="Team"),
    "groups.services.update_group": with_group(groups.update_group, display_name="Other"),
    "groups.services.add_members": with_members(groups.add_members),
    "groups.services.remove_members": with_members(groups.remove_members, there=True),
    "groups.services.set_members": with_members(groups.set_members),
    "groups.services.set_roles": Step(set_roles),
    "groups.services.set_levels": with_group(groups.set_levels, {"customers": 1}),
    "groups.services.delete_group": with_group(groups.delete_group),
    "groups.services.restore_group": Step(restore_group),
    "roles.services.create_role": in_unit(roles.create_role, name="helper", display_name="Helper"),
    "roles.services.update_role": with_role(roles.update_role, display_name="Other"),
    "roles.services.set_rule": with_role(roles.set_rule, "campaigns", ["list"]),
    "roles.services.set_named": with_role(roles.set_named, [next(iter(catalogue().named))]),
    "roles.services.copy_role": with_role(roles.copy_role, name="copy", display_name="Copy"),
    "roles.services.delete_role": with_role(roles.delete_role),
    "roles.services.restore_role": Step(restore_role),
    "adminrights.outbox.send_again": Step(send_again),
    "adminrights.services.create_unit": with_unit(kernel.create_unit, "North"),
    "adminrights.services.rename_unit": with_unit(kernel.rename_unit, "North"),
    "adminrights.services.move_unit": Step(move),
    "adminrights.services.close_unit": with_unit(kernel.close_unit),
    "adminrights.services.reopen_unit": Step(reopen_unit),
    "accounts.services.taking_back.take_back": Step(take_back),
}
