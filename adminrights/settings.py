"""All settings. Every value that differs between installations comes from the environment."""

import os
import secrets
import sys
from pathlib import Path

import bootstrap
import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from adminrights import logs
from adminrights.providers import missing_proof
from adminrights.safety import is_public, weakness_of, wrong_networks

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"
env = environ.Env()


def local_secret_key() -> str:
    """Return the key of a demo or development machine, made once and kept out of the repository."""
    LOCAL_DIR.mkdir(mode=0o700, exist_ok=True)
    path = LOCAL_DIR / "secret_key"
    if not path.exists():
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text()


# PRODUCTION is the safe default: development and the demo ask for their freedoms by name.
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
PRODUCTION = not (DEMO or DEBUG)

if SECRET := env.str("SECRET_KEY", default=""):
    SECRET_KEY = SECRET
elif PRODUCTION:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Give it 50 random characters, or set DEMO=1 to try the product."
    )
else:
    SECRET_KEY = local_secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Every link in a mail is signed with one of them: whoever guesses it can be anybody.
for name, key in [
    ("SECRET_KEY", SECRET_KEY),
    *(("SECRET_KEY_FALLBACKS", old) for old in SECRET_KEY_FALLBACKS),
]:
    if PRODUCTION and (weakness := weakness_of(key)):
        raise ImproperlyConfigured(f"{name} {weakness}")

# Links in mails are made from this address, never from what a request says of itself.
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
if not PRODUCTION and is_public(BASE_URL):
    raise ImproperlyConfigured(
        "DEMO and DEBUG open doors: they are for this machine, not for a BASE_URL that others can reach."
    )
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[environ.urlparse(BASE_URL).hostname, "127.0.0.1", "localhost"]
)

if PRODUCTION and any(str(host).strip().startswith("*") for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS names every host. Name yours.")

INSTALLED_APPS = [
    "adminrights",
    "roles",
    "groups",
    "accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "guardian",
    "anymail",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "lucide",
    "csp",
]

MIDDLEWARE = [
    # The first three dress every answer: redirects, static files and refusals of the others, too.
    "adminrights.middleware.NoStoreMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "adminrights.probes.ProbeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # A long list is a tenth of its size on the wire; each answer's length is blurred, against guessing by it.
    "django.middleware.gzip.GZipMiddleware",
    "adminrights.middleware.OriginMiddleware",
    "adminrights.languages.LanguageMiddleware",
    "adminrights.middleware.CleanTextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "adminrights.languages.OwnLanguageMiddleware",
    "accounts.sign_in.middleware.LimitsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "adminrights.middleware.UnitMiddleware",
    "accounts.uses.UsesMiddleware",
    "accounts.sign_in.middleware.FactorMiddleware",
    "accounts.sign_in.middleware.ProofMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "adminrights.once.OnceMiddleware",
]

MESSAGE_STORAGE = "adminrights.undo.Messages"

ROOT_URLCONF = "adminrights.urls"
WSGI_APPLICATION = "adminrights.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "adminrights.context_processors.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{LOCAL_DIR / 'db.sqlite3'}"),
}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    LOCAL_DIR.mkdir(mode=0o700, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # A change locks at its start, so that two never read the same state and then both write.
        "transaction_mode": "IMMEDIATE",
        # SQLite keeps no queue, so of fifty at once the last waits for long; who waits longer is told so.
        "timeout": 15,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Nobody waits for ever: for the server, for a lock, for somebody who fell asleep holding one.
    waits = "-c lock_timeout=15s -c idle_in_transaction_session_timeout=60s"
    DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5, "options": waits} | DATABASES["default"].get(
        "OPTIONS", {}
    )
