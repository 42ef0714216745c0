"""Django's settings. Two database aliases of one database: `default` is the application's role, which row-level security
binds; `owner` owns the tables and is used for migrations alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from dunwell.site import paths


def database(url: str) -> dict[str, object]:
    """Django's form of a `postgresql://` address; a socket folder is given as `?host=/folder`."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = query.pop("host", None) or (parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(query.pop("port", None) or parts.port or ""),
        "OPTIONS": query,
        "CONN_MAX_AGE": 0,
    }


DATABASE_URL = os.environ["DUNWELL_DATABASE_URL"]
OWNER_DATABASE_URL = os.environ.get("DUNWELL_OWNER_DATABASE_URL", DATABASE_URL)
DATABASES = {"default": database(DATABASE_URL), "owner": database(OWNER_DATABASE_URL)}

SECRET_KEY = paths.secret("django")
VAULT_KEY = paths.secret("vault")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *os.environ.get("DUNWELL_HOSTS", "").split()]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "dunwell.store",
]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
ROOT_URLCONF = "dunwell.site.urls"
LANGUAGE_CODE = "en"
LANGUAGES = [("ru", "Русский"), ("bg", "Български"), ("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_DIR = Path(paths.data_dir())
LOGGING_CONFIG = None
CLOCK = "dunwell.site.clock.now"
PROCRASTINATE_IMPORT_PATHS = ["dunwell.run.jobs"]
# Where this machine's own browser finds the faces: links of rehearsed letters lead there.
LOCAL_URL = os.environ.get("DUNWELL_LOCAL_URL", "http://127.0.0.1:8000")
