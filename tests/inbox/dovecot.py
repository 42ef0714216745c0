"""A real Dovecot, for tests that fetch mail or put some there."""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dunwell.plugins.mailboxes import imap

DOVECOT = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin")
PASSWORD = "open-sesame"
"""Also the one token that it takes where a client signs in by OAuth."""
CONFIG = """
{version}base_dir = {base}
protocols = imap
listen = 127.0.0.1
auth_mechanisms = plain xoauth2 oauthbearer
ssl = no
{plain}
log_path = {base}/log
default_internal_user = {user}
default_login_user = {login_user}
default_internal_group = {group}
first_valid_uid = 0
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
{mail}
"""
OLD = """
mail_location = maildir:{base}/mail
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}
}}
"""
NEW = """
mail_driver = maildir
mail_path = {base}/mail
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {base}
  }}
}}
"""


@contextmanager
def running() -> Iterator[imap.Config]:
    """Dovecot with one empty mailbox on a port of its own; its folder `Sent` is marked as the one of sent mail."""
    if DOVECOT is None:
        pytest.skip("no dovecot on this machine: apt install dovecot-imapd")
    version = re.match(
        r"(\d+\.\d+\.\d+)", subprocess.run([DOVECOT, "--version"], capture_output=True, text=True).stdout
    )
    assert version
    port = free_port()
    is_new = tuple(map(int, version[1].split("."))) >= (2, 4, 0)
    base = Path("/tmp") / f"dovecot-{port}"  # A socket's path has at most a hundred letters.
    base.mkdir()
    base.chmod(0o755)
    own = pwd.getpwuid(os.getuid())
    # Dovecot neither logs people in as root nor gives root mail.
    mail_user = pwd.getpwnam("nobody") if own.pw_uid == 0 else own
    (base / "mail").mkdir()
    os.chown(base / "mail", mail_user.pw_uid, mail_user.pw_gid)
    values = {
        "base": base,
        "uid": mail_user.pw_uid,
        "gid": mail_user.pw_gid,
        "password": PASSWORD,
    }
    config = base / "test.conf"  # It makes a link of the usual name itself.
    config.write_text(
        CONFIG.format(
            version=f"dovecot_config_version = {version[1]}\ndovecot_storage_version = {version[1]}\n"
            if is_new
            else "",
            plain="auth_allow_cleartext = yes" if is_new else "disable_plaintext_auth = no",
            user=own.pw_name,
            login_user=mail_user.pw_name,
            group=grp.getgrgid(own.pw_gid).gr_name,
            port=port,
            base=base,
            mail=(NEW if is_new else OLD).format(**values),
        )
    )
    log = base / "stderr"
    with log.open("wb") as stderr:
        process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)], stderr=stderr)
    found = imap.Config("127.0.0.1", "maria", PASSWORD, port=port, security="none")
    try:
        _wait_for(port, process, log)
        yield found
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(base, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"dovecot does not start: {log.read_text()[-300:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            threading.Event().wait(0.05)
        else:
            return
    pytest.fail("dovecot did not answer in 20 s")
