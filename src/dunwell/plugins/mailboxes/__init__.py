"""Where mail is fetched from, by the name under which a creditor's configuration asks for it: what opens it, and its `Config`."""

from dunwell.plugins.mailboxes import imap, sent_folder

MAILBOXES = {"imap": (imap.opened, imap.Config)}
SENT_FOLDERS = {"imap": (sent_folder.opened, imap.Config)}
"""Where copies of sent mail are put, likewise."""
