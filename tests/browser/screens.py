"""Which screens the gallery draws, by the shape of the demo and by who looks.

`{account}` and the like stand for the first that the list of such things shows.
"""

# The design page is open where DEBUG is on, and so is this port of the gallery.
WORKSHOP_PORT = 8766
WORKSHOP = f"http://127.0.0.1:{WORKSHOP_PORT}"

# Where the first of a kind is found.
FIRST = {
    "account": "/accounts/?q=hemingway",
    "somebody": "/accounts/",
    "pending": "/accounts/?status=pending",
    "disabled": "/accounts/?status=disabled",
    "group": "/groups/?q=campaign+team",
    "role": "/roles/",
    "request": "/requests/",
    "review": "/reviews/",
    "rule": "/access-rules/",
    "entry": "/log/?outcome=refused",
    "unit": "/units/",
    "below": "/units/#last",
    "letter": "/mailbox/",
}
MANAGEMENT = {
    "accounts": "/accounts/",
    "accounts-found-nothing": "/accounts/?q=zzzz",
    "account-address": "/accounts/add/address/",
    "account-add": "/accounts/add/",
    "account": "/accounts/{account}/",
    "account-edit": "/accounts/{account}/edit/",
    "account-details": "/accounts/{account}/details/",
    "account-disable": "/accounts/{account}/disable/",
    "account-history": "/accounts/{account}/history/",
    "account-past": "/accounts/{account}/past/",
    "account-access": "/accounts/{account}/access/",
    "account-map": "/accounts/{account}/map/",
    "account-why": "/accounts/{account}/access/ad_campaigns:start/",
    "account-pending": "/accounts/{pending}/",
    "account-disabled": "/accounts/{disabled}/",
    "groups": "/groups/",
    "group": "/groups/{group}/",
    "group-add": "/groups/add/",
    "group-edit": "/groups/{group}/edit/",
    "group-roles": "/groups/{group}/roles/",
    "group-levels": "/groups/{group}/levels/",
    "group-delete": "/groups/{group}/delete/",
    "roles": "/roles/",
    "role": "/roles/{role}/",
    "role-map": "/roles/{role}/map/",
    "role-add": "/roles/add/",
    "role-copy": "/roles/{role}/copy/",
    "role-delete": "/roles/{role}/delete/",
    "role-named": "/roles/{role}/permissions/",
    "role-who": "/roles/{role}/who/",
    "rule-add": "/roles/{role}/rules/add/",
    "permissions": "/permissions/",
    "permission": "/permissions/ad_campaigns:update/",
    "permission-who": "/permissions/ad_campaigns:update/who/",
    "permission-past": "/permissions/ad_campaigns:update/past/",
    "find": "/find/?q=mar",
}
OVERSIGHT = {
    "overview": "/overview/",
    "requests": "/requests/",
    "request": "/requests/{request}/",
    "who-has-what": "/who-has-what/",
    "reviews": "/reviews/",
    "review": "/reviews/{review}/",
    "review-add": "/reviews/add/",
    "ends-soon": "/ending/",
    "access-rules": "/access-rules/",
    "access-rule": "/access-rules/{rule}/",
    "access-rule-add": "/access-rules/add/both/",
    "least-privilege": "/least-privilege/",
    "compare": "/compare/?left=account:{account}&right=account:{disabled}",
    "log": "/log/",
    "log-entry": "/log/{entry}/",
    "mail": "/mail/",
    "sign-in-limits": "/sign-in-limits/",
    "collected": "/collected/",
    "mailbox": "/mailbox/",
    "letter": "/mailbox/{letter}/",
    "shortcuts": "/shortcuts/",
    "not-found": "/nowhere/",
}
OWN = {
    "my-access": "/me/",
    "my-map": "/me/map/",
    "my-why": "/me/access/ad_campaigns:update/",
    "my-ask": "/me/ask/",
    "my-profile": "/me/profile/",
    "my-password": "/me/password/",
    "my-security": "/me/security/",
    "refused": "/accounts/",
}
SIGNED_OUT = {
    "sign-in": "/sign-in/",
    "password-reset": "/password/reset/",
    "link-dead": "/invitation/1-broken/",
    "design": f"{WORKSHOP}/design/",
}
UNITS = {
    "units": "/units/",
    "unit": "/units/{unit}/",
    "unit-add": "/units/{unit}/add/",
    "unit-limits": "/units/{unit}/limits/",
    "unit-move": "/units/{below}/move/",
    "role-matrix": "/matrix/",
    "account-units": "/accounts/{somebody}/units/",
    "account-levels": "/accounts/{somebody}/levels/",
}
# These are pages that say no.
REFUSALS = {"not-found", "refused", "link-dead"}
# By the shape of the demo: who looks at what. An empty name is a stranger.
SCREENS: dict[str, dict[str, dict[str, str]]] = {
    "company": {
        "": SIGNED_OUT,
        "Administrator": MANAGEMENT | OVERSIGHT,
        "Customer support": OWN,
        "Newcomer": {"my-access-empty": "/me/"},
    },
    "admin-unit": {"anybody": UNITS},
}
