"""Has an id been seen before? Eight bytes a row answer that for a class of millions."""

import numpy as np
from numpy.typing import NDArray

_WORD = 8
_ODD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


class Identities:
    """The hashes of all ids of a class."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.uint64]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, ids: NDArray[np.bytes_]) -> None:
        """Remember some ids."""
        self._hashes.append(hash_ids(ids))
        self._count += len(ids)

    def repeated(self) -> NDArray[np.uint64]:
        """Return the hashes that several ids have: certainly those of repeated ids, and by chance those of others.

        Ascending; a hash that three ids have stands twice.
        """
        if not self._hashes:
            return np.zeros(0, np.uint64)
        hashes = np.sort(np.concatenate(self._hashes))
        again: NDArray[np.uint64] = hashes[1:][hashes[1:] == hashes[:-1]]
        return again


def hash_ids(ids: NDArray[np.bytes_]) -> NDArray[np.uint64]:
    """Return a 64-bit hash of each id, whatever the width of the array that holds it."""
    width = max(-(-ids.dtype.itemsize // _WORD), 1) * _WORD
    words = ids.astype(f"S{width}").view(np.uint64).reshape(len(ids), width // _WORD)
    hashes = np.zeros(len(ids), np.uint64)
    for column in range(words.shape[1]):
        word = words[:, column]
        mixed = (hashes ^ word) * _ODD
        mixed ^= mixed >> _SHIFT
        # A wider array ends in words of zeros, which must change nothing.
        hashes = np.where(word == 0, hashes, mixed)
    return hashes
