"""The pages of pictures, requests, access rules and units, for test_accessibility.py."""

from accounts.models import Account
from adminrights.models import Unit
from tests.asking.acts import asked_by
from tests.factories import GroupFactory, RoleFactory

PAGES = {
    "shortcuts": ["/shortcuts/"],
    "accounts:ask_search": ["/me/ask/", "/me/ask/?q=zzzz"],
    "accounts:ask": ["/me/ask/contacts:export/", "/me/ask/contacts:nothing/"],
    "accounts:give_back": ["/me/give-back/right/{own}/"],
    "accounts:request_list": ["/requests/", "/requests/?q=zzzz"],
    "accounts:request_detail": ["/requests/{request}/"],
    "accounts:request_approve": ["/requests/{request}/approve/?step=key~contacts:export"],
    "accounts:request_decline": ["/requests/{request}/decline/"],
    "accounts:who_has_what": ["/who-has-what/", "/who-has-what/?q=zzzz"],
    "accounts:account_map": ["/accounts/{gwen}/map/"],
    "accounts:role_map": ["/roles/{role}/map/"],
    "accounts:my_map": ["/me/map/"],
    "accounts:overview": ["/overview/"],
    "accounts:least_privilege": ["/least-privilege/", "/least-privilege/?days=30"],
    "accounts:role_replace": ["/least-privilege/roles/{alike}/replace/{twin}/"],
    "accounts:grant_take": ["/accounts/{administrator}/rights/{own}/take/"],
    "accounts:access_rules": ["/access-rules/"],
    "accounts:access_rule_add": ["/access-rules/add/"],
    "accounts:access_rule_create": ["/access-rules/add/both/", "/access-rules/add/least/"],
    "accounts:access_rule": ["/access-rules/{broken}/"],
    "accounts:access_rule_edit": ["/access-rules/{broken}/edit/"],
    "accounts:access_rule_end": ["/access-rules/{broken}/end/"],
    "accounts:waiver_create": ["/access-rules/{broken}/except/"],
    "accounts:waiver_end": ["/access-rules/exceptions/{waiver}/end/"],
    "accounts:unit_list": ["/units/"],
    "accounts:unit_detail": ["/units/{unit}/"],
    "accounts:unit_create": ["/units/{unit}/add/"],
    "accounts:unit_close": ["/units/{unit}/close/"],
    "accounts:unit_limits": ["/units/{unit}/limits/"],
    "accounts:feature_on": ["/units/{unit}/features/sms/on/", "/units/{unit}/features/nonsense/on/"],
    "accounts:feature_off": ["/units/{unit}/features/sms/off/"],
}
WITHOUT_A_PAGE = {
    "progress",
    # Each is shown by a test of its own.
    "design",
    "accounts:who_has_what_export",
    "accounts:request_in_unit",
    "accounts:request_withdraw",
    "accounts:request_close",
}


def asked_of(administrator: Account, person: Account, unit: Unit) -> dict[str, object]:
    """Return what addresses leave open: the unit, a right of the administrator's own, and a request."""
    own = administrator.grants.get()
    mine: dict[str, object] = {"administrator": administrator.pk, "own": own.pk}
    alike, twin = (RoleFactory(unit=unit, rules=["offers:list"]) for _time in range(2))
    GroupFactory(unit=unit, roles=[alike])
    mine |= {"alike": alike.pk, "twin": twin.pk}
    return mine | {"unit": unit.pk, "request": asked_by(person, unit, "For the autumn campaign").pk}
