"""Check what is to be measured: what cannot be right is told, and never becomes a number."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]

LARGEST = 1e12
NOTHING = 1e-9


def numbers(values: ArrayLike, name: str) -> Numbers:
    """Return ``values`` as an array of floats; raise ``ValueError`` unless all are finite numbers within 1e12."""
    try:
        array: NDArray[Any] = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name}: must be rows of equal length") from error
    if array.size and array.dtype.kind not in "iuf":
        raise ValueError(f"{name}: must be numbers, not {array.dtype}")
    kept = array.astype(np.float64)
    if not np.all(np.abs(kept) <= LARGEST):
        raise ValueError(f"{name}: must be finite numbers within {LARGEST:g}; cut or fill what is missing first")
    return kept


def series(values: ArrayLike, name: str) -> Numbers:
    """Return one row of finite numbers; raise ``ValueError`` for any other shape."""
    row = numbers(values, name)
    if row.ndim != 1:
        raise ValueError(f"{name}: must be one row of numbers, not of shape {row.shape}")
    return row


def as_many(values: ArrayLike, name: str, n: int, of: str) -> Numbers:
    """Return one row of ``n`` numbers, or one number ``n`` times; raise ``ValueError`` for another length."""
    array = numbers(values, name)
    if array.ndim == 0:
        return np.full(n, float(array))
    if array.shape != (n,):
        raise ValueError(f"{name}: must be as many as {of} ({n}), not of shape {array.shape}")
    return array


def speeds(values: ArrayLike) -> Numbers:
    """Return a speed profile: one row of finite numbers, none below 0."""
    row = series(values, "speed")
    if row.size and row.min() < 0:
        raise ValueError(f"speed: must not be below 0, not {row.min()}; give the length of the velocity")
    return row


def curve(points: ArrayLike, name: str) -> Numbers:
    """Return points of the plane, of shape (n, 2); raise ``ValueError`` for another shape."""
    array = numbers(points, name)
    if array.size == 0:
        return np.empty((0, 2))
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"{name}: must be points (x, y), of shape (n, 2), not of shape {array.shape}")
    return array


def times(values: ArrayLike, name: str = "times_s") -> Numbers:
    """Return times of which each is after the one before; raise ``ValueError`` otherwise."""
    row = series(values, name)
    late = np.flatnonzero(np.diff(row) <= 0)
    if late.size:
        raise ValueError(f"{name}: must rise, but number {late[0] + 1} is not after the one before")
    return row


def one(value: float, name: str) -> float:
    """Return one finite number; raise ``ValueError`` otherwise."""
    array = numbers(value, name)
    if array.ndim != 0:
        raise ValueError(f"{name}: must be one number, not of shape {array.shape}")
    return float(array)


def above_zero(value: float, name: str) -> float:
    """Return a finite number above 0; raise ``ValueError`` otherwise."""
    checked = one(value, name)
    if checked <= 0:
        raise ValueError(f"{name}: must be above 0, not {checked:g}")
    return checked


def zero_or_above(value: float, name: str) -> float:
    """Return a finite number that is not below 0; raise ``ValueError`` otherwise."""
    checked = one(value, name)
    if checked < 0:
        raise ValueError(f"{name}: must not be below 0, not {checked:g}")
    return checked


def rate(fs_hz: float, least_hz: float = 0.0) -> float:
    """Return a sampling rate; raise ``ValueError`` unless it is above 0 and at least ``least_hz``."""
    checked = above_zero(fs_hz, "fs_hz")
    if checked < least_hz:
        raise ValueError(f"fs_hz: must be at least {least_hz:g} readings a second for this, not {checked:g}")
    return checked


def share(value: float, name: str) -> float:
    """Return a number between 0 and 1, both left out; raise ``ValueError`` otherwise."""
    checked = above_zero(value, name)
    if checked >= 1:
        raise ValueError(f"{name}: must lie between 0 and 1, not {value}")
    return checked


def product(a: Numbers, b: Numbers) -> float:
    """Return the sum of a * b, by one thread and always in the same order, unlike ``a @ b``."""
    return float(np.einsum("i,i->", a, b))


def weights(dt_s: ArrayLike | None, n: int, of: str) -> Numbers:
    """Return how much each of ``n`` readings counts: all the same, or for as long as it stood (``dt_s``)."""
    if dt_s is None:
        return np.ones(n)
    row = as_many(series(dt_s, "dt_s"), "dt_s", n, of)
    if n and (row.min() < 0 or row.sum() <= NOTHING):
        raise ValueError("dt_s: must not be below 0, and not all 0")
    return row
