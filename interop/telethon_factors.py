"""Telethon's factors of pq, without the chance that a key exchange falls.

Once in about ten thousand times Telethon 1.45 finds both primes at the same step of its search, takes their product for
the one that it looked for, and sends 1 and pq. A server has to refuse that."""

from telethon.crypto import Factorization

telethons_own = Factorization.factorize


def factors(pq: int) -> tuple[int, int]:
    """The two primes: Telethon is asked again until it has them."""
    found: tuple[int, int] = (1, pq)
    while found[0] == 1:
        found = telethons_own(pq)
    return found


def replace_telethons_own() -> None:
    """For every client of this process."""
    Factorization.factorize = staticmethod(factors)
