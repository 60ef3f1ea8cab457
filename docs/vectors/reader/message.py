"""docs/protocol.md section 4.1: messages in fragments, and who signed them."""

from primitives import must, number, open_block, prf, sha256, verify_identity

SIGNATURE_LEN = 3309
CAPACITY = 4016


def tag(key, fragment):
    return prf(key, "tag", bytes([fragment]))


def whole(key, tangle):
    """What lies under a message key: body and signature."""
    data, hashes, fragment, last = b"", set(), 0, 0
    while fragment <= last:
        place = tag(key, fragment)
        must(place in tangle, f"fragment {fragment} is missing")
        plain = open_block(prf(key, "enc", bytes([fragment])), tangle[place], place)
        length = number(plain[4:8])
        must(plain[0] == 1 and plain[1] == fragment and plain[3] == 0, "version, number and the byte of zero")
        last = plain[2]
        must(last < 16 and (length == CAPACITY or fragment == last and length < CAPACITY), "all but the last are full")
        must(not any(plain[40 + length :]), "zeros follow the bytes")
        hashes.add(plain[8:40])
        data += plain[40 : 40 + length]
        fragment += 1
    must(hashes == {sha256(data)}, "every fragment names the whole")
    return data


def verified(key, tangle, signer, word):
    """The body of a signed message."""
    data = whole(key, tangle)
    body, signature = data[:-SIGNATURE_LEN], data[-SIGNATURE_LEN:]
    verify_identity(signer, signature, tag(key, 0) + body, word)
    return body
