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
        "CONN_MAX_AGE": 60,  # the web alone: a request finds its thread's connection open
        "CONN_HEALTH_CHECKS": True,
    }


DATABASE_URL = os.environ["DUNWELL_DATABASE_URL"]
OWNER_DATABASE_URL = os.environ.get("DUNWELL_OWNER_DATABASE_URL", DATABASE_URL)
DATABASES = {"default": database(DATABASE_URL), "owner": database(OWNER_DATABASE_URL)}
# Whoever copies all of it: reads every row, whatever row-level security says, and may make databases.
BACKUP_DATABASE_URL = os.environ.get("DUNWELL_BACKUP_DATABASE_URL", OWNER_DATABASE_URL)
BACKUPS = paths.backups_dir()

SECRET_KEY = paths.secret("django")
VAULT_KEY = paths.secret("vault")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *os.environ.get("DUNWELL_HOSTS", "").split()]
INSTALLED_APPS = [
    # Before the libraries whose templates they replace.
    "dunwell.web.console",
    "dunwell.web.portal",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "procrastinate.contrib.django",
    "dunwell.store",
]

# The web faces. Sessions, users and messages are lazy: a pay page that asks for none of them neither reads nor writes them.
FACES = os.environ.get("DUNWELL_FACES", "console pay").split()
ROOT_URLCONF = "dunwell.site.urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
SILENCED_SYSTEM_CHECKS: list[str] = []

# Files: made once into the data folder (`site/built.py`), named by their hash, kept by browsers for ever.
BUILT = paths.data_dir() / "built"
STATIC_URL = "/static/"
STATIC_ROOT = BUILT / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Headers. Behind TLS (`DUNWELL_TLS=1`, a proxy that sets X-Forwarded-Proto) cookies and pages never travel in the clear.
IS_TLS = os.environ.get("DUNWELL_TLS") == "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_TLS else None
SECURE_SSL_REDIRECT = IS_TLS
SECURE_REDIRECT_EXEMPT = [r"^(health|ready|metrics)$"]  # asked from the machine itself, past the proxy
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_TLS else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_TLS
SESSION_COOKIE_AGE = 12 * 3600  # a working day
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

# Who may come in.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/login"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "dunwell.web.console.second_factor.Adapter"
MFA_TOTP_ISSUER = "Dunwell"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_HTTP_RESPONSE_CODE = 429

LANGUAGE_CODE = "en"
LANGUAGES = [("ru", "Русский"), ("bg", "Български"), ("en", "English")]
LOCALE_PATHS = [BUILT / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_DIR = Path(paths.data_dir())
# What is counted over all the books lies in files, for whatever process is asked next (`run/summaries.py`).
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "summaries": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "summaries",
        "KEY_PREFIX": DATABASES["default"]["NAME"],
    },
}
METRICS_TOKEN = os.environ.get("DUNWELL_METRICS_TOKEN", "")
# Set up by `dunwell serve` and `dunwell worker`; commands speak to the person before them.
LOGGING_CONFIG = None
CLOCK = "dunwell.site.clock.now"
PROCRASTINATE_IMPORT_PATHS = ["dunwell.run.jobs"]
# Where this machine's own browser finds the faces: links of rehearsed letters lead there.
LOCAL_URL = os.environ.get("DUNWELL_LOCAL_URL", "http://127.0.0.1:8642")
