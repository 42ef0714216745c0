"""What the web server's process loads; the database was started by `dunwell serve`."""

from __future__ import annotations

import logging.config

from django.core.wsgi import get_wsgi_application

from dunwell.site import boot, logs

logging.config.dictConfig(logs.LOGGING)
boot.set_up()
application = get_wsgi_application()
