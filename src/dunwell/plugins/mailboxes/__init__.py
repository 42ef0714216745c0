"""Where mail is fetched from, by the name under which a creditor's configuration asks for it: what opens it, and its `Config`."""

from dunwell.plugins.mailboxes import imap

MAILBOXES = {"imap": (imap.opened, imap.Config)}
