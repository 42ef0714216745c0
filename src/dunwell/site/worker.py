"""`dunwell worker`: does what is due; start as many as you like, on any machine."""

from __future__ import annotations

import logging.config
import os
import socket
from typing import Annotated

import typer

from dunwell.run import jobs
from dunwell.site import logs


def worker(concurrency: Annotated[int, typer.Option(help="Jobs at once.")] = 2) -> None:
    """Deliver what is due, run each creditor's day in its morning, rescue what dead workers left. Ctrl-C ends it cleanly."""
    logging.config.dictConfig(logs.LOGGING)
    jobs.work(name=f"{socket.gethostname()}-{os.getpid()}", concurrency=concurrency)
