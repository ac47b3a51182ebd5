"""Which organisation a command is about."""

from django.core.management import CommandError

from adminrights.models import Unit


def find_organisation(name: str = "") -> Unit:
    """Return the organisation with the name, or the only one. Raises CommandError."""
    roots = Unit.objects.open().roots()
    found = [root for root in roots if root.name == name] if name else list(roots[:2])
    if len(found) == 1:
        return found[0]
    if name:
        raise CommandError(f"There is no organisation {name[:150]!r} here.")
    several = "There are several organisations. Name one with --organisation NAME."
    raise CommandError(several if found else "There is no organisation yet.")
