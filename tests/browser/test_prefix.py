"""The page below a path prefix: behind a proxy that keeps it, and one that takes it away."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PAINTED
from tests.browser.page import PATIENCE, wait
from tests.browser.proxy import Proxy, proxied
from tests.browser.servers import serving

pytestmark = pytest.mark.browser
PREFIX = "ml/landscapes"


class Behind(NamedTuple):
    address: str  # of the start page, without the slash behind it
    proxy: Proxy


@pytest.fixture(scope="module", params=["kept", "taken away"])
def behind(request, server: str) -> Iterator[Behind]:
    if request.param == "kept":
        with serving(prefix=PREFIX) as own:
            proxy = Proxy(own, PREFIX, keeps=True)
            with proxied(proxy) as address:
                yield Behind(address, proxy)
    else:
        proxy = Proxy(server, PREFIX, keeps=False)
        with proxied(proxy) as address:
            yield Behind(address, proxy)


@pytest.fixture
def page(behind: Behind, browser: Browser) -> Iterator[Page]:
    """A window in which nothing is asked for outside of the prefix, and nothing is missing."""
    context, faults = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True), []
    page = context.new_page()
    page.on("response", lambda r: faults.append((r.status, r.url)) if r.status >= 400 else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on("request", lambda r: faults.append(r.url) if not _below(r.url, behind.address) else None)
    behind.proxy.outside.clear()
    yield page
    context.close()
    assert not faults, faults
    assert not behind.proxy.outside


def _below(url: str, address: str) -> bool:
    return urlsplit(url).scheme in ("data", "blob") or url.startswith(f"{address}/")


def painted(page: Page) -> None:
    page.wait_for_function(PAINTED, timeout=PATIENCE)


def test_a_race_is_played_and_another_room_entered(behind, page):
    page.goto(f"{behind.address}/?surface=himmelblau&at=0")
    painted(page)
    page.click("[aria-label='Play']")
    wait(page, "p.step > 3")
    page.get_by_role("link", name="Gradients").click()
    page.wait_for_url(f"{behind.address}/gradients*", timeout=PATIENCE)
    page.wait_for_function("document.querySelector('[data-id=flow]') && window.player.get().ready", timeout=PATIENCE)
    page.get_by_role("link", name="Race").click()
    page.wait_for_url(f"{behind.address}/?*", timeout=PATIENCE)


def test_a_deep_link_is_opened(behind, page):
    page.goto(f"{behind.address}/train?data=circles&steps=20")
    painted(page)
    assert page.url.startswith(f"{behind.address}/train?")
    assert "data=circles" in page.url


def test_a_room_with_a_slash_behind_it_is_the_room(behind, page):
    page.goto(f"{behind.address}/train/?data=circles&steps=20")
    painted(page)
    assert page.url.startswith(f"{behind.address}/train?")
    assert "data=circles" in page.url


def test_a_link_is_shared_as_it_was_opened(behind, page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{behind.address}/?surface=himmelblau&at=7")
    painted(page)
    page.click("text=Share link")
    page.wait_for_selector("text=Link copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"{behind.address}/?")
