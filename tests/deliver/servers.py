"""Real mail servers in processes of their own, and a process that delivers and may be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

# Writes the Message-ID of every message it takes, before it says so; replies late by a random few milliseconds.
SINK = """
import asyncio, random, re, sys
from aiosmtpd.smtp import SMTP

taken = open(sys.argv[1], "ab", buffering=0)
rng = random.Random(7)

class Sink:
    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(rng.random() * 0.004)
        taken.write(re.search(rb"Message-ID: (\\S+)", envelope.content).group(1) + b"\\n")
        await asyncio.sleep(rng.random() * 0.004)
        return "250 taken"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""

# Ready to work, it forks for every line it reads: the child delivers and is the one that is killed.
DELIVERER = """
import os, sys, time
import django
django.setup()
from datetime import datetime
from django.db import connection
from dunwell.plugins.channels.smtp import Config, Smtp
from dunwell.run.deliver import deliver

creditor, port, connections, now = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), datetime.fromisoformat(sys.argv[4])
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
        way = Smtp(Config(host="127.0.0.1", port=port, security="none", connections=connections, per_domain_per_minute=0))
        while True:
            report = deliver(creditor, now, {"email": way})
            if report.halted != "another process is sending":
                break
            time.sleep(0.005)  # the killed one's database session has not noticed yet
        print("done", report, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


@contextmanager
def sink(taken: Path):
    """An SMTP server's port; `taken` gets a line per message that it took."""
    with _running([sys.executable, "-c", SINK, str(taken)]) as process:
        yield int(process.stdout.readline())


@contextmanager
def deliverer(creditor_id: int, port: int, connections: int, now):
    arguments = [str(creditor_id), str(port), str(connections), now.isoformat()]
    with _running([sys.executable, "-c", DELIVERER, *arguments]) as process:
        yield process


@contextmanager
def _running(command):
    source = str(Path(__file__).parents[2] / "src")
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
