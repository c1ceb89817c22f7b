"""What one server's page asks another of is there: nothing has to stick to a process."""

from urllib.request import urlopen

import pytest

from frontend.serving.assets import ENTRIES, version
from tests.browser.servers import serving

pytestmark = pytest.mark.browser


def test_a_server_that_nobody_has_visited_has_what_another_one_s_page_asks_for():
    with serving() as address:
        for entry in ENTRIES:
            name = f"landscapes.{entry.removesuffix('.js')}-{version()}"
            with urlopen(f"{address}/_stcore/bidi-components/{name}/pointer.js", timeout=20) as answer:
                assert answer.status == 200
                assert b"component" in answer.read()
