"""A real browser, headless, for tests: Chromium and its driver from the system's packages."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

DRIVER, BROWSER = shutil.which("chromedriver"), shutil.which("chromium")
FLAGS = (  # without a screen, and without a network
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-quic", "--window-size=1200,1600"),
)

needs_browser = pytest.mark.skipif(
    not (DRIVER and BROWSER), reason="no chromium and chromedriver on this machine"
)


class Browser:
    """Shows files, and knows what they have asked for and complained of."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def show(self, path: Path) -> None:
        """Open a file, and forget what was before it."""
        self.driver.get("about:blank")
        self.complaints()
        self.requests()
        self.driver.get(path.resolve().as_uri())

    def run(self, script: str, *words: Any) -> Any:
        """What a function body in JavaScript returns."""
        return self.driver.execute_script(script, *words)

    def complaints(self) -> list[str]:
        """What was logged since the last question; warnings, too."""
        return [entry["message"] for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """All that was asked for since the last question, but for what pages hold themselves."""
        messages = [json.loads(entry["message"]) for entry in self._log("performance")]
        sent = [m["message"] for m in messages]
        urls = [
            m["params"]["request"]["url"]
            for m in sent
            if m["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in urls if not url.startswith("data:")]

    def _log(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return found

    def media(self, **features: str) -> None:
        """As a printer shows it, or somebody who prefers the dark."""
        kind = features.pop("media", "")
        wanted = [{"name": f"prefers-{name}", "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"media": kind, "features": wanted}
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    options = ChromeOptions()
    options.binary_location = BROWSER or ""
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options, ChromeService(DRIVER))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
