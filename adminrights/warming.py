"""What a process does before it serves: what its first page would otherwise make people wait for."""

from datetime import date

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver, reverse
from django.utils import formats, translation


def warm() -> None:
    """Import every view, read every template and every language. It asks no database."""
    _ = get_resolver().url_patterns
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("home")
            formats.date_format(date.min)
    for name in template_names():
        get_template(name)


def template_names() -> list[str]:
    """Return the names of all pages, parts and mails of ours."""
    folder = settings.BASE_DIR / "templates"
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.*"))]