# Public age keys: backups can be read by their holders, not by this machine.
BACKUP_RECIPIENTS = env.list("BACKUP_RECIPIENTS", default=[])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What is counted against guessing, and which one-time codes were used, must hold for every process. The
# table comes with the migrations. An attacker may not push entries out, so there is room for many.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "adminrights_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# Accounts and sign-in
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["accounts.backends.AccessBackend"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
# django-allauth leads through the steps of signing in; addresses, mails and passwords stay ours.
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "accounts.sign_in.secrets.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A clock may be half a minute off; accounts/services/factors.py sees to it that no code works twice.
MFA_TOTP_TOLERANCE = 1
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers let passkeys be tried on http://localhost; anywhere else it must be https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Whether the first administrator of a new organisation finds the second factor required for whoever can
# hand out rights; each organisation can switch it.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=PRODUCTION)
ACCOUNT_RATE_LIMITS = {
    # Wrong codes of one account, in the second step and when one proves who one is.
    "login_failed": "10/15m/key",
    # Each key is a browser, or an address from which requests come; see accounts/sign_in/throttle.py.
    "sign_in_known": "10/15m/key",
    "sign_in_source": "30/15m/key",
    "reset_source": "20/15m/key",
}
PASSWORD_HASHERS = [
    "accounts.sign_in.hashing.PatientArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.sign_in.password_rules.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.sign_in.password_rules.GuessedValidator"},
]
PASSWORD_RESET_TIMEOUT = env.int("PASSWORD_RESET_SECONDS", default=3600)
# An owner may be required to work in no other organisation; most don't ask for that.
EXCLUSIVE_OWNERS = env.bool("EXCLUSIVE_OWNERS", default=False)
INVITATION_DAYS = env.int("INVITATION_DAYS", default=3)
LOCK_AFTER_FAILURES = env.int("LOCK_AFTER_FAILURES", default=10)
# A lock ends by itself, so that nobody can shut somebody else out for good.
LOCK_MINUTES = env.int("LOCK_MINUTES", default=15)
# Every refused sign-in and every request for a reset takes this long, whatever was looked up and hashed.
STEADY_SECONDS = env.float("STEADY_SECONDS", default=1.0)

# guardian keeps rights to single items. It must neither invent an account nor touch our groups.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
# Its backend stays out: asked about another app's permission it raises instead of refusing.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

# Mail: any of anymail's providers, or SMTP. MAIL_PROVIDER=mailgun with ANYMAIL_MAILGUN_API_KEY=…
MAIL_PROVIDER = env.str("MAIL_PROVIDER", default="")
MAILBOX_DIR = Path(env.str("MAILBOX_DIR", default=str(LOCAL_DIR / "mailbox")))
if MAIL_PROVIDER == "smtp":
    vars().update(env.email("MAIL_URL"))
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
elif MAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
elif DEMO or DEBUG:
    EMAIL_BACKEND = "adminrights.mailbox.EmailBackend"
else:
    EMAIL_BACKEND = "adminrights.mailbox.RefusingEmailBackend"
# Shorter than a lease, so that no mail is taken over while its worker still waits for an answer.
EMAIL_TIMEOUT = env.int("MAIL_TIMEOUT_SECONDS", default=15)
# What a provider can't do (tags, metadata, no tracked links) it may leave out: the mail matters more.
ANYMAIL = {"IGNORE_UNSUPPORTED_FEATURES": True} | {
    name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")
}
ANYMAIL["REQUESTS_TIMEOUT"] = EMAIL_TIMEOUT
# Providers report at /webhooks/mail/<provider>/ what became of a mail. Nobody else may.
MAIL_WEBHOOK = env.bool("MAIL_WEBHOOK", default=MAIL_PROVIDER not in {"", "smtp"})
if MAIL_WEBHOOK and (missing := missing_proof(MAIL_PROVIDER, ANYMAIL)):
    if PRODUCTION:
        raise ImproperlyConfigured(f"Anybody could report on mails. {missing}")
    MAIL_WEBHOOK = False
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="Admin & Rights <rights@example.org>")
# And so short that a dead worker's mails are on their way again within a minute.
MAIL_LEASE_SECONDS = env.int("MAIL_LEASE_SECONDS", default=45)

