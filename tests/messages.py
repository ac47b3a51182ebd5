"""The translations of every text: `python -m tests.messages` brings adminrights/locale up to date.

It collects what the sources mark for translation, and the words of the catalogue, whole as people read them.
Then it writes each language's django.po, with what is translated already, without guesses, without what is
no longer used, and the django.mo that the product reads. `--check` writes nothing and fails: when a text
isn't there or isn't translated, when a placeholder or a tag isn't as in English, when a form of a plural is
missing, and when a .mo isn't its .po. Collecting needs GNU gettext; running the product doesn't.
"""

import argparse
import contextlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import django
import polib
from django.conf import settings
from django.core.management import call_command
from django.test.utils import override_settings

from roles.catalogue import Catalogue, catalogue
from roles.vocabulary import LEVEL_LABELS, Worded

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "adminrights" / "locale"
SOURCES = ("adminrights", "roles", "groups", "accounts", "templates")
# How many forms a noun has beside a number, and which one goes with n.
PLURALS = {"de": "(n != 1)", "es": "(n != 1)", "fr": "(n > 1)"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%[sdr%]|\{[\w.]*\}")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")
# French begins a sign such as ";" with a narrow space of its own.
SPACES = (" ", "\n")
WIDTH = 100
Key = tuple[str, str]
Wanted = dict[Key, polib.POEntry]


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def wanted() -> Wanted:
    """Return every text that needs a translation, in the order of the files that it stands in."""
    found = {key_of(entry): entry for entry in marked()}
    for text in spoken(catalogue()):
        entry = polib.POEntry(msgid=text, occurrences=[("roles/catalogue.toml", "")])
        found.setdefault(key_of(entry), entry)
    return found


def marked() -> polib.POFile:
    """Return what the sources mark. A copy is read: collecting writes beside what it reads."""
    if not shutil.which("xgettext"):
        sys.exit("GNU gettext isn't here, so nothing can be collected (on Debian: apt-get install gettext).")
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name in SOURCES:
            shutil.copytree(ROOT / name, name, ignore=shutil.ignore_patterns("__pycache__", "locale"))
        Path("locale").mkdir()
        with override_settings(LOCALE_PATHS=[f"{folder}/locale"]):
            call_command("makemessages", locale=["de"], keep_pot=True, add_location="file", verbosity=0)
        return polib.pofile(f"{folder}/locale/django.pot", wrapwidth=WIDTH)


def spoken(known: Catalogue) -> Iterator[str]:
    """Yield the catalogue's words for people."""
    yield from LEVEL_LABELS.values()
    yield from (action.english.label for action in known.actions.values())
    kinds: Iterable[Iterable[Worded]] = (
        known.features.values(),
        known.modules.values(),
        known.resources.values(),
        known.permissions.values(),
        known.named.values(),
        known.system_roles.values(),
    )
    for worded in (each.english for kind in kinds for each in kind):
        yield from filter(None, (worded.area, worded.label, worded.help, worded.caution))


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> polib.POFile:
    """Return the translations as they are; an empty file where there is none yet."""
    path = path_of(language)
    return polib.pofile(str(path), wrapwidth=WIDTH) if path.exists() else polib.POFile(wrapwidth=WIDTH)


def merged(language: str, texts: Wanted) -> polib.POFile:
    """Return the file with exactly the texts, each with the translation that it has."""
    had = {key_of(entry): entry for entry in read(language) if not entry.obsolete and not entry.fuzzy}
    merged = polib.POFile(wrapwidth=WIDTH)
    merged.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": f"nplurals=2; plural={PLURALS[language]};",
    }
    merged.extend(translated(text, had.get(key)) for key, text in texts.items())
    return merged


def translated(text: polib.POEntry, had: polib.POEntry | None) -> polib.POEntry:
    # The line isn't kept: it would change with every edit of the file.
    entry = polib.POEntry(
        msgctxt=text.msgctxt,
        msgid=text.msgid,
        msgid_plural=text.msgid_plural,
        comment=text.comment,
        flags=[flag for flag in text.flags if flag != "fuzzy"],
        occurrences=sorted({(path, "") for path, _line in text.occurrences}),
    )
    if not text.msgid_plural:
        entry.msgstr = had.msgstr if had else ""
    else:
        entry.msgstr_plural = dict(had.msgstr_plural) if had and had.msgstr_plural else {0: "", 1: ""}
    return entry


def faults(language: str, texts: Wanted) -> Iterator[str]:
    """Yield what is wrong with a language."""
    po = read(language)
    have = {key_of(entry): entry for entry in po if not entry.obsolete}
    if any(entry.obsolete for entry in po):
        yield f"{language}: there are obsolete texts. Run `make messages`."
    for _context, text in texts.keys() - have.keys():
        yield f"{language}: not there: {text!r}. Run `make messages`, then translate it."
    for _context, text in have.keys() - texts.keys():
        yield f"{language}: not used any more: {text!r}. Run `make messages`."
    for entry in have.values():
        yield from (f"{language}: {fault}: {entry.msgid!r}" for fault in faults_of(entry))
    mo = path_of(language).with_suffix(".mo")
    if not mo.exists() or mo.read_bytes() != po.to_binary():
        yield f"{language}: {mo.relative_to(ROOT)} is not its .po. Run `make messages`."


def faults_of(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "only a guess"
    if not entry.msgid_plural:
        yield from differences(entry.msgid, entry.msgstr)
        return
    if sorted(entry.msgstr_plural) != [0, 1]:
        yield "not every form of the plural"
    for form, translation in entry.msgstr_plural.items():
        # "One account" may do without the number in the one form, and never in the other.
        needed = entry.msgid if form == 0 else entry.msgid_plural
        if form or set(PLACEHOLDER.findall(translation)) - set(PLACEHOLDER.findall(entry.msgid_plural)):
            yield from differences(needed, translation)
        elif not translation.strip():
            yield "not translated"


def differences(english: str, translation: str) -> Iterator[str]:
    """Yield in what a translation differs that must be the same."""
    if not translation.strip():
        yield "not translated"
        return
    if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(translation)):
        yield "other placeholders"
    if sorted(TAG.findall(english)) != sorted(TAG.findall(translation)):
        yield "other tags"
    edges = [[text[:1] in SPACES, text[-1:] in SPACES] for text in (english, translation)]
    if edges[0] != edges[1]:
        yield "other spaces at its ends"


def write(language: str, texts: Wanted) -> str:
    """Bring a language up to date and return what there is left to do."""
    po, path = merged(language, texts), path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    po.save(str(path))
    path.with_suffix(".mo").write_bytes(po.to_binary())
    return f"{language}: {len(po)} texts, {len(po.untranslated_entries())} of them without a translation."


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.messages", description="Keeps the translations.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is wrong")
    check = parser.parse_args().check
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adminrights.settings")
    os.environ.setdefault("DEBUG", "1")
    django.setup()
    texts = wanted()
    languages = [code for code, _name in settings.LANGUAGES if code in PLURALS]
    if not check:
        print("\n".join(write(language, texts) for language in languages))
        return 0
    wrong = [fault for language in languages for fault in faults(language, texts)]
    print("\n".join(wrong or [f"{', '.join(languages)}: {len(texts)} texts each, all translated."]))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
