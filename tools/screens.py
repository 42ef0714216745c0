"""Pictures of the console, for review: `tools/screens.py ADDRESS NAME PASSWORD FOLDER [PAGE …]`.

A page is written as `name=path` (below the address), with `@dark`, `@phone`, `@ru`, `@bg` at the name's end where wanted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip
DESK, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}


def main() -> None:
    address, name, password, folder, *pages = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        state = _signed_in(browser, address, name, password)
        for page in pages:
            _take(browser, address, state, page, Path(folder))
        browser.close()


def _signed_in(browser: Browser, address: str, name: str, password: str) -> dict:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("[name=login]", name)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    state = context.storage_state()
    context.close()
    return dict(state)


def _take(browser: Browser, address: str, state: dict, wish: str, folder: Path) -> None:
    label, _, path = wish.partition("=")
    name, *traits = label.split("@")
    context = browser.new_context(
        storage_state=state if "out" not in traits else None,  # type: ignore[arg-type]
        viewport=PHONE if "phone" in traits else DESK,  # type: ignore[arg-type]
        device_scale_factor=2 if "phone" in traits else 1,
        color_scheme="dark" if "dark" in traits else "light",
    )
    _speak(context, address, next((one for one in traits if one in ("ru", "bg", "en")), "en"))
    page = context.new_page()
    page.on("console", lambda said: print(label, said.type, said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: print(label, "ERROR", error))
    page.goto(address + path, wait_until="networkidle")
    if "drawer" in traits:
        page.wait_for_timeout(400)
    page.screenshot(path=folder / f"{'-'.join([name, *traits])}.png", full_page="whole" in traits)
    context.close()


def _speak(context: BrowserContext, address: str, language: str) -> None:
    context.add_cookies([{"name": "django_language", "value": language, "url": address}])


if __name__ == "__main__":
    main()
