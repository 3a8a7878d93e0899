"""Debian's Chromium; nothing is downloaded."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Playwright


def chromium() -> str | None:
    """Where the browser is, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def open_browser(playwright: Playwright) -> Browser:
    """The browser without a window; its sandbox does not work for root."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(
        executable_path=chromium(), args=[*root, "--autoplay-policy=no-user-gesture-required"]
    )
