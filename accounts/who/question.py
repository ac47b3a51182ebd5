"""What can be asked: who may do it, who may do all of a module up to a level, who has a role."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from accounts.models import Item
from accounts.policy import Policy
from accounts.sources import level_in_words
from adminrights.models import Unit
from roles.catalogue import UnknownPermission, catalogue, level_right
from roles.models import Role
from roles.resolver import Access, Facts, HeldGrant, allows


@dataclass(frozen=True, slots=True)
class Question:
    """Who may do it in the unit, or who has the role there.

    Of several permissions somebody must hold all that can have effect in the unit; with an item, any of them.
    `permission` is what "Why and why not" answers for one person; where there is no such one, `why` narrows
    its search.
    """

    label: str
    unit: Unit
    keys: tuple[str, ...] = ()
    role: Role | None = None
    item: Item | None = None
    level: tuple[str, int] | None = None
    permission: str = ""
    why: str = ""

    @property
    def every(self) -> bool:
        """Whether all of the permissions are needed."""
        return self.item is None


def about_permission(key: str, unit: Unit) -> Question:
    """Return the question about a permission, or a named one. Raises UnknownPermission."""
    known = catalogue()
    if named := known.named.get(key):
        return Question(named.label, unit, named.gives, permission=key)
    return Question(known.permission(key).label, unit, (key,), permission=key)


def about_level(module: str, level: int, unit: Unit) -> Question:
    """Return the question about everything in a module up to a level. Raises LevelNotOffered."""
    right = level_right(module, level)
    keys = catalogue().level(module, level)
    found = tuple(key for key in catalogue().permissions if key in keys)
    words = dict(zip(("module", "level"), level_in_words(right), strict=True))
    return Question(
        _("%(module)s, %(level)s") % words, unit, found, level=(module, level), why=str(words["module"])
    )


def about_role(role: Role, unit: Unit) -> Question:
    """Return the question who has the role through groups of the unit and below."""
    return Question(role.label, unit, role=role)


def about_item(item: Item, action: str = "") -> Question:
    """Return the question who may do what with the item, or one thing. Raises UnknownPermission."""
    resource = catalogue().resources.get(item.resource_id)
    keys = tuple(each.key for each in resource.permissions) if resource else ()
    if action and f"{item.resource_id}:{action}" not in keys:
        raise UnknownPermission(f"{item.resource_id}:{action}")
    asked = tuple(key for key in keys if action in ("", key.partition(":")[2]))
    return Question(str(item), item.unit, asked, item=item)


def keys_of(permission: str, unit: Unit, policy: Policy) -> tuple[str, ...]:
    """Return the single permissions that somebody must hold for a permission, or a named one, in the unit.

    Of what a named one gives that is all that can have effect there; where none of it can, all of it. Raises
    UnknownPermission.
    """
    question = about_permission(permission, unit)
    return asked_for(question, policy) or question.keys


def asked_for(question: Question, policy: Policy) -> tuple[str, ...]:
    """Return what is asked for: of several permissions only those that can have effect in the unit."""
    return workable(question, policy) if len(question.keys) > 1 else question.keys


def workable(question: Question, policy: Policy) -> tuple[str, ...]:
    """Return what is asked for of what can have effect in the unit; the rest lacks a feature there.

    A level stands for itself: what needs rights on other modules as well is no part of it. What works only
    for people with several units counts where there is nothing else.
    """
    unit = question.unit.pk
    if unit not in policy.units:
        return ()
    place = policy.place(unit)
    door = Access(unit, includes_subunits=True, own_rights_only=False)
    enters = Facts(active=True, owns=frozenset(), accesses=(door,), grants=(), roles=())
    everything = replace(enters, owns=frozenset({place.root}))
    alone = [replace(enters, grants=(HeldGrant(1, unit, *question.level, None),))] if question.level else []
    for facts in (*alone, everything):
        for units in (1, 2):
            found = [
                key
                for key in question.keys
                if allows(facts, policy.catalogue, place, key, enterable_units=units)
            ]
            if found:
                return tuple(found)
    return ()
