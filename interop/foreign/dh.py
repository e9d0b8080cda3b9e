"""The 2048-bit safe prime of Telegram's servers, its generator, and the small numbers of the key exchange."""

import secrets

# Published in core.telegram.org/mtproto/auth_key; used by the key exchange and by the 2FA password alike.
PRIME = int(
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f"
    "48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37"
    "20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64"
    "2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4"
    "a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754"
    "fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4"
    "e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f"
    "0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b",
    16,
)
GENERATOR = 3
# g_a and g_b must keep this distance from 0 and from the prime (auth_key, "dh key exchange complete").
SAFETY_MARGIN = 1 << (2048 - 64)


def in_safe_range(number: int) -> bool:
    """Whether a public DH number is one that either side may accept."""
    return SAFETY_MARGIN <= number <= PRIME - SAFETY_MARGIN


def draw_exponent() -> tuple[int, int]:
    """A secret exponent and its public number, drawn until the public number is in the safe range."""
    while True:
        secret = secrets.randbits(2048)
        public = pow(GENERATOR, secret, PRIME)
        if in_safe_range(public):
            return secret, public


def draw_pq() -> tuple[int, int]:
    """Two distinct 31-bit primes, the smaller first: their product fits a signed 64-bit number, as it must."""
    first, second = _draw_prime_31(), _draw_prime_31()
    return (min(first, second), max(first, second)) if first != second else draw_pq()


def _draw_prime_31() -> int:
    while True:
        candidate = secrets.randbits(29) << 1 | 1 << 30 | 1
        if _is_prime_u32(candidate):
            return candidate


def _is_prime_u32(number: int) -> bool:
    """Miller-Rabin; the bases 2, 3, 5 and 7 decide every number below 3,215,031,751."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7):
        power = pow(base, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True
