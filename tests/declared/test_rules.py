"""Access rules in a policy file: kept as text, told before they hold, left alone by files without them."""

from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import AccessRule, Account, Waiver
from accounts.services.grants import set_permission
from accounts.services.rules import Wanted, give_waiver, start_rule
from accounts.services.taking_back import take_back
from adminrights.change import SYSTEM
from adminrights.exceptions import RuleBroken
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from tests.declared.chance import DAY
from tests.declared.test_commands import HEAD, edit, export, plan_of
from tests.factories import AccountFactory, UnitFactory
from tests.terminal import run

pytestmark = pytest.mark.django_db
EXPORT, DELETE = "contacts:export", "ad_campaigns:delete"
LIST = 'permission = "contacts:list"'
NOBODY = f'[[rule]]\nkind = "nobody"\npermission = "{EXPORT}"\nunit = "/"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policy.toml"


def live() -> set[str]:
    return {str(rule) for rule in AccessRule.objects.live()}


def add(file: Path, text: str = NOBODY) -> None:
    file.write_text(file.read_text().replace("rule = []\n", "") + "\n" + text)


def test_every_kind_of_rule_stands_in_the_file(
    unit: Unit, ada: Account, campaign_team: Group, file: Path
) -> None:
    assert "rule = []" in export(file)
    left = UnitFactory(name="Left", parent=unit)
    for wanted in (
        Wanted("both", EXPORT, DELETE),
        Wanted("nobody", EXPORT),
        Wanted("group", EXPORT, group=campaign_team),
        Wanted("unit", EXPORT, inside=left),
        Wanted("least", "accounts:update", least=1),
    ):
        start_rule(wanted, unit=unit, actor=SYSTEM, despite=True)

    text = export(file)

    assert text.count("[[rule]]") == 5
    assert NOBODY in text
    assert f'kind = "both"\npermission = "{EXPORT}"\nand = "{DELETE}"\nunit = "/"\n' in text
    assert f'kind = "group"\npermission = "{EXPORT}"\ngroup = "campaign-team in /"\nunit = "/"\n' in text
    assert f'kind = "unit"\npermission = "{EXPORT}"\ninside = "/Left"\nunit = "/"\n' in text
    assert 'kind = "least"\npermission = "accounts:update"\nleast = 1\nunit = "/"\n' in text
    assert (plan_of(file).code, plan_of(file).out) == (0, "no changes\n")


def test_a_new_rule_is_told_with_whom_it_finds_today_and_then_holds(
    unit: Unit, ada: Account, otto: Account, gwen: Account, file: Path
) -> None:
    set_permission(gwen, EXPORT, given=True, actor=SYSTEM, unit=unit)
    export(file)
    add(file)

    planned = plan_of(file)

    assert planned.code == 3
    assert f"+ rule nobody may {EXPORT} in /\n" in planned.out
    assert "This rule doesn't hold today: Nobody may “Export contacts”." in planned.out
    assert "Broken for 1 person (Gwen Group)." in planned.out
    assert not live()
    applied = run("apply", str(file), "--actor", otto.email)
    assert (applied.code, applied.out) == (0, planned.out)
    assert live() == {"Nobody may “Export contacts”"}
    assert plan_of(file).out == "no changes\n"
    with pytest.raises(RuleBroken):
        set_permission(AccountFactory(unit=unit), EXPORT, given=True, actor=SYSTEM, unit=unit)

    take_back(JournalEntry.objects.get(event="policy.applied"), actor=SYSTEM, unit=unit)
    assert not live()


def test_a_rule_that_somebody_changed_by_hand_is_named_and_mended(
    unit: Unit, ada: Account, file: Path
) -> None:
    start_rule(Wanted("nobody", EXPORT), unit=unit, actor=SYSTEM)
    export(file)
    start_rule(Wanted("least", "accounts:update", least=1), unit=unit, actor=SYSTEM)

    planned = plan_of(file, "--format", "json")
    said = "at least 1 can accounts:update in /"
    assert planned.code == 3
    assert planned.data["changes"] == [{"what": "removed", "kind": "rule", "name": said, "details": []}]
    assert f"- rule {said} (it is ended, and with it whoever was let off)" in plan_of(file).out

    assert run("apply", str(file)).code == 0
    assert live() == {"Nobody may “Export contacts”"}


def test_a_file_without_rules_leaves_them_and_an_empty_list_ends_them(
    unit: Unit, ada: Account, gwen: Account, file: Path
) -> None:
    export(file)
    rule = start_rule(Wanted("nobody", EXPORT), unit=unit, actor=SYSTEM)
    give_waiver(rule, gwen, until=timezone.now() + 5 * DAY, reason="Audit", actor=SYSTEM)
    old = file.read_text()
    edit(file, "rule = []\n", "")

    assert plan_of(file).out == "no changes\n"
    assert run("apply", str(file)).code == 0
    assert Waiver.objects.live().count() == 1

    file.write_text(old)
    assert plan_of(file).code == 3
    assert run("apply", str(file)).code == 0
    assert not AccessRule.objects.live().exists()
    assert not Waiver.objects.live().exists()


def test_who_may_not_make_rules_makes_none_by_a_file(
    unit: Unit, ada: Account, helen: Account, file: Path
) -> None:
    export(file)
    add(file)

    assert plan_of(file, "--actor", helen.email).code == 4
    assert run("apply", str(file), "--actor", helen.email).code == 4
    assert not live()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (f'kind = "some"\n{LIST}', "Write one of: both, nobody, group, unit, least."),
        (f"{LIST}", "Every rule needs kind"),
        ('kind = "nobody"\npermission = "contacts:fly"', "There is no permission contacts:fly."),
        (f'kind = "both"\n{LIST}', "A rule of the kind both needs and."),
        (
            f'kind = "nobody"\n{LIST}\nleast = 2',
            "A rule of the kind nobody has no least.",
        ),
        (f'kind = "least"\n{LIST}\nleast = "2"', "least is a number"),
        (f'kind = "least"\n{LIST}\nleast = true', "least is a number"),
        (
            f'kind = "group"\n{LIST}\ngroup = "g in /"',
            "There is no [[group]] g in / in the file.",
        ),
        (
            f'kind = "unit"\n{LIST}\ninside = "/Gone"',
            "There is no [[unit]] /Gone in the file.",
        ),
    ],
)
def test_what_is_no_rule_is_told_with_its_line(rule: str, said: str, unit: Unit, file: Path) -> None:
    file.write_text(f'{HEAD}\n[[rule]]\nunit = "/"\n{rule}\n')

    ran = plan_of(file)

    assert ran.code == 1
    assert said in ran.out
    assert ", line " in ran.out


def test_the_same_rule_twice_is_an_error(unit: Unit, file: Path) -> None:
    file.write_text(f"{HEAD}\n{NOBODY}\n{NOBODY}")

    assert f"The rule nobody may {EXPORT} in / is here twice." in plan_of(file).out
