"""The page in a real browser under its own Content-Security-Policy."""

import time

import pytest

pytestmark = pytest.mark.browser

WATCH = """window.violations = [];
document.addEventListener("securitypolicyviolation",
    (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("room", ["", "train", "gradients"])
def test_a_room_keeps_to_its_policy(open_page, room, scheme):
    page = open_page(path=room, scheme=scheme, wait=False, policy=True)
    page.evaluate(WATCH)
    begun = time.monotonic()
    while not page.evaluate("window.player?.get().ready === true"):
        assert time.monotonic() - begun < 120, "the picture did not come"
        page.wait_for_timeout(200)
    assert page.evaluate("window.violations") == []
    policy = page.request.get(page.url).headers["content-security-policy"]
    assert "default-src 'none'" in policy
