"""docs/protocol.md, notation and section 2: PRF, H, blocks of ciphertext, signatures, binary fields."""

import hashlib
import hmac

from Crypto.Cipher import ChaCha20_Poly1305
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import mldsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

BLOCK_LEN = 4096
PLAINTEXT_LEN = 4056


class Refused(Exception):
    """Bytes that do not fit the specification; the text says which rule they break."""


def must(condition, sentence):
    if not condition:
        raise Refused(sentence)


def prf(key, label, *data):
    label = b"mk1/" + label.encode()
    return hmac.new(key, bytes([len(label)]) + label + b"".join(data), hashlib.sha256).digest()


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def u16(number):
    return number.to_bytes(2, "little")


def u32(number):
    return number.to_bytes(4, "little")


def u64(number):
    return number.to_bytes(8, "little")


def number(data):
    return int.from_bytes(data, "little")


def open_block(key, block, associated_data):
    """Section 2.4: nonce[24], XChaCha20-Poly1305 ciphertext[4056], mac[16]."""
    must(len(block) == BLOCK_LEN, "a block has 4,096 bytes")
    cipher = ChaCha20_Poly1305.new(key=key, nonce=block[:24])
    cipher.update(associated_data)
    try:
        return cipher.decrypt_and_verify(block[24:-16], block[-16:])
    except ValueError as error:
        raise Refused("the block does not open with the key of its place") from error


def open_aead(key, nonce, ciphertext, associated_data):
    """RFC 8439."""
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, associated_data)
    except Exception as error:
        raise Refused("the ciphertext does not open") from error


def verify_block(public_key, signature, data):
    """ML-DSA-44 (FIPS 204) with the context of blocks."""
    _verify(mldsa.MLDSA44PublicKey, public_key, signature, data, b"mk1/blk")


def verify_identity(public_key, signature, data, word):
    """ML-DSA-65 with the context `mk1/` and a word."""
    _verify(mldsa.MLDSA65PublicKey, public_key, signature, data, b"mk1/" + word.encode())


def _verify(kind, public_key, signature, data, context):
    try:
        kind.from_public_bytes(public_key).verify(signature, data, context)
    except (InvalidSignature, ValueError) as error:
        raise Refused("the signature is wrong") from error


def identity_key(seed):
    """The public ML-DSA-65 key of a 32-byte seed (FIPS 204, algorithm 6)."""
    return mldsa.MLDSA65PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()


def x25519(secret, public):
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))


def x25519_public(secret):
    key = X25519PrivateKey.from_private_bytes(secret).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
