"""Checks an evidence file: every file against its SHA-256 sum, every link of the audit chain against the one before.

Run it in the folder into which the archive was unpacked: python3 verify.py. It needs nothing but Python and changes nothing.
"""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    wrong = [*wrong_files(), *wrong_links()]
    for what in wrong:
        print(f"WRONG  {what}")
    print("NOT VERIFIED" if wrong else "OK: every file has its sum, every link follows from the one before")
    return 1 if wrong else 0


def wrong_files() -> list[str]:
    wrong, listed = [], {"SHA256SUMS"}
    for line in (HERE / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed.add(name)
        place = HERE / name
        if not place.is_file() or hashlib.sha256(place.read_bytes()).hexdigest() != digest:
            wrong.append(f"file {name}")
    here = {str(one.relative_to(HERE)).replace("\\", "/") for one in HERE.rglob("*") if one.is_file()}
    return wrong + [f"file {name} is not in the list" for name in sorted(here - listed)]


def wrong_links() -> list[str]:
    wrong = []
    before = None
    for link in json.loads((HERE / "audit.json").read_text("utf-8")):
        if before is not None and link["previous"] != before:
            wrong.append(f"link {link['sequence']} does not follow")
        before = link["chained"]
        if "subject" in link:
            parts = (link[name] for name in ("previous", "kind", "actor", "subject", "count", "digest"))
            if hashlib.sha256(":".join(parts).encode()).hexdigest() != link["chained"]:
                wrong.append(f"link {link['sequence']} says another thing than its hash")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
