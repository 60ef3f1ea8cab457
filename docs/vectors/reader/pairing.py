"""docs/protocol.md section 5: the code, and the handshake Noise_hybridNNpsk0 with both sides' coins."""

import base64
import hashlib
import hmac

import cbor2

import ntru
from primitives import must, open_aead, prf, sha256, u64, verify_identity, x25519, x25519_public

NAME = b"Noise_hybridNNpsk0_25519+NTRUHPS4096821_ChaChaPoly_SHA256"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def address(secret, identity_hash, serial):
    code = base64.urlsafe_b64encode(b"\x01" + secret + identity_hash + serial).rstrip(b"=")
    return "meterkast://pair#" + code.decode()


def typed(secret):
    """5.1: Crockford's Base32 in groups of four, then the check character over GF(32)."""
    bits = int.from_bytes(secret, "big")
    digits = [bits >> 5 * (31 - i) & 31 for i in range(32)]
    check, power = 0, 1
    for digit in digits:
        power = _times(power, 2)
        check ^= _times(digit, power)
    text = "".join(ALPHABET[d] for d in digits)
    return "-".join(text[i : i + 4] for i in range(0, 32, 4)) + "-" + ALPHABET[check]


def _times(a, b):
    """In GF(32) modulo x^5 + x^2 + 1."""
    product = 0
    for bit in range(5):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(9, 4, -1):
        if product >> bit & 1:
            product ^= 0b100101 << bit - 5
    return product


def claims_key(secret, time):
    """5.4: where claims and CANCEL of this half minute lie."""
    return prf(secret + bytes(12), "pair", b"\x00" + u64(time // 30))


def message_key(secret, place, claim):
    return prf(secret + bytes(12), "pair", bytes([place]) + sha256(claim))


def cancel(*claims):
    return b"\x01\x05" + b"".join(sha256(claim) for claim in claims)


def hint(control, status, salt):
    """5.6: by what an owner recognises a device."""
    return salt + prf(control, "near/hint", status + salt)[:8]


class Transcript:
    """Follows a handshake with the coins of both sides, and opens everything in it."""

    def __init__(self, prologue, psk, wallet_coins, device_coins):
        self.wallet, self.device = _Coins(wallet_coins), _Coins(device_coins)
        self.hash = self.chaining_key = sha256(NAME)
        self._mix_hash(prologue)
        self.psk = psk

    @classmethod
    def of_pairing(cls, secret, *coins):
        return cls(b"mk1/pair\x01", prf(secret + bytes(12), "pair/psk"), *coins)

    @classmethod
    def of_call(cls, control, status, *coins):
        return cls(b"mk1/near\x01", prf(control, "near/psk", status), *coins)

    def first(self, body):
        """Message 1, `psk, e`; returns the payload."""
        self._mix_psk(self.psk)
        body, self.wallet_scalar, self.wallet_ntru = self._ephemerals(body, self.wallet)
        return self._decrypt(body)

    def second(self, body):
        """Message 2, `ekem, e, ee`, with an empty payload; returns what follows it."""
        ciphertext, body = body[: ntru.BYTES], body[ntru.BYTES :]
        public = ntru.key_pair(self.wallet_ntru)[0]
        secret, expected = ntru.encapsulate(public, self.device.take())
        must(ciphertext == expected, "the encapsulation follows from the coins")
        must(ntru.decapsulate(self.wallet_ntru, ciphertext) == secret, "both sides share a secret")
        self._mix_hash(ciphertext)
        self._mix_key(secret)
        body, device_scalar, _ = self._ephemerals(body, self.device)
        self._mix_key(x25519(self.wallet_scalar, x25519_public(device_scalar)))
        must(self._decrypt(body[:16]) == b"", "the second payload is empty")
        keys = _hkdf(self.chaining_key, b"", 2)
        self.to_device, self.to_wallet = _Direction(keys[0]), _Direction(keys[1])
        return body[16:]

    def signed(self, direction, body, word):
        """A transport message with an identity that signs the handshake."""
        fields = cbor2.loads(direction.open(body))
        verify_identity(fields[0], fields[1], self.hash, word)
        return fields

    def secrets(self):
        """First secrets of control and status chain."""
        return prf(self.chaining_key, "pair/control", self.hash), prf(self.chaining_key, "pair/status", self.hash)

    def _ephemerals(self, body, coins):
        scalar, seed = coins.take(), coins.take()
        for public in (x25519_public(scalar), ntru.key_pair(seed)[0]):
            must(body[: len(public)] == public, "ephemeral keys follow from the coins")
            body = body[len(public) :]
            self._mix_hash(public)
            self._mix_key(public)
        return body, scalar, seed

    def _mix_hash(self, data):
        self.hash = sha256(self.hash, data)

    def _mix_key(self, data):
        self.chaining_key, self.key = _hkdf(self.chaining_key, data, 2)

    def _mix_psk(self, psk):
        self.chaining_key, mixed, self.key = _hkdf(self.chaining_key, psk, 3)
        self._mix_hash(mixed)

    def _decrypt(self, data):
        plain = open_aead(self.key, bytes(12), data, self.hash)
        self._mix_hash(data)
        return plain


class _Coins:
    """What a side draws, 32 bytes at a time."""

    def __init__(self, seed):
        self.seed, self.count = seed, 0

    def take(self):
        block = prf(self.seed, "coins", u64(self.count))
        self.count += 1
        return block


class _Direction:
    def __init__(self, key):
        self.key, self.count = key, 0

    def open(self, data):
        plain = open_aead(self.key, bytes(4) + u64(self.count), data, b"")
        self.count += 1
        return plain


def _hkdf(chaining_key, data, outputs):
    """Noise section 4.3."""
    temporary = hmac.new(chaining_key, data, hashlib.sha256).digest()
    results, before = [], b""
    for index in range(1, outputs + 1):
        before = hmac.new(temporary, before + bytes([index]), hashlib.sha256).digest()
        results.append(before)
    return results
