"""A headless browser: log in, open charts, take screenshots of dashboards."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

#: No sandbox, because Chromium may run as root; and no requests of its own to the internet.
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--lang=en-US",
    # Superset's pages may name external hosts; only this machine is reachable.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

_WIDTH = 1600

#: Timeout of a page with all its queries.
_SECONDS = 120

#: Whether every chart of a page is drawn, or shows an error.
_IS_DRAWN = """
const slots = [...document.querySelectorAll('[data-test="chart-container"], .chart-container')];
return slots.length >= arguments[0]
    && slots.every(slot => slot.querySelector('.slice_container, [role=alert], .ant-alert, .ant-empty'))
    && !document.querySelector('[data-test="loading-indicator"], .loading');
"""

#: The lower end of the last row of charts.
_HEIGHT = """
const rows = [...document.querySelectorAll('[data-test="chart-container"], .chart-container')];
return Math.ceil(Math.max(...rows.map(row => row.getBoundingClientRect().bottom))) + 40;
"""


class Browser:
    """A headless Chromium that is logged in."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self._driver, self._address = driver, address

    def open_chart(self, chart_id: int) -> None:
        """Open a chart. Superset then saves its queries, which its API needs to return rows."""
        self._driver.get(f"{self._address}/explore/?slice_id={chart_id}")
        self._wait(1)

    def take_screenshot(self, slug: str, charts: int, picture: Path) -> None:
        """Write a screenshot of the whole dashboard as PNG after all its charts are drawn."""
        self._driver.get(f"{self._address}/superset/dashboard/{slug}/?standalone=1&show_filters=1")
        # Charts outside the window are not drawn, so the window must hold all of them.
        self._resize(4000)
        self._wait(charts)
        self._resize(int(self._driver.execute_script(_HEIGHT)))
        time.sleep(3)  # there is no event for the end of the animations
        shot = self._driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        Image.open(BytesIO(base64.b64decode(shot["data"]))).convert("RGB").save(picture, optimize=True)

    def errors(self) -> list[str]:
        """The error messages on the page."""
        elements = self._driver.find_elements(
            By.CSS_SELECTOR, "[role=alert], .ant-alert, .ant-empty-description"
        )
        return [text for element in elements if (text := element.text.strip())]

    def _resize(self, height: int) -> None:
        size = {"width": _WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def _wait(self, charts: int) -> None:
        WebDriverWait(self._driver, _SECONDS).until(lambda d: d.execute_script(_IS_DRAWN, charts))


@contextmanager
def logged_in(address: str, name: str, password: str, *, profile: Path) -> Iterator[Browser]:
    """Start a browser and log in as `name`; `profile` is an empty folder for its files."""
    options = webdriver.ChromeOptions()
    for flag in (*_FLAGS, f"--user-data-dir={profile}", f"--window-size={_WIDTH},1200"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    try:
        driver.get(f"{address}/login/")
        wait = WebDriverWait(driver, _SECONDS)
        wait.until(lambda d: d.find_element(By.ID, "username")).send_keys(name)
        driver.find_element(By.ID, "password").send_keys(password)
        driver.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
        wait.until(lambda d: "/login" not in d.current_url)
        yield Browser(driver, address)
    finally:
        driver.quit()
