"""Take the console's libraries from their npm packages into the repository: only the minified files that pages need.

`make vendor` runs it where npm can reach its registry; an installation never does. The result is listed, with versions, licences
and hashes, in `vendor/README.md`.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "src/dunwell/web/console/static/vendor"
SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")
PACKAGES = {
    # package@version → (licence, {file in the package: file here})
    "@tabler/core@1.6.1": (
        "MIT",
        {"dist/css/tabler.min.css": "tabler.min.css", "dist/js/tabler.min.js": "tabler.min.js"},
    ),
    "htmx.org@2.0.11": ("0BSD", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx-LICENSE"}),
    "echarts@6.1.0": ("Apache-2.0", {"dist/echarts.common.min.js": "echarts.min.js", "LICENSE": "echarts-LICENSE"}),
    "@fontsource-variable/inter@5.3.0": (
        "OFL-1.1",
        {
            **{f"files/inter-{part}-wght-normal.woff2": f"inter-{part}.woff2" for part in ("latin", "latin-ext", "cyrillic", "cyrillic-ext")},
            "LICENSE": "inter-LICENSE",
        },
    ),
}  # fmt: skip
ICONS_PACKAGE = ("@tabler/icons@3.51.0", "MIT")
ICONS = (
    "adjustments alert-triangle arrow-back-up arrow-left arrow-right ban bell building building-bank calendar calendar-event "
    "calendar-pause cash chart-bar check checks chevron-down chevron-left chevron-right circle-check clock coins copy "
    "credit-card device-mobile dots download edit eye file-invoice file-text filter flag gavel hand-stop heart-handshake help-circle "
    "history home hourglass id inbox info-circle keyboard language layout-sidebar-left-collapse link list-check list-details lock "
    "logout mail mail-check mail-opened mail-question map-pin menu-2 message message-2 message-circle moon note notes paperclip pencil "
    "percentage phone phone-call phone-off player-pause player-play player-stop plus printer puzzle receipt refresh report rocket route scale "
    "search selector send settings shield shield-check shield-lock speakerphone star sun switch-horizontal table tag template thumb-up timeline "
    "trash trending-up upload user user-check user-off user-plus users wallet x zoom-question"
).split()


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    listed = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for package, (licence, files) in PACKAGES.items():
            with _packed(package, folder) as archive:
                for source, target in files.items():
                    (VENDOR / target).write_bytes(SOURCE_MAP.sub(b"\n", _read(archive, source)))
                    listed.append((target, package, licence))
        package, licence = ICONS_PACKAGE
        with _packed(package, folder) as archive:
            symbols = [_symbol(one, _read(archive, f"icons/outline/{one}.svg").decode()) for one in ICONS]
        (VENDOR / "icons.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n')
        listed.append(("icons.svg", package, licence))
    (VENDOR / "README.md").write_text(_list(listed))


def _packed(package: str, folder: Path) -> tarfile.TarFile:
    said = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True)
    return tarfile.open(folder / said.stdout.split()[-1])


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(f"package/{name}")
    assert member is not None
    return member.read()


def _symbol(name: str, svg: str) -> str:
    """One icon of the sprite; colour and width of its lines come from the page."""
    inner = re.sub(r"\s+", " ", svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]).strip()
    inner = re.sub(r'<path stroke="none"[^>]*/> ?', "", inner)
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>\n'


def _list(listed: list[tuple[str, str, str]]) -> str:
    rows = [
        f"| `{file}` | {package} | {licence} | `{hashlib.sha256((VENDOR / file).read_bytes()).hexdigest()[:16]}` |"
        for file, package, licence in listed
    ]
    head = "# Files of others\n\nTaken by `make vendor` (`tools/vendor_web.py`); source map references are cut, nothing else is changed.\n"
    return "\n".join([head, "| file | package | licence | SHA-256 |", "|---|---|---|---|", *rows, ""])


if __name__ == "__main__":
    main()
