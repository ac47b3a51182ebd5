"""The commands `export_policy`, `plan` and `apply`, as somebody types them."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Account
from accounts.services.taking_back import take_back
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from groups.services import add_members
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, UnitFactory
from tests.terminal import Ran, run

HEAD = 'format = 1\norganisation = "Northwind"\npeople = false\n\n[[unit]]\nunit = "/"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policy.toml"


def export(file: Path, *words: str) -> str:
    file.write_text(run("export_policy", *words).out)
    return file.read_text()


def edit(file: Path, old: str, new: str) -> None:
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))


def plan_of(file: Path, *words: str) -> Ran:
    return run("plan", str(file), *words)


def test_people_stand_in_the_file_only_when_asked_for(gwen: Account, file: Path) -> None:
    assert gwen.email not in export(file)
    assert gwen.email in export(file, "--people")


def test_a_rule_that_the_file_does_not_have_is_taken_away_and_the_plan_says_from_whom(
    gwen: Account, otto: Account, file: Path
) -> None:
    export(file)
    edit(file, '    "ad_campaigns:delete",\n', "")

    planned = plan_of(file)

    assert planned.code == 3
    assert "~ role campaigns_admin\n    - permissions: ad_campaigns:delete\n" in planned.out
    assert "Gwen Group loses: Ad campaigns (Delete)" in planned.out
    assert run("apply", str(file), "--dry-run").out == planned.out
    assert gwen.has_perm("ad_campaigns:delete", otto.unit_accesses.get().unit)

    applied = run("apply", str(file), "--actor", otto.email, "--reason", "Spring cleaning")

    assert (applied.code, applied.out) == (0, planned.out)
    assert not Account.objects.get(pk=gwen.pk).has_perm("ad_campaigns:delete", otto.unit_accesses.get().unit)
    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, entry.actor, entry.reason) == ("policy.applied", otto, "Spring cleaning")
    assert (plan_of(file).code, plan_of(file).out) == (0, "no changes\n")


def test_what_machines_read_names_people_and_rights(gwen: Account, file: Path) -> None:
    export(file)
    edit(file, '    "ad_campaigns:delete",\n', "")

    told = plan_of(file, "--format", "json").data

    lost = {"email": gwen.email, "unit": "/", "gained": [], "lost": ["ad_campaigns:delete"]}
    assert told["effects"] == [lost]
    details = ["- permissions: ad_campaigns:delete"]
    assert told["changes"] == [
        {"what": "changed", "kind": "role", "name": "campaigns_admin", "details": details}
    ]


def test_nothing_to_do_leaves_no_entry(gwen: Account, file: Path) -> None:
    export(file, "--people")
    entries = JournalEntry.objects.count()

    applied = run("apply", str(file))

    assert (applied.code, applied.out) == (0, "no changes\n")
    assert JournalEntry.objects.count() == entries


def test_all_errors_are_told_at_once_with_their_lines(unit: Unit, file: Path) -> None:
    file.write_text(
        HEAD
        + 'features = ["no_feature"]\n'  # 7
        + '[[unit]]\nunit = "/Gone/Here"\n'  # 9
        + '[[role]]\nname = "Bad Name"\ndisplay_name = "Bad"\nwrong = 1\n'  # 11, 13
        + 'permissions = ["contacts:fly", { is = "contacts:list", until = "soon" }]\n'  # 14
        + '[[group]]\nname = "g"\nunit = "/Nowhere"\nroles = ["missing"]\n'  # 15, 17, 18
    )

    ran = plan_of(file)

    assert ran.code == 1
    lines = [int(line.split(", line ")[1].split(":")[0]) for line in ran.out.splitlines()]
    assert lines == [7, 8, 11, 13, 14, 14, 15, 17, 18]
    assert "There is no permission contacts:fly." in ran.out
    assert "9 errors" in ran.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"format = ", "This is no TOML"),
        (b"format = 1\n# \xff\n", "line 2: This is no UTF-8"),
        (b"x = " + b"[" * 9_000, "too deep"),
        (b"", "format = 1"),
        (HEAD.replace("1", "2").encode(), "line 1: Write: format = 1"),
        (b"role = 3\n" + HEAD.encode(), "Begin each role with [[role]]"),
        (HEAD.encode() + b'[[group]]\nname = 3\nunit = "/"\n', "is a text"),
        (HEAD.encode() + b"[[role]]\npermissions = 3\n", "is a list"),
        (HEAD.encode() + b'[[person]]\nemail = "a@example.org"\n', "people = true"),
        (HEAD.encode() + b'[[unit]]\nunit = "/"\n', "here twice"),
        (HEAD.replace('"/"', '"/a\\u0000"').encode(), "invisible"),
        (HEAD.replace("Northwind", "Elsewhere").encode(), "There is no organisation"),
    ],
)
def test_whatever_the_file_holds_it_is_answered_and_changes_nothing(
    content: bytes, said: str, unit: Unit, file: Path
) -> None:
    file.write_bytes(content)
    entries = JournalEntry.objects.count()

    for command in ("plan", "apply"):
        ran = run(command, str(file))
        assert ran.code == 1
        assert said in ran.out + ran.err

    assert JournalEntry.objects.count() == entries


def test_a_file_that_is_not_there(unit: Unit, tmp_path: Path) -> None:
    assert plan_of(tmp_path / "missing.toml").code == 1
    assert plan_of(Path("nul\0")).code == 1


def test_whoever_may_not_is_refused_and_nothing_is_changed(gwen: Account, helen: Account, file: Path) -> None:
    export(file)
    edit(file, '    "ad_campaigns:delete",\n', "")

    planned = plan_of(file, "--actor", helen.email)
    applied = run("apply", str(file), "--actor", helen.email)

    assert (planned.code, applied.code) == (4, 4)
    assert "ad_campaigns:delete" in planned.out
    assert JournalEntry.objects.latest("sequence").outcome == "refused"
    assert plan_of(file).code == 3


def test_nobody_gives_by_a_file_what_he_may_not_pass_on(
    gwen: Account, otto: Account, nemo: Account, unit: Unit, file: Path
) -> None:
    steps = ["accounts:list", "accounts:update", "group_members:create", "access:assign", "roles:update"]
    clerk = AccountFactory(first_name="Clara", unit=unit, permissions=steps)
    export(file, "--people")
    edit(file, f'email = "{nemo.email}"', f'email = "{nemo.email}" # 1')
    start = file.read_text().index("# 1")
    text = file.read_text()
    access = text.index('    "/",\n]\n', start) + len('    "/",\n]\n')
    file.write_text(f'{text[:access]}permissions = ["contacts:export in /"]\n{text[access:]}')

    ran = run("apply", str(file), "--actor", clerk.email)

    assert ran.code == 4
    assert "You may not give Nemo Nobody" in ran.err
    assert run("apply", str(file), "--actor", otto.email).code == 0
    assert nemo.grants.get().permission_id == "contacts:export"


def test_the_last_administrator_and_the_owner_stay(ada: Account, unit: Unit, file: Path) -> None:
    export(file, "--people")
    edit(file, 'levels = [\n    "admin_rights:write in /",\n]\n', "")

    assert run("apply", str(file)).code == 4
    assert "Nobody could administer" in plan_of(file).err


def test_a_new_person_is_pending_and_gets_no_mail(
    unit: Unit, ada: Account, file: Path, mailoutbox: list[object]
) -> None:
    export(file, "--people")
    with file.open("a") as text:
        text.write('[[person]]\nemail = "Nora@example.org"\nfirst_name = "Nora"\nlast_name = "New"\n')
        text.write('access = ["/"]\nlevels = [{ is = "customers:read in /", until = 2099-12-31 }]\n')

    planned = plan_of(file)
    assert run("apply", str(file)).code == 0

    nora = Account.objects.get(email="Nora@example.org")
    assert (nora.status, nora.invitations.count(), mailoutbox) == ("pending", 0, [])
    assert nora.grants.get().expires_at.year == 2099
    assert "+ person Nora@example.org (pending if new, and no invitation is sent)" in planned.out
    assert "    + levels: customers:read in / (until 2099-12-31T23:59:59.999999Z)" in planned.out
    assert plan_of(file).out == "no changes\n"


def test_whoever_is_not_in_a_file_with_people_loses_access(gwen: Account, ada: Account, file: Path) -> None:
    export(file, "--people")
    text = file.read_text()
    start = text.index(f'[[person]]\nemail = "{gwen.email}"')
    end = text.find("[[person]]", start + 1)
    file.write_text(text[:start] + (text[end:] if end > 0 else ""))

    assert f"- person {gwen.email} (all access to the organisation ends" in plan_of(file).out
    assert run("apply", str(file)).code == 0
    assert not gwen.unit_accesses.not_ended().exists()
    assert gwen.status == "active"


def test_units_groups_and_roles_come_and_go(
    unit: Unit, nemo: Account, campaign_team: Group, file: Path
) -> None:
    everywhere = {"includes_subunits": True}
    chief = AccountFactory(unit=unit, levels={"admin_rights": 2}, access=everywhere)
    old = UnitFactory(name="Old", parent=unit)
    gone = GroupFactory(unit=old, display_name="Gone", members=[nemo])
    export(file)
    edit(file, '[[unit]]\nunit = "/Old"\n\n', '[[unit]]\nunit = "/New"\n\n[[unit]]\nunit = "/New/Deep"\n\n')
    text = file.read_text()
    file.write_text(text[: text.index("[[role]]")])
    with file.open("a") as out:
        out.write('[[role]]\nname = "r"\ndisplay_name = "R"\npermissions = ["contacts:list"]\n')
        out.write('[[group]]\nname = "g"\nunit = "/New/Deep"\ndisplay_name = "G"\n')
        out.write('roles = ["r", "built-in:customers_read"]\n')

    planned = plan_of(file).out
    assert run("apply", str(file), "--actor", chief.email).code == 0

    for line in ("- unit /Old (", "- group gone in /Old (", "- role campaigns_admin (", "+ role r\n"):
        assert line in planned
    made = Group.objects.present().get(name="g")
    assert made.unit.name == "Deep"
    assert sorted(made.role_facts.values_list("role__name", flat=True)) == ["customers_read", "r"]
    for thing in (gone, campaign_team):
        thing.refresh_from_db()
        assert thing.deleted_at
    assert Unit.objects.get(pk=old.pk).closed_at
    assert plan_of(file).out == "no changes\n"


def test_an_applied_file_can_be_taken_back(
    unit: Unit, nemo: Account, campaign_team: Group, file: Path
) -> None:
    everywhere = {"includes_subunits": True}
    chief = AccountFactory(unit=unit, levels={"admin_rights": 2}, access=everywhere)
    GroupFactory(unit=UnitFactory(name="Old", parent=unit), display_name="Gone", members=[nemo])
    before = export(file, "--people")
    export(file)
    edit(file, '[[unit]]\nunit = "/Old"\n', '[[unit]]\nunit = "/New"\n')
    file.write_text(file.read_text().split("[[group]]")[0])
    assert run("apply", str(file), "--actor", chief.email).code == 0

    entry = JournalEntry.objects.get(event="policy.applied")
    take_back(entry, actor=SYSTEM, unit=unit)

    assert export(file, "--people") == before


def test_what_has_run_out_or_begun_since_the_export_is_no_difference(
    unit: Unit, ada: Account, nemo: Account, campaign_team: Group, file: Path
) -> None:
    add_members(campaign_team, [nemo], actor=SYSTEM)
    export(file, "--people")
    day = (timezone.now() - timedelta(days=2)).date()
    edit(file, '    "campaign-team in /",', f'    {{ is = "campaign-team in /", from = {day} }},')
    assert plan_of(file).out == "no changes\n"

    edit(file, f"from = {day}", f"until = {day}")
    assert "- groups: campaign-team in /" in plan_of(file).out


def test_other_organisations_are_left_alone_and_not_told(
    unit: Unit, ada: Account, gwen: Account, file: Path
) -> None:
    other = UnitFactory(name="Elsewhere")
    stranger = AccountFactory(first_name="Stella", unit=other, levels={"customers": 2})
    file.write_text(run("export_policy", "--people", "--organisation", "Northwind").out)

    assert stranger.email not in file.read_text()
    assert run("export_policy").code == 1
    edit(file, "people = true", "people = false")
    file.write_text(file.read_text()[: file.read_text().index("[[role]]")])
    assert run("apply", str(file)).code == 0
    assert stranger.grants.live().count() == 1
    assert Role.objects.present().own().count() == 0
