"""docs/protocol.md section 2.2: the hybrid KEM, and HPKE (RFC 9180) in mode_psk over it."""

import hashlib
import hmac

import ntru
from primitives import must, open_aead, x25519, x25519_public

KEM_ID, KDF_ID, AEAD_ID, MODE_PSK = 0x4D4B, 0x0001, 0x0003, 1
SUITE = b"HPKE" + b"".join(i.to_bytes(2, "big") for i in (KEM_ID, KDF_ID, AEAD_ID))


def halves(seed):
    """NTRU seed and X25519 scalar of a key pair."""
    stream = hashlib.shake_256(b"mk1/kem/keypair" + seed).digest(64)
    return stream[:32], stream[32:]


def public_key(seed):
    ntru_seed, scalar = halves(seed)
    return ntru.key_pair(ntru_seed)[0] + x25519_public(scalar)


def encapsulate(public, ephemeral, ntru_seed):
    """(shared secret, enc) with the sender's coins."""
    pk_ntru, pk_x = public[: ntru.BYTES], public[ntru.BYTES :]
    ss_ntru, ct_ntru = ntru.encapsulate(pk_ntru, ntru_seed)
    ct_x = x25519_public(ephemeral)
    ss_x = x25519(ephemeral, pk_x)
    return _combine(ss_ntru, ss_x, ct_ntru, ct_x, pk_ntru, pk_x), ct_ntru + ct_x + bytes(18)


def decapsulate(seed, enc):
    must(len(enc) == 1280 and enc[1262:] == bytes(18), "enc has 1,280 bytes, the last 18 of them zeros")
    ntru_seed, scalar = halves(seed)
    ct_ntru, ct_x = enc[: ntru.BYTES], enc[ntru.BYTES : 1262]
    ss_ntru, ss_x = ntru.decapsulate(ntru_seed, ct_ntru), x25519(scalar, ct_x)
    return _combine(ss_ntru, ss_x, ct_ntru, ct_x, ntru.key_pair(ntru_seed)[0], x25519_public(scalar))


def _combine(*parts):
    return hashlib.sha3_256(b"mk1/kem/ntruhps4096821+x25519" + b"".join(parts)).digest()


class Opened:
    """A message that was opened, and the exporter of its context."""

    def __init__(self, shared_secret, psk, psk_id, info, aad, ciphertext):
        context = bytes([MODE_PSK]) + _extract(b"", b"psk_id_hash", psk_id) + _extract(b"", b"info_hash", info)
        secret = _extract(shared_secret, b"secret", psk)
        key, nonce = _expand(secret, b"key", context, 32), _expand(secret, b"base_nonce", context, 12)
        self._exporter = _expand(secret, b"exp", context, 32)
        self.plaintext = open_aead(key, nonce, ciphertext, aad)

    def export(self, context):
        return _expand(self._exporter, b"sec", context, 32)


def _extract(salt, label, data):
    return hmac.new(salt or bytes(32), b"HPKE-v1" + SUITE + label + data, hashlib.sha256).digest()


def _expand(secret, label, info, length):
    info = length.to_bytes(2, "big") + b"HPKE-v1" + SUITE + label + info
    return hmac.new(secret, info + b"\x01", hashlib.sha256).digest()[:length]
