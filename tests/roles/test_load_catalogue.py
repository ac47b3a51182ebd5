"""The catalogue file in the database: loaded once, changed exactly, nothing taken away unasked."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, Grant
from adminrights.models import JournalEntry, Unit
from groups.models import GroupRole
from groups.services import set_levels
from roles.catalogue import FILE, catalogue
from roles.models import Module, Permission, Resource, Role, Rule
from tests.factories import AccountFactory, GroupFactory, RoleFactory


@pytest.fixture
def smaller(tmp_path: Path) -> Path:
    """The product's file without the permission to delete ad campaigns."""
    text = FILE.read_text()
    before, after = text.split("[resources.ad_campaigns.actions]")
    kept = "\n".join(line for line in after.splitlines()[:12] if not line.startswith("delete ="))
    rest = "\n".join(after.splitlines()[12:])
    (tmp_path / "named.toml").write_text(FILE.with_name("named.toml").read_text())
    path = tmp_path / "smaller.toml"
    path.write_text(f"{before}[resources.ad_campaigns.actions]{kept}\n{rest}")
    return path


def load(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    capsys.readouterr()
    call_command("load_catalogue", *args, "--format", "json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_every_line_of_the_file_stands_in_the_database(unit: Unit) -> None:
    known = catalogue()

    assert set(Module.objects.values_list("pk", flat=True)) == set(known.modules)
    assert set(Resource.objects.values_list("pk", flat=True)) == set(known.resources)
    assert set(Permission.objects.values_list("pk", flat=True)) == known.holdable_keys()


# S0-34, S0-35, S0-36, S0-52
def test_every_level_that_a_module_offers_is_a_built_in_role(unit: Unit) -> None:
    roles = Role.objects.filter(module__isnull=False).values_list("module_id", "level")

    assert set(roles) == {(m.key, int(level)) for m in catalogue().modules.values() for level in m.levels}
    assert str(Role.objects.get(name="customers_write")) == "Customers: Read & Write"


def test_a_module_wide_permission_has_the_lowest_level_of_what_it_covers(unit: Unit) -> None:
    wide = Permission.objects.get(pk="campaigns.*:list")

    assert (wide.resource, wide.level) == (None, 1)


def test_loading_again_does_nothing_and_says_so(unit: Unit, capsys: pytest.CaptureFixture[str]) -> None:
    entries = JournalEntry.objects.count()

    call_command("load_catalogue")

    assert "nothing to do" in capsys.readouterr().out
    assert JournalEntry.objects.count() == entries


def test_a_dry_run_says_what_it_would_do_and_does_nothing(
    unit: Unit, smaller: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = JournalEntry.objects.count()

    with pytest.raises(CommandError) as ended:
        call_command("load_catalogue", "--file", str(smaller), "--dry-run")

    assert ended.value.returncode == 3
    assert "retired 1 permission: ad_campaigns:delete" in capsys.readouterr().out
    assert (Permission.objects.filter(retired_at=None).count(), JournalEntry.objects.count()) == (
        len(catalogue().holdable_keys()),
        entries,
    )


def test_a_dry_run_with_nothing_to_do_ends_well(unit: Unit) -> None:
    before = JournalEntry.objects.count()

    call_command("load_catalogue", "--dry-run", verbosity=0)

    assert JournalEntry.objects.count() == before


def test_a_changed_label_is_changed_and_told(
    unit: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.toml"
    path.write_text(FILE.read_text().replace('label = "Ad campaigns"', 'label = "Adverts"'))

    told = load(capsys, "--file", str(path))

    assert told["changed"] == {"resource": ["ad_campaigns"]}
    assert Resource.objects.get(pk="ad_campaigns").label == "Adverts"


def test_what_nobody_holds_is_retired_and_can_come_back(
    unit: Unit, smaller: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = load(capsys, "--file", str(smaller))
    retired = Permission.objects.get(pk="ad_campaigns:delete").retired_at
    again = load(capsys)

    assert told["retired"] == {"permission": ["ad_campaigns:delete"]}
    assert retired is not None
    assert again["restored"] == {"permission": ["ad_campaigns:delete"]}


def test_a_permission_in_a_rule_is_not_dropped(unit: Unit, campaigns_admin: Role, smaller: Path) -> None:
    with pytest.raises(CommandError, match=r"ad_campaigns:delete: 1 role \(Campaigns admin\)") as ended:
        call_command("load_catalogue", "--file", str(smaller))

    assert ended.value.returncode == 4
    assert Permission.objects.get(pk="ad_campaigns:delete").retired_at is None


def test_a_permission_that_an_account_holds_is_not_dropped(unit: Unit, smaller: Path) -> None:
    AccountFactory(unit=unit, first_name="Grant", permissions=["ad_campaigns:delete"])

    with pytest.raises(CommandError, match=r"1 account \(Grant "):
        call_command("load_catalogue", "--file", str(smaller))


def test_a_permission_held_through_a_level_is_not_dropped(unit: Unit, ada: Account, smaller: Path) -> None:
    set_levels(GroupFactory(unit=unit, display_name="Builders"), {"campaigns": 2}, actor=ada)

    with pytest.raises(CommandError, match=r"1 group \(Builders\)"):
        call_command("load_catalogue", "--file", str(smaller))


def test_a_permission_held_through_a_rule_for_the_module_is_not_dropped(unit: Unit, smaller: Path) -> None:
    RoleFactory(unit=unit, display_name="Sweeper", rules=["campaigns.*:delete"])

    with pytest.raises(CommandError, match=r"1 role \(Sweeper\)"):
        call_command("load_catalogue", "--file", str(smaller))


def test_retiring_ends_the_rights_that_name_it_in_one_change(
    unit: Unit, campaigns_admin: Role, smaller: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = load(capsys, "--file", str(smaller), "--retire")

    rule = Rule.objects.get(permission="ad_campaigns:delete")
    assert told["ended"] == 1
    assert rule.ended_in == JournalEntry.objects.first().change
    assert campaigns_admin.rules.live().count() == 7


def test_a_dropped_level_is_taken_from_groups_and_accounts(unit: Unit, ada: Account, tmp_path: Path) -> None:
    group = GroupFactory(unit=unit)
    set_levels(group, {"units": 1}, actor=ada)
    holder = AccountFactory(unit=unit, levels={"units": 2})
    path = without_module("units", tmp_path)

    with pytest.raises(CommandError, match=r"units@1: 1 group"):
        call_command("load_catalogue", "--file", str(path))
    call_command("load_catalogue", "--file", str(path), "--retire", verbosity=0)

    assert not GroupRole.objects.live().filter(group=group).exists()
    assert not Grant.objects.live().filter(account=holder).exists()
    assert not Role.objects.present().filter(module="units").exists()


def without_module(module: str, folder: Path) -> Path:
    """Write the file without a module and its resources, and return its path."""
    blocks = FILE.read_text().split("\n[")
    gone = {f"resources.{resource.key}" for resource in catalogue().modules[module].resources}
    gone.add(f"modules.{module}")
    heads = [block.split("]")[0] for block in blocks]
    kept = [
        block for head, block in zip(heads, blocks, strict=True) if ".".join(head.split(".")[:2]) not in gone
    ]
    path = folder / "without.toml"
    path.write_text("\n[".join(kept))
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [("[modules", "bad.toml"), ('[modules.campaigns]\nlabel = "x"\n', "actions: is missing")],
)
@pytest.mark.django_db
def test_a_bad_file_is_refused_with_place_and_reason(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)

    with pytest.raises(CommandError, match=said):
        call_command("load_catalogue", "--file", str(path))


def test_the_journal_knows_where_and_why_it_was_loaded(unit: Unit, smaller: Path) -> None:
    call_command("load_catalogue", "--file", str(smaller), "--reason", "first day", verbosity=0)

    entry = JournalEntry.objects.filter(event="catalogue.loaded").first()
    assert (entry.channel, entry.reason, entry.actor_label) == ("cli", "first day", "System")
    assert "@" in entry.address


def test_an_unknown_actor_is_refused(unit: Unit) -> None:
    with pytest.raises(CommandError, match=r"nobody@example\.org"):
        call_command("load_catalogue", "--actor", "nobody@example.org")
