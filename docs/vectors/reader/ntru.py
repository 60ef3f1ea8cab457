"""NTRU-HPS-4096-821 of the NIST round 3 submission, deterministic as in docs/protocol.md section 2.1.

For reading test vectors, not for keeping secrets: nothing here takes constant time.
Polynomials are lists of N coefficients modulo x^N - 1; Phi is (x^N - 1)/(x - 1).
"""

import hashlib
from functools import lru_cache

N, Q, LOG_Q = 821, 4096, 12
WEIGHT = Q // 8 - 2
IID_LEN, FIXED_LEN = N - 1, 30 * (N - 1) // 8
COINS_LEN = IID_LEN + FIXED_LEN
BYTES = LOG_Q * (N - 1) // 8


@lru_cache(maxsize=64)
def key_pair(seed):
    """(public key, (f, 1/f mod 3, 1/h mod q, key of the implicit rejection))"""
    stream = hashlib.shake_256(b"mk1/ntru/keypair" + seed).digest(COINS_LEN + 32)
    f, g = _iid(stream[:IID_LEN]), _fixed(stream[IID_LEN:COINS_LEN])
    f_mod_q, big_g = _signed(f), [3 * c % Q for c in _signed(g)]
    inverse = _inverse_mod_q(_mul(big_g, f_mod_q))
    inverse_h = _mod_phi(_mul(_mul(inverse, f_mod_q), f_mod_q), Q)
    h = _mul(_mul(inverse, big_g), big_g)
    return _to_bytes(h), (f, _inverse_mod_3(f), inverse_h, stream[COINS_LEN:])


@lru_cache(maxsize=64)
def encapsulate(public_key, seed):
    """(shared secret, ciphertext)"""
    coins = hashlib.shake_256(b"mk1/ntru/encapsulate" + seed).digest(COINS_LEN)
    r, m = _iid(coins[:IID_LEN]), _fixed(coins[IID_LEN:])
    product = _mul(_signed(r), _from_bytes(public_key))
    ciphertext = [(a + b) % Q for a, b in zip(product, _signed(m))]
    return hashlib.sha3_256(_pack(r) + _pack(m)).digest(), _to_bytes(ciphertext)


@lru_cache(maxsize=64)
def decapsulate(seed, ciphertext):
    """The shared secret; a pseudo-random one for a ciphertext that was made for another key."""
    _, (f, inverse_3, inverse_h, rejection) = key_pair(seed)
    c = _from_bytes(ciphertext)
    cf = _mul(c, _signed(f))
    cf_mod_3 = _mod_phi([(a if a < Q // 2 else a - Q) % 3 for a in cf], 3)
    m = _mod_phi([a % 3 for a in _mul(cf_mod_3, inverse_3, None)], 3)
    b = [(a - s) % Q for a, s in zip(c, _signed(m))]
    r_mod_q = _mod_phi(_mul(b, inverse_h), Q)
    good = m.count(1) == m.count(2) == WEIGHT // 2 and all(a in (0, 1, Q - 1) for a in r_mod_q)
    if not good:
        return hashlib.sha3_256(rejection + ciphertext).digest()
    r = [2 if a == Q - 1 else a for a in r_mod_q]
    return hashlib.sha3_256(_pack(r) + _pack(m)).digest()


def _iid(coins):
    return [c % 3 for c in coins] + [0]


def _fixed(coins):
    """The lowest WEIGHT/2 of N - 1 random numbers become 1, as many after them 2, in the order of a signed sort."""
    bits = int.from_bytes(coins, "little")
    words = [(bits >> (30 * i) & (2**30 - 1)) << 2 for i in range(N - 1)]
    words = [w | (1 if i < WEIGHT // 2 else 2 if i < WEIGHT else 0) for i, w in enumerate(words)]
    words.sort(key=lambda w: w - 2**32 if w >= 2**31 else w)
    return [w & 3 for w in words] + [0]


def _signed(trits):
    return [Q - 1 if t == 2 else t for t in trits]


def _mul(a, b, modulus=Q):
    """The product modulo x^N - 1, by one multiplication of large integers (Kronecker substitution)."""
    width = 5  # N · Q² < 2^40
    packed = [int.from_bytes(b"".join(c.to_bytes(width, "little") for c in p), "little") for p in (a, b)]
    data = (packed[0] * packed[1]).to_bytes(2 * N * width, "little")
    terms = [int.from_bytes(data[i : i + width], "little") for i in range(0, len(data), width)]
    folded = [terms[i] + terms[i + N] for i in range(N)]
    return folded if modulus is None else [c % modulus for c in folded]


def _mod_phi(a, modulus):
    return [(c - a[N - 1]) % modulus for c in a]


def _inverse_mod_q(a):
    """From the inverse modulo 2, by Newton's iteration: correct modulo 4, 16, 256, 65536."""
    inverse = _inverse_mod_2([c & 1 for c in a])
    for _ in range(4):
        product = _mul(a, inverse)
        inverse = _mul(inverse, [(2 * (i == 0) - c) % Q for i, c in enumerate(product)])
    return inverse


def _inverse_mod_2(a):
    """Euclid over GF(2) modulo Phi, on the bits of integers."""
    r0, r1 = (1 << N) - 1, sum(c << i for i, c in enumerate(_mod_phi(a, 2)))
    s0, s1 = 0, 1
    while r1 != 1:
        if r0.bit_length() < r1.bit_length():
            r0, r1, s0, s1 = r1, r0, s1, s0
        shift = r0.bit_length() - r1.bit_length()
        r0, s0 = r0 ^ r1 << shift, s0 ^ s1 << shift
        if r0 == 1:
            r0, r1, s0, s1 = r1, r0, s1, s0
    bits = [s1 >> i & 1 for i in range(2 * N)]
    return _mod_phi([bits[i] ^ bits[i + N] for i in range(N)], 2)


def _inverse_mod_3(a):
    """Euclid over GF(3) modulo Phi."""
    r0, r1 = [1] * N, _trimmed(_mod_phi(a, 3))
    s0, s1 = [0] * (N + 1), [1] + [0] * N
    while len(r1) > 1:
        while len(r0) >= len(r1):
            factor, shift = r0[-1] * r1[-1] % 3, len(r0) - len(r1)
            for i, c in enumerate(r1):
                r0[i + shift] = (r0[i + shift] - factor * c) % 3
            for i in range(N - shift):
                s0[i + shift] = (s0[i + shift] - factor * s1[i]) % 3
            r0 = _trimmed(r0)
        r0, r1, s0, s1 = r1, r0, s1, s0
    return _mod_phi([c * r1[0] % 3 for c in s1[:N]], 3)


def _trimmed(a):
    while a and a[-1] == 0:
        a = a[:-1]
    return a


def _to_bytes(a):
    return sum(c << (LOG_Q * i) for i, c in enumerate(a[: N - 1])).to_bytes(BYTES, "little")


def _from_bytes(data):
    bits = int.from_bytes(data, "little")
    a = [bits >> (LOG_Q * i) & (Q - 1) for i in range(N - 1)]
    return a + [-sum(a) % Q]


def _pack(trits):
    """Five coefficients a byte, the first one lowest."""
    return bytes(sum(t * 3**k for k, t in enumerate(trits[i : i + 5])) for i in range(0, N - 1, 5))
