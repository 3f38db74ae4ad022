"""The Beta distribution as far as evidence needs it: its distribution function and its quantiles.

Everything numeric about a proportion that is not known exactly lives here: the posterior's quantile, and Wilson's and
Newcombe's intervals.

Rules: pure, standard library only, floats; checked against published values in the tests. Probabilities never become
money. The incomplete beta function is the continued fraction of Abramowitz and Stegun 26.5.8, evaluated as Lentz does;
a quantile is found by bisection, to 1e-12.
"""

from __future__ import annotations

from math import exp, inf, isfinite, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import Final

_STEPS: Final = 500
_TINY: Final = 1e-300
_NEAR: Final = 1e-15
_HALVINGS: Final = 60


def below(x: float, alpha: float, beta: float) -> float:
    """The probability that a proportion with that distribution is at most ``x``.

    Args:
        x: 0 to 1; beyond, the answer is 0 or 1.
        alpha: above 0.
        beta: above 0.

    Raises:
        ValueError: a parameter is not above 0, or not a number.
    """
    _check(alpha, beta)
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta) + alpha * log(x) + beta * log1p(-x))
    if x < (alpha + 1) / (alpha + beta + 2):
        return min(1.0, front * _fraction(x, alpha, beta) / alpha)
    return max(0.0, 1.0 - front * _fraction(1 - x, beta, alpha) / beta)


def quantile(p: float, alpha: float, beta: float) -> float:
    """The value that a proportion with that distribution stays below with probability ``p``.

    Raises:
        ValueError: a parameter is not above 0, or not a number.
    """
    _check(alpha, beta)
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if below(middle, alpha, beta) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def wilson(good: float, n: float, level: float = 0.9) -> tuple[float, float]:
    """Wilson's score interval for a proportion; (0, 1) where nothing was tried.

    Args:
        good: how many of them, 0 to ``n``. Need not be whole.
        n: how many were tried.
        level: how often the interval holds the truth.
    """
    if n <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = min(1.0, max(0.0, good / n))
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def newcombe(
    good: float, n: float, other_good: float, other_n: float, level: float = 0.9
) -> tuple[float, float, float]:
    """The difference of two proportions with Newcombe's interval (his method 10): difference, lower, upper.

    (0, -1, 1) where one of them was never tried.
    """
    if n <= 0 or other_n <= 0:
        return 0.0, -1.0, 1.0
    a, b = good / n, other_good / other_n
    low_a, high_a = wilson(good, n, level)
    low_b, high_b = wilson(other_good, other_n, level)
    apart = a - b
    down = sqrt((a - low_a) ** 2 + (high_b - b) ** 2)
    up = sqrt((high_a - a) ** 2 + (b - low_b) ** 2)
    return apart, max(-1.0, apart - down), min(1.0, apart + up)


def _check(alpha: float, beta: float) -> None:
    if not (0 < alpha < inf and 0 < beta < inf) or not isfinite(alpha + beta):
        raise ValueError("the parameters of a Beta distribution are numbers above 0")


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, _STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = 1.0 + term / c
            c = c if abs(c) > _TINY else _TINY
            value *= d * c
        if abs(d * c - 1.0) < _NEAR * 10:
            break
    return value
