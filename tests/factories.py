"""One factory a model: valid, powerless, and made by the same pipeline as everything else.

Rights come only by explicit argument, so that no test passes because a factory was generous.
"""

from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from accounts.addresses import canonical
from accounts.models import Account, Grant, StatusPeriod, UnitAccess
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit, UnitFeature
from groups.models import Group, GroupRole, Membership
from roles.models import Role, Rule

PASSWORD = "mauve trombone kettle drum"
HASHED = make_password(PASSWORD, hasher="md5")


class UnitFactory(factory.Factory):
    class Meta:
        model = Unit

    name = factory.Sequence(lambda n: f"Unit {n}")

    @classmethod
    def _create(cls, model_class: type[Unit], *args: Any, **kwargs: Any) -> Unit:
        parent, features = kwargs.get("parent"), kwargs.pop("features", ())
        with change(Event.UNIT_CREATED, actor=SYSTEM) as c:
            unit: Unit = c.create(Unit(created_at=c.at, **kwargs))
            above = parent.path if parent else ""
            c.update(unit, root=parent.root or parent if parent else None, path=f"{above}{unit.pk}/")
            c.start_all([UnitFeature(unit=unit, feature=feature) for feature in features])
        return unit


class AccountFactory(factory.Factory):
    """An active account with a password and access to the unit, but no right at all."""

    class Meta:
        model = Account

    first_name = factory.Sequence(lambda n: f"First{n}")
    last_name = factory.Sequence(lambda n: f"Last{n}")
    email = factory.LazyAttribute(lambda o: f"{slugify(o.first_name)}.{slugify(o.last_name)}@example.org")
    status = Account.Status.ACTIVE

    @classmethod
    def _create(cls, model_class: type[Account], *args: Any, **kwargs: Any) -> Account:
        unit, levels, permissions = (
            kwargs.pop("unit"),
            kwargs.pop("levels", {}),
            kwargs.pop("permissions", ()),
        )
        groups, access = kwargs.pop("groups", ()), kwargs.pop("access", {})
        email = kwargs["email"]
        with change(Event.ACCOUNT_CREATED, actor=SYSTEM) as c:
            confirmed = kwargs.pop("confirmed", kwargs["status"] == Account.Status.ACTIVE)
            account: Account = c.create(
                Account(
                    created_at=c.at,
                    email_key=canonical(email),
                    confirmed_at=c.at if confirmed else None,
                    password=HASHED if confirmed else make_password(None),
                    search_text=canonical(f"{kwargs['first_name']} {kwargs['last_name']} {email}"),
                    **kwargs,
                )
            )
            c.start(StatusPeriod(account=account, status=account.status))
            c.start(UnitAccess(account=account, unit=unit, **access))
            c.start_all(
                [Grant(account=account, unit=unit, module_id=m, level=int(v)) for m, v in levels.items()]
            )
            c.start_all([Grant(account=account, unit=unit, permission_id=key) for key in permissions])
            c.start_all([Membership(account=account, group=group) for group in groups])
        return account


class RoleFactory(factory.Factory):
    """An own role of the unit's organisation; `rules` are permission keys."""

    class Meta:
        model = Role

    display_name = factory.Sequence(lambda n: f"Role {n}")
    name = factory.LazyAttribute(lambda o: slugify(o.display_name))

    @classmethod
    def _create(cls, model_class: type[Role], *args: Any, **kwargs: Any) -> Role:
        rules = kwargs.pop("rules", ())
        with change(Event.ROLE_CREATED, actor=SYSTEM) as c:
            role: Role = c.create(Role(created_at=c.at, **kwargs))
            c.start_all([Rule(role=role, permission_id=key) for key in rules])
        return role


class GroupFactory(factory.Factory):
    class Meta:
        model = Group

    display_name = factory.Sequence(lambda n: f"Group {n}")
    name = factory.LazyAttribute(lambda o: slugify(o.display_name))

    @classmethod
    def _create(cls, model_class: type[Group], *args: Any, **kwargs: Any) -> Group:
        roles, members = kwargs.pop("roles", ()), kwargs.pop("members", ())
        with change(Event.GROUP_CREATED, actor=SYSTEM) as c:
            group: Group = c.create(Group(created_at=c.at, **kwargs))
            c.start_all([GroupRole(group=group, role=role) for role in roles])
            c.start_all([Membership(group=group, account=account) for account in members])
        return group
