"""What a person would do with a browser: log in, open each chart, look at the dashboards."""

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

#: No sandbox, for it may run as root; and nothing of its own that asks the world for anything.
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
    # Superset's login and its pictures may name hosts elsewhere; nothing but this machine is asked.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

_WIDTH = 1600

#: How long a page may take with all its queries.
_SECONDS = 120

#: Whether every chart of a page has been drawn, or says why not.
_SETTLED = """
const slots = [...document.querySelectorAll('[data-test="chart-container"], .chart-container')];
return slots.length >= arguments[0]
    && slots.every(slot => slot.querySelector('.slice_container, [role=alert], .ant-alert, .ant-empty'))
    && !document.querySelector('[data-test="loading-indicator"], .loading');
"""

#: Where the last row of charts ends.
_HEIGHT = """
const rows = [...document.querySelectorAll('[data-test="chart-container"], .chart-container')];
return Math.ceil(Math.max(...rows.map(row => row.getBoundingClientRect().bottom))) + 40;
"""


class Browser:
    """A headless Chromium that is logged in."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self._driver, self._address = driver, address

    def open_chart(self, chart_id: int) -> None:
        """Show a chart by itself. Superset then keeps its queries, without which its API gives no rows."""
        self._driver.get(f"{self._address}/explore/?slice_id={chart_id}")
        self._wait(1)

    def photograph(self, slug: str, charts: int, picture: Path) -> None:
        """Write a picture of the whole dashboard as PNG once all its charts have been drawn."""
        self._driver.get(f"{self._address}/superset/dashboard/{slug}/?standalone=1&show_filters=1")
        # Charts out of sight are not drawn, so that the window must hold them all.
        self._resize(4000)
        self._wait(charts)
        self._resize(int(self._driver.execute_script(_HEIGHT)))
        time.sleep(3)  # a picture cannot be asked whether its animations have ended
        shot = self._driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        Image.open(BytesIO(base64.b64decode(shot["data"]))).convert("RGB").save(picture, optimize=True)

    def complaints(self) -> list[str]:
        """What the page says has gone wrong."""
        shown = self._driver.find_elements(
            By.CSS_SELECTOR, "[role=alert], .ant-alert, .ant-empty-description"
        )
        return [text for element in shown if (text := element.text.strip())]

    def _resize(self, height: int) -> None:
        size = {"width": _WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def _wait(self, charts: int) -> None:
        WebDriverWait(self._driver, _SECONDS).until(lambda d: d.execute_script(_SETTLED, charts))


@contextmanager
def logged_in(address: str, name: str, password: str, *, profile: Path) -> Iterator[Browser]:
    """A browser in which `name` has logged in; `profile` is an empty folder for its files."""
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
