"""The product's settings with the static files packed, as `collectstatic` leaves them in production."""

import os
from pathlib import Path

from adminrights.settings import *  # noqa: F403

STATIC_ROOT = Path(os.environ["BENCH_FOLDER"]) / "static"
STORAGES |= {  # noqa: F405
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False
