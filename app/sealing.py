"""Close bytes with a passphrase in the age format, open them again, and tell a weak passphrase from a good one."""

import secrets
from itertools import pairwise
from typing import Protocol

AGE = b"age-encryption.org/"
ARMOURED = b"-----BEGIN AGE ENCRYPTED FILE-----"
LEAST, LEAST_DIFFERENT, LONGEST = 16, 8, 256
CONSONANTS, VOWELS, WORDS = "bdfghklmnprstvz", "aeiou", 7
ADVICE = "Let one be drawn: --make."


class Cipher(Protocol):
    """What closes bytes with a passphrase and opens them; ``ValueError`` where it does not fit."""

    def close(self, plain: bytes, passphrase: str) -> bytes:
        """Return what nobody can read without the passphrase."""

    def open(self, closed: bytes, passphrase: str) -> bytes:
        """Return what was closed; raise ``ValueError``."""


class Age:
    """The age format, version 1, with a passphrase: scrypt and ChaCha20-Poly1305; the ``age`` tool opens it too."""

    def close(self, plain: bytes, passphrase: str) -> bytes:
        """Return the bytes of an age file; about a second of work makes guessing slow."""
        from pyrage import passphrase as age

        return bytes(age.encrypt(plain, passphrase))

    def open(self, closed: bytes, passphrase: str) -> bytes:
        """Return what was closed; raise ``ValueError``: a wrong passphrase and damage cannot always be told apart."""
        from pyrage import DecryptError
        from pyrage import passphrase as age

        try:
            return bytes(age.decrypt(closed, passphrase))
        except DecryptError as error:
            raise ValueError(
                f"it cannot be opened ({error}): the passphrase is wrong, or the file was damaged on the way"
            ) from None


def is_closed(content: bytes) -> bool:
    """Tell whether these are the bytes of an age file."""
    return content.startswith((AGE, ARMOURED))


def must_be_strong(passphrase: str, code: str = "") -> None:
    """Raise ``ValueError`` with advice where a passphrase is too easily guessed."""
    low = passphrase.lower()
    if not LEAST <= len(passphrase) <= LONGEST:
        raise ValueError(f"the passphrase must be {LEAST} to {LONGEST} letters long. {ADVICE}")
    if len(set(low)) < LEAST_DIFFERENT:
        raise ValueError(f"the passphrase must have {LEAST_DIFFERENT} different letters. {ADVICE}")
    if code and code.lower() in low:
        raise ValueError(f"the passphrase must not hold the patient's code: it stands on the file. {ADVICE}")
    if sum(abs(ord(b) - ord(a)) <= 1 for a, b in pairwise(low)) > len(low) / 2:
        raise ValueError(f"the passphrase must not be letters or digits in a row. {ADVICE}")


def drawn() -> str:
    """Return a passphrase of seven made-up words that can be said aloud, drawn by chance: 87 bits."""
    return "-".join("".join(secrets.choice(of) for of in (CONSONANTS, VOWELS) * 2) for _ in range(WORDS))
