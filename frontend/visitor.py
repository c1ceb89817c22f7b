"""Who a session belongs to, as far as a server can tell: an address, a browser of it, a session of that.

What it tells apart: addresses; at one address (a school behind one router) the browsers, by the random cookie that
Streamlit gives each of them; in one browser the tabs.

What it cannot: a browser that takes no cookie, or a program that sends none or makes some up, counts as one browser a
connection, so it has the share of as many classmates as it opens connections, within its address. Private windows are
browsers of their own. Behind a proxy whose header nobody trusts all visitors have the proxy's address, and are told
apart by browser and tab only.
"""

import ipaddress
from itertools import cycle
from typing import NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_COOKIE = (
    "_streamlit_xsrf"  # Streamlit's own, of every browser that has loaded the page: version|mask|masked token|time
)
_MOST = 64  # characters of a name that came from outside


class Names(NamedTuple):
    """A visitor's names, the widest first; see `experiments.shares`."""

    address: str
    browser: str
    session: str


def visitor() -> Names:
    """Whose script run this is; outside of one it is nobody's."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return Names("", "", "nobody")
    session = context.session_id
    return Names(_address(), _browser() or session, session)


def _address() -> str:
    """The visitor's address; that of the machine itself is empty, as Streamlit has it."""
    address = st.context.ip_address
    return network_of(address[:_MOST]) if isinstance(address, str) else ""


def network_of(host: str) -> str:
    """Whom an address counts for: itself in version 4, the 64 bits that a network of version 6 shares."""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(number, ipaddress.IPv4Address):
        return host
    if number.ipv4_mapped:
        return str(number.ipv4_mapped)
    return str(ipaddress.ip_network((number, 64), strict=False))


def _browser() -> str:
    """The token in the cookie, without its mask, which is another with every answer; empty where there is none."""
    cookie = st.context.cookies.get(_COOKIE)
    try:
        _, mask, masked, _ = str(cookie).strip("\"'").split("|")
        token = bytes(a ^ b for a, b in zip(bytes.fromhex(masked[:_MOST]), cycle(bytes.fromhex(mask))))
    except ValueError:
        return ""
    return token.hex()
