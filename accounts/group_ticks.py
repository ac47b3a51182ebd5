"""The groups of the account form as tick boxes; of very many only the ticked ones and what is looked for."""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from accounts.forms.accounts import AccountForm
from accounts.offers import GroupName

# Up to so many all are listed, and narrowed on the page; of more, so many are found at once.
MOST_LISTED, MOST_FOUND = 100, 20
MOST_TYPED = 150


@dataclass(frozen=True, slots=True)
class Tick:
    """A group with its box: ticked or not, and whether it stays as it is."""

    pk: int
    name: str
    ticked: bool
    fixed: bool


@dataclass(frozen=True, slots=True)
class Ticks:
    """The boxes to draw. Where they aren't all, `narrows` holds; `wanted` is what was looked for."""

    boxes: tuple[Tick, ...]
    narrows: bool = False
    wanted: str = ""
    found: int = 0
    groups: int = 0

    @property
    def said(self) -> str:
        """What was found, or how to find the groups that aren't there."""
        if not self.wanted:
            text = ngettext(
                "There is %(count)d group. Type a part of its name.",
                "There are %(count)d groups. Type a part of a name; those that are chosen stay listed.",
                self.groups,
            )
            return text % {"count": self.groups}
        if not self.found:
            return gettext("No other group has “%s” in its name.") % self.wanted
        if self.found > MOST_FOUND:
            text = gettext("%(found)d more groups match; %(shown)d are listed. Type more of the name.")
            return text % {"found": self.found, "shown": MOST_FOUND}
        return ngettext("%d more group matches.", "%d more groups match.", self.found) % self.found


def ticks_of(form: AccountForm, wanted: str = "", *, everything: bool = False) -> Ticks:
    """Return the boxes of the form; with many groups only the ticked ones and those that are looked for.

    A group is found by every word of `wanted` standing somewhere in its name, whatever the case.
    """
    groups, ticked, fixed = form.offer.groups, form.ticked(), form.offer.fixed
    narrows = not everything and len(groups) > MOST_LISTED
    found = _found([group for group in groups if str(group.pk) not in ticked], wanted) if narrows else []
    listed = {group.pk for group in found[:MOST_FOUND]}
    boxes = (
        Tick(*group, ticked=str(group.pk) in ticked, fixed=group.pk in fixed)
        for group in groups
        if not narrows or group.pk in listed or str(group.pk) in ticked
    )
    # What is chosen stands first, or one would have to look for it among what was found.
    ordered = sorted(boxes, key=lambda tick: not tick.ticked) if narrows else boxes
    return Ticks(tuple(ordered), narrows, wanted.strip(), len(found), len(groups))


def _found(groups: list[GroupName], wanted: str) -> list[GroupName]:
    words = wanted.casefold().split()
    if not words:
        return []
    return [group for group in groups if all(word in group.display_name.casefold() for word in words)]
