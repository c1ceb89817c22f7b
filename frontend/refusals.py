"""What came from outside and is not used: one line in the log, with no more of it than fits there."""

import logging
from reprlib import Repr

_LOG = logging.getLogger(__name__)
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_SHORT.maxdict = _SHORT.maxlist = _SHORT.maxtuple = 4
_SHORT.maxlevel = 2


def refused(what: str, content: object) -> None:
    """Writes down that ``what`` was not used; nothing of a stranger's text can end the line or fill the log."""
    try:
        short = _SHORT.repr(content)
    except ValueError:  # an integer of thousands of digits
        short = type(content).__name__
    _LOG.warning("refused %s: %.200s", what, short)
