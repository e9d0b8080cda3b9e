"""A key exchange of Telethon's does not fall by chance."""

import random

from telethon_factors import factors, telethons_own

# Of numbers this small Telethon finds both primes at once some fifty times in a thousand.
SMALL_PQ = 251 * 257
TIMES = 1000


def test_both_primes_are_found_however_often_one_asks() -> None:
    random.seed(1)
    assert any(telethons_own(SMALL_PQ) == (1, SMALL_PQ) for _ in range(TIMES)), "nothing to put right any more"
    assert all(factors(SMALL_PQ) == (251, 257) for _ in range(TIMES))
