"""verify_journal: the chain is walked, and every break is named (L2)."""

import json
from pathlib import Path

import pytest

from adminrights.journal import digest_of
from adminrights.models import JournalEntry
from tests.tampering import journal_laid_open, tamper
from tests.terminal import run


@pytest.fixture
def entries(ada, otto) -> int:
    run("disable_account", otto.email)
    return JournalEntry.objects.count()


# L2
def test_a_whole_journal_is_said_to_be_whole(entries):
    ran = run("verify_journal")
    assert (ran.code, ran.out.strip()) == (0, f"The journal is whole: {entries} entries.")


# L2
def test_an_altered_entry_is_named(entries):
    with journal_laid_open():
        tamper("UPDATE adminrights_journalentry SET actor_label = 'Somebody else' WHERE sequence = 2")
    ran = run("verify_journal")
    assert (ran.code, ran.out.strip()) == (1, "entry 2: the entry was altered, or one before it was")


# L2
def test_a_missing_entry_is_named(entries):
    remove(2)
    ran = run("verify_journal", "--format", "json")
    assert (ran.code, ran.data["whole"]) == (1, False)
    assert ran.data["breaks"][0] == {"sequence": 2, "reason": "entries 2 to 2 are missing"}


# L2
def test_a_shortened_journal_is_noticed(entries):
    remove(entries)
    ran = run("verify_journal")
    assert (ran.code, "missing at the end" in ran.out) == (1, True)


MENTION, NAMED = "adminrights_journalmention", "entry_id, kind, object_id"


# L2: by its mentions an entry is found in the history of a person
@pytest.mark.parametrize(
    "forgery",
    [
        f"UPDATE {MENTION} SET object_id = object_id + 1 WHERE entry_id = %s",
        f"UPDATE {MENTION} SET kind = 'group' WHERE entry_id = %s",
        f"DELETE FROM {MENTION} WHERE entry_id = %s",
        f"INSERT INTO {MENTION} ({NAMED}) VALUES (%s, 'account', 4711)",
        f"INSERT INTO {MENTION} ({NAMED}) SELECT {NAMED} FROM {MENTION} WHERE entry_id = %s",
    ],
)
def test_an_altered_removed_or_added_mention_is_named(forgery, entries):
    entry = JournalEntry.objects.get(sequence=entries)
    with journal_laid_open():
        tamper(forgery, entry.pk)
    ran = run("verify_journal")
    assert (ran.code, ran.out.strip()) == (
        1, f"entry {entries}: the objects that the entry names were altered",
    )  # fmt: skip


# L2: an entry from before mentions were in the chain
def test_an_entry_without_a_digest_of_its_mentions_holds_as_it_was_written(entries):
    write_anew("Ada Admin", without="mentions")
    assert run("verify_journal").code == 0

    with journal_laid_open():
        tamper("UPDATE adminrights_journalentry SET reason = 'x' WHERE sequence = 2")
    assert run("verify_journal").code == 1


# L2: who takes the digest of the mentions away alters the entry
def test_nobody_passes_a_new_entry_off_as_an_old_one(entries):
    entry = JournalEntry.objects.get(sequence=entries)
    del entry.data["mentions"]
    with journal_laid_open():
        tamper(
            "UPDATE adminrights_journalentry SET data = %s WHERE id = %s", json.dumps(entry.data), entry.pk
        )
        tamper(f"DELETE FROM {MENTION} WHERE entry_id = %s", entry.pk)
    assert run("verify_journal").code == 1


def test_verifying_writes_nothing(entries):
    run("verify_journal")
    assert JournalEntry.objects.count() == entries


def remove(sequence: int) -> None:
    entry = JournalEntry.objects.get(sequence=sequence)
    with journal_laid_open():
        tamper("DELETE FROM adminrights_journalmention WHERE entry_id = %s", entry.pk)
        tamper("DELETE FROM adminrights_journalentry WHERE id = %s", entry.pk)


# ---- The anchor outside (L3)


@pytest.fixture
def anchor(tmp_path) -> Path:
    return tmp_path / "anchors"


def lines(anchor: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in anchor.read_text().splitlines()]


# L3
def test_the_end_of_the_journal_is_written_down_outside(entries, otto, anchor):
    assert run("verify_journal", "--anchor", str(anchor)).code == 0
    assert run("verify_journal", "--anchor", str(anchor)).code == 0
    run("reactivate_account", otto.email)
    ran = run("verify_journal", "--anchor", str(anchor), "--format", "json")

    assert (ran.code, ran.data["anchors"]) == (0, 1)
    last = JournalEntry.objects.latest("sequence")
    assert [line["sequence"] for line in lines(anchor)] == [entries, entries + 1]
    assert lines(anchor)[-1]["digest"] == last.digest
    assert anchor.stat().st_mode & 0o077 == 0


# L3: without the anchor nothing could be seen
def test_an_end_that_was_cut_off_neatly_is_noticed(entries, anchor):
    run("verify_journal", "--anchor", str(anchor))
    remove(entries)
    last = JournalEntry.objects.latest("sequence")
    tamper("UPDATE adminrights_journalhead SET sequence = %s, digest = %s", last.sequence, last.digest)

    assert run("verify_journal").code == 0
    ran = run("verify_journal", "--anchor", str(anchor))
    assert (ran.code, f"entry {entries}: the entry that was last on" in ran.out) == (1, True)
    assert len(lines(anchor)) == 1


# L3: without the anchor nothing could be seen
def test_a_journal_that_was_written_anew_is_noticed(entries, anchor):
    run("verify_journal", "--anchor", str(anchor))
    write_anew("Somebody else")

    assert run("verify_journal").code == 0
    ran = run("verify_journal", "--anchor", str(anchor))
    assert (ran.code, f"entry {entries}: the journal was written anew since" in ran.out) == (1, True)


def test_entries_past_the_end_are_noticed(entries):
    tamper("UPDATE adminrights_journalhead SET sequence = 1, digest = %s", digest_at(1))
    ran = run("verify_journal")
    assert (ran.code, ran.out.strip()) == (1, "entry 2: entries were added past the end")


@pytest.mark.parametrize(
    "text", ["no anchor\n", '{"sequence": 1}\n', "[1]\n", '{"at": "", "sequence": "x", "digest": ""}\n']
)
def test_a_file_of_something_else_is_refused_and_kept(text, entries, anchor):
    anchor.write_text(text)
    ran = run("verify_journal", "--anchor", str(anchor))
    assert (ran.code, "line 1: this is no anchor" in ran.err) == (1, True)
    assert anchor.read_text() == text


def test_a_file_that_cannot_be_written_is_an_error(entries, tmp_path):
    ran = run("verify_journal", "--anchor", str(tmp_path / "missing" / "anchors"))
    assert (ran.code, "The anchor was not written" in ran.err) == (1, True)


def digest_at(sequence: int) -> str:
    return JournalEntry.objects.get(sequence=sequence).digest


def write_anew(actor: str, without: str = "") -> None:
    """Forge the journal from the first entry on, with digests that fit."""
    previous = ""
    with journal_laid_open():
        for entry in JournalEntry.objects.order_by("sequence"):
            entry.actor_label = actor
            entry.data.pop(without, None)
            previous = digest_of(entry, previous)
            tamper(
                "UPDATE adminrights_journalentry SET actor_label = %s, data = %s, digest = %s WHERE id = %s",
                actor, json.dumps(entry.data), previous, entry.pk,
            )  # fmt: skip
    tamper("UPDATE adminrights_journalhead SET digest = %s", previous)
