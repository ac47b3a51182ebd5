"""Which proof each mail provider's reports carry, and whether it is set. Plain values: settings read it."""

from collections.abc import Mapping

# The setting of anymail that holds the key with which a provider signs its reports.
SIGNED_WITH = {
    "mailersend": "MAILERSEND_SIGNING_SECRET",
    "mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY",
    "mailtrap": "MAILTRAP_TRACKING_SECRET",
    "mandrill": "MANDRILL_WEBHOOK_KEY",
    "postal": "POSTAL_WEBHOOK_KEY",
    "resend": "RESEND_SIGNING_SECRET",
    "sendgrid": "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",
    "unisender_go": "UNISENDER_GO_API_KEY",
}
# The others call with a name and a password, set here and entered there.
SHARED = "WEBHOOK_SECRET"
SHORTEST_SECRET = 24


def missing_proof(provider: str, anymail: Mapping[str, object]) -> str:
    """Return what to set so that nobody else can report on our mails; empty when it is set (M3)."""
    key = SIGNED_WITH.get(provider, SHARED)
    shared = str(anymail.get(SHARED, ""))
    if SHARED in anymail and (":" not in shared or len(shared) < SHORTEST_SECRET):
        return f"ANYMAIL_{SHARED} must be name:password, {SHORTEST_SECRET} characters or more."
    if key != SHARED and anymail.get(key):
        return ""
    if shared:
        return ""
    return f"Set ANYMAIL_{key}, with which the reports of {provider} are checked, or MAIL_WEBHOOK=0."