# How many days before a right ends by itself the person, and whoever gave it, are told.
REMIND_DAYS = env.list("REMIND_DAYS", cast=int, default=[7, 1])
if any(days < 0 or days > 365 for days in REMIND_DAYS):
    raise ImproperlyConfigured("REMIND_DAYS are numbers of days from 0 to 365: REMIND_DAYS=7,1")

# For how long it is kept when somebody last used a right; 0 records nothing and forgets what is kept. Least
# privilege looks back half a year.
KEEP_USES_DAYS = env.int("KEEP_USES_DAYS", default=400)
if KEEP_USES_DAYS and not 180 <= KEEP_USES_DAYS <= 3660:
    raise ImproperlyConfigured("KEEP_USES_DAYS is 0, or a number of days from 180 to 3660.")

# Static files come from packages or are ours.
STATIC_URL = "static/"
STATIC_ROOT = LOCAL_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", Path(bootstrap.__path__[0])),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "generic/table.html"

# Each in its own words: whoever looks for his language may not read any other.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")]
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-gb")
if LANGUAGE_CODE.partition("-")[0] not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"LANGUAGE_CODE: choose one of {', '.join(dict(LANGUAGES))}.")
LOCALE_PATHS = [BASE_DIR / "adminrights" / "locale"]
FORMAT_MODULE_PATH = ["adminrights.formats"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True

# One JSON object a line for machines that collect logs, lines of text for people.
LOG_FORMAT = env.str("LOG_FORMAT", default="json" if PRODUCTION else "text")
try:
    LOGGING = logs.configuration(
        LOG_FORMAT, env.str("LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")
    )
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from error

# Security
SECURE = BASE_URL.startswith("https://")
if PRODUCTION and not SECURE and "test" not in sys.argv[1:2]:
    raise ImproperlyConfigured("BASE_URL must begin with https:// in production.")
SECURE_SSL_REDIRECT = SECURE
# Probes come from inside, past the proxy that speaks HTTPS.
SECURE_REDIRECT_EXEMPT = [r"^health/(live|ready)$", r"^metrics$"]
SECURE_HSTS_SECONDS = 63_072_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
if TRUSTED_PROXY_HEADER := env.str("TRUSTED_PROXY_HEADER", default=""):
    SECURE_PROXY_SSL_HEADER = (TRUSTED_PROXY_HEADER, "https")
# How many proxies of ours stand in front; each adds the address it saw to X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# From where /health/… and /metrics are answered; to everybody else they aren't there.
LOCAL_NETWORKS = ["127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
HEALTH_ALLOWED = env.list("HEALTH_ALLOWED", default=LOCAL_NETWORKS)
if wrong := wrong_networks(HEALTH_ALLOWED):
    raise ImproperlyConfigured(f"HEALTH_ALLOWED: {wrong[0]} is no network. Write 10.0.0.0/8 or 192.0.2.7.")
# How long a mail whose time has come may lie there until the mail worker counts as gone.
HEALTH_OUTBOX_SECONDS = env.int("HEALTH_OUTBOX_SECONDS", default=300)
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", default=43_200)
SESSION_COOKIE_SAMESITE = "Lax"
# A session ends so long after its beginning, and sooner when nothing is done in it.
SESSION_IDLE_SECONDS = 60 * env.int("SESSION_IDLE_MINUTES", default=60)
ADMINISTRATOR_IDLE_SECONDS = 60 * env.int("ADMINISTRATOR_IDLE_MINUTES", default=30)
# How long it counts that somebody proved who they are, before what matters most.
PROOF_SECONDS = 300
BROWSER_COOKIE_NAME = "__Host-known" if SECURE else "known"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "adminrights.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "report-uri": ["/reports/policy/"],
    }
}
