"""Reads LaTeX as a mathematician would and gives its value: an independent check of what a formula is printed as.

Side by side means a product, and binds tighter than a sum; a raised group belongs to the one thing before it.
"""

import re

import numpy as np

_TOKEN = re.compile(
    r"\\left\\l(?:floor|ceil)|\\right\\r(?:floor|ceil)|\\(?:begin|end)\{cases\}|\\text\{otherwise\}|\\\\|\\sqrt\[3\]|\\left.|\\right.|\\operatorname\{[a-z0-9]+\}|\\[a-z]+(?:_\{(?:10|2)\})?|[0-9.]+|\S"
)
_CALLS = {
    r"\sin": np.sin,
    r"\cos": np.cos,
    r"\tan": np.tan,
    r"\arcsin": np.arcsin,
    r"\arccos": np.arccos,
    r"\arctan": np.arctan,
    r"\operatorname{atan2}": lambda t, s: np.angle(s + 1j * t),
    r"\operatorname{arsinh}": np.arcsinh,
    r"\operatorname{arcosh}": np.arccosh,
    r"\operatorname{artanh}": np.arctanh,
    r"\operatorname{mod}": lambda t, s: t - s * np.floor(t / s),
    r"\operatorname{round}": np.rint,
    r"\log_{2}": np.log2,
    r"\sinh": np.sinh,
    r"\cosh": np.cosh,
    r"\tanh": np.tanh,
    r"\ln": np.log,
    r"\log_{10}": np.log10,
    r"\min": np.minimum,
    r"\max": np.maximum,
    r"\sigma": lambda t: 1 / (1 + np.exp(-t)),
    r"\operatorname{sign}": np.sign,
    r"\operatorname{relu}": lambda t: (t + np.abs(t)) / 2,
    r"\operatorname{softplus}": lambda t: np.log1p(np.exp(-np.abs(t))) + (t + np.abs(t)) / 2,
}


_COMPARISONS = {"<": np.less, r"\le": np.less_equal, ">": np.greater, r"\ge": np.greater_equal}
_ENDS = ("", "+", "-", "}", ",", "&", r"\\", r"\end{cases}", *_COMPARISONS)


class LatexReader:
    def __init__(self, latex, x, y):
        self.tokens = [*_TOKEN.findall(latex), ""]
        self.at = 0
        self.names = {"x": x, "y": y, "e": np.float64(np.e), r"\pi": np.float64(np.pi)}

    @property
    def next(self):
        return self.tokens[self.at]

    def take(self, token=None):
        taken = self.next
        assert token is None or taken == token, f"{token} expected in {self.tokens[: self.at + 1]}"
        self.at += 1
        return taken

    def value(self):
        value = self.sum()
        assert self.next == ""
        return value

    def sum(self):
        if self.next == "-":
            self.take()
            value = -self.product()
        else:
            value = self.product()
        while self.next in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self):
        value = self.power()
        while self.next not in _ENDS and not self.next.startswith(r"\right"):
            if self.next == r"\cdot":
                self.take()
            else:
                assert not self.next[0].isdigit(), "a digit after a factor reads as part of it"
            value = value * self.power()
        return value

    def power(self):
        natural = self.next == "e"
        base = self.atom()
        if self.next == "^":
            self.take()
            exponent = self.group()
            base = np.exp(exponent) if natural else base**exponent
            assert self.next != "^"
        return base

    def group(self):
        self.take("{")
        value = self.sum()
        self.take("}")
        return value

    def enclosed(self, closing):
        values = [self.sum()]
        while self.next == ",":
            self.take()
            values.append(self.sum())
        self.take(closing)
        return values

    def cases(self):
        one = self.sum()
        self.take("&")
        left, compare = self.sum(), _COMPARISONS[self.take()]
        holds = compare(left, self.sum())
        self.take(r"\\")
        other = self.sum()
        self.take("&")
        self.take(r"\text{otherwise}")
        self.take(r"\end{cases}")
        return one if holds else other

    def atom(self):
        token = self.take()
        if token in self.names:
            return self.names[token]
        if token == r"\frac":
            return self.group() / self.group()
        if token == r"\sqrt":
            return np.sqrt(self.group())
        if token == r"\sqrt[3]":
            return np.cbrt(self.group())
        if token == r"\begin{cases}":
            return self.cases()
        if token == r"\left\lceil":
            return np.ceil(self.enclosed(r"\right\rceil")[0])
        if token == r"\left|":
            return np.abs(self.enclosed(r"\right|")[0])
        if token == r"\left\lfloor":
            return np.floor(self.enclosed(r"\right\rfloor")[0])
        if token == r"\left(":
            (value,) = self.enclosed(r"\right)")
            return value
        if token in _CALLS:
            self.take(r"\left(")
            value = _CALLS[token](*self.enclosed(r"\right)"))
            assert self.next != "^", "a raised call is ambiguous"
            return value
        return np.float64(token)


def latex_value(latex, x, y):
    """The value of a formula's LaTeX in float64, NaN and infinity included."""
    with np.errstate(all="ignore"):
        return LatexReader(latex, np.float64(x), np.float64(y)).value()
