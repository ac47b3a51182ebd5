"""The parts of forms that are about roles, rules and module levels (see adminrights/views/parts.py)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from adminrights.conflicts import Row, Sheet
from adminrights.views.parts import Part, Ticks
from roles.catalogue import Level, catalogue
from roles.models import Role
from roles.wording import permission_label


class RulePart(Ticks):
    """Permissions that a role's rules name; `target` is what stands before the action in a rule's form."""

    def __init__(self, role: Role, name: str, target: str = "") -> None:
        super().__init__("rule", {"role": role.pk}, "permission", self.words_of)
        self.name, self.before = name, f"{target}:" if target else ""

    @staticmethod
    def words_of(keys: Iterable[str]) -> Mapping[str, str]:
        return {key: permission_label(key) for key in keys}

    def chosen(self, form: Any) -> Iterable[object]:
        return (f"{self.before}{each}" for each in form.cleaned_data[self.name])

    def sent_as(self, bare: str) -> str:
        return bare.removeprefix(self.before)


class LevelPart(Part):
    """The levels of modules, as the matrix sends them: a tick for every level up to the highest."""

    def owns(self, key: str) -> bool:
        return key.startswith("level:")

    def refill(self, data: QueryDict, values: Sheet) -> None:
        sent = {key.removeprefix("level:"): value for key, value in values.items()}
        ticks = [tick for tick in data.getlist("levels") if tick.partition(":")[0] not in sent]
        for module, value in sent.items():
            ticks += [f"{module}:{level}" for level in range(1, int(value or 0) + 1)]
        data.setlist("levels", ticks)

    def labels(self, keys: Collection[str]) -> Mapping[str, str]:
        modules = catalogue().modules
        bare = {key: key.removeprefix("level:") for key in keys}
        return {key: modules[name].label if name in modules else name for key, name in bare.items()}

    def show(self, key: str, value: str) -> str:
        return Level(int(value)).label if value else _("none")


class GroupLevelPart(LevelPart):
    """The levels of a group: each is the built-in role of its module."""

    def __init__(self, group: int) -> None:
        self.group = group

    @cached_property
    def modules(self) -> dict[int, str]:
        """The modules of the built-in roles."""
        return dict(Role.objects.filter(module__isnull=False).values_list("pk", "module"))

    def typed(self, form: Any) -> Sheet:
        return {f"level:{module}": str(level) for module, level in form.cleaned_data["levels"].items()}

    def changed_by(self, row: Row) -> Iterator[str]:
        if row.get("kind") == "grouprole" and row.get("group") == self.group:
            module = self.modules.get(row["role"])
            if module:
                yield f"level:{module}"
