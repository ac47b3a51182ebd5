"""In which language and time zone somebody is addressed.

His own choice comes first, then what his browser asks for, then what the installation is set to. A page gets
the browser's language before anybody knows who asks, so that a refusal speaks it too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy

REGIONS = {
    "Africa": gettext_lazy("Africa"),
    "America": gettext_lazy("America"),
    "Antarctica": gettext_lazy("Antarctica"),
    "Arctic": gettext_lazy("Arctic"),
    "Asia": gettext_lazy("Asia"),
    "Atlantic": gettext_lazy("Atlantic Ocean"),
    "Australia": gettext_lazy("Australia"),
    "Europe": gettext_lazy("Europe"),
    "Indian": gettext_lazy("Indian Ocean"),
    "Pacific": gettext_lazy("Pacific Ocean"),
}
Answer = Callable[[HttpRequest], HttpResponse]


def languages() -> dict[str, str]:
    """Return the languages of the product, each by its code and in its own words."""
    return dict(settings.LANGUAGES)


@cache
def zones() -> tuple[str, ...]:
    """Return the time zones that people live in, in the order of their names."""
    # "Etc/GMT+3" is three hours behind; "US/Pacific" and "EST5EDT" are old names.
    lived_in = sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS)
    return (*lived_in, "UTC")


def variant(language: str) -> str:
    """Return the language as Django has it: of one that the installation is set to, its very variant."""
    own = settings.LANGUAGE_CODE
    return own if not language or own.partition("-")[0] == language else language


@contextmanager
def addressing(person: Any) -> Iterator[None]:
    """Speak as the person chose, else as the installation is set: for what is written to somebody."""
    chosen = person.language if person.language in languages() else ""
    zone = person.time_zone if person.time_zone in zones() else None
    with translation.override(variant(chosen)), timezone.override(zone):
        yield


def speak(person: Any) -> None:
    """Go on as the person chose; what he left open stays as it is. Only while a request is answered."""
    # A choice may have gone: with a language that is offered no more, or a zone that was renamed.
    if person.language in languages():
        translation.activate(variant(person.language))
    if person.time_zone in zones():
        timezone.activate(person.time_zone)


class LanguageMiddleware:
    """Answers in the language that the browser asks for, unless somebody's own comes to light on the way."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = variant(translation.get_language_from_request(request))
        # What the process was set to before comes back: the next request begins anew.
        with translation.override(asked), timezone.override(None):
            response = self.answer(request)
            response.setdefault("Content-Language", translation.get_language())
            patch_vary_headers(response, ("Accept-Language",))
            if response.streaming:
                response.streaming_content = kept(iter(response.streaming_content))  # type: ignore[attr-defined]
            return response


class OwnLanguageMiddleware:
    """Goes on in the language and the time zone of whoever is signed in."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            speak(request.user)
        return self.answer(request)


def kept(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Return the parts of a file that is still being made, each made in the language of now."""
    language, zone = translation.get_language(), timezone.get_current_timezone()

    # A part at a time: between two of them the process may speak to somebody else.
    def one() -> bytes | None:
        with translation.override(language), timezone.override(zone):
            return next(parts, None)

    return iter(one, None)
