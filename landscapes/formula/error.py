"""What a formula that cannot be read is refused with."""


class FormulaError(ValueError):
    """A formula that cannot be read, and why.

    Attributes:
        message: what is wrong.
        position: where, as an index into the text that was given, from 0.
        token: the piece of the text that is wrong; always printable.
        allowed: what may stand there instead.
    """

    def __init__(self, message: str, position: int, token: str, allowed: str) -> None:
        self.message = message
        self.position = position
        self.token = "".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in token)
        self.allowed = allowed
        super().__init__(f"{message}: '{self.token}' at position {position}; allowed: {allowed}")

    def __reduce__(self):
        return FormulaError, (self.message, self.position, self.token, self.allowed)
