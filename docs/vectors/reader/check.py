"""Reads every vector by the specification alone, and says what it found.

    check.py [--folder DIR]        every file of docs/vectors
    check.py --lane FILE           a lane in the form of channel.json, of which nothing else is known
"""

import argparse
import json
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import cbor2

import codec
import kem
import ntru
import pairing
from lane import COVER, DAY_INDEX, HISTORY, KEY_ROTATION, DATA, LaneKeys, Ratchet, Reader
from message import tag, verified
from primitives import Refused, identity_key, must, prf, sha256, u16, u32, verify_identity
from quantities import INTERVAL, READING, named

KINDS = {"data": DATA, "cover": COVER, "history": HISTORY, "rotation": KEY_ROTATION}


def same(found, given, what):
    must(found == given, f"{what} is not what the specification gives")


def check_prf(file):
    for case in file["cases"]:
        label = case["label"].removeprefix("mk1/")
        must("mk1/" + label == case["label"], "every label begins with mk1/")
        same(prf(hexed(case["key"]), label, hexed(case["data"])), hexed(case["output"]), case["label"])
    return f"{len(file['cases'])} labels"


def check_kem(file):
    given = file["ntru"]
    public, _ = ntru.key_pair(hexed(given["seed"]))
    same(public, hexed(given["public_key"]), "NTRU public key")
    secret, ciphertext = ntru.encapsulate(public, hexed(given["encapsulation_seed"]))
    same(ciphertext, hexed(given["ciphertext"]), "NTRU ciphertext")
    same(secret, hexed(given["shared_secret"]), "NTRU shared secret")
    same(ntru.decapsulate(hexed(given["seed"]), ciphertext), secret, "NTRU decapsulation")
    other = given["opened_with_another_key"]
    same(ntru.decapsulate(hexed(other["seed"]), ciphertext), hexed(other["shared_secret"]), "implicit rejection")
    same(kem.public_key(hexed(file["hybrid"]["seed"])), hexed(file["hybrid"]["public_key"]), "hybrid public key")
    check_sealed(file["sealed"])
    return "NTRU key, encapsulation, rejection; hybrid key; HPKE with fixed coins"


def check_sealed(given):
    seed, coins = hexed(given["recipient_seed"]), given["coins"]
    shared, enc = kem.encapsulate(
        kem.public_key(seed), hexed(coins["x25519_ephemeral"]), hexed(coins["ntru_encapsulation_seed"])
    )
    same(enc, hexed(given["enc"]), "enc")
    same(kem.decapsulate(seed, enc), shared, "the shared secret of the recipient")
    context = [hexed(given[name]) for name in ("psk", "psk_id", "info", "aad", "ciphertext")]
    opened = kem.Opened(shared, *context)
    same(opened.plaintext, hexed(given["plaintext"]), "plaintext")
    exported = given["exported"]
    same(opened.export(hexed(exported["context"])), hexed(exported["secret"]), "exported secret")


def check_ratchet(file):
    side_key, slots_a_day = hexed(file["side_key"]), 86400 // file["slot_length"]
    ratchet = Ratchet.start(side_key, file["first_slot"], slots_a_day)
    same(prf(side_key, "rot"), hexed(file["rotation_key"]), "R")
    for given in file["slots"]:
        while ratchet.slot < given["slot"]:
            ratchet.step()
        same(ratchet.slot, given["slot"], "the slot")
        found = (ratchet.chain, ratchet.next_day, ratchet.tag(0), ratchet.tag(1), ratchet.key(0))
        names = ("chain", "next_day", "tag_0", "tag_1", "key_0")
        same(found, tuple(hexed(given[name]) for name in names), f"slot {ratchet.slot}")
    return f"{len(file['slots'])} slots over two midnights"


def check_lane(file):
    """Only the keys and the map of tags go into the reader; the rest of the file says what it must have found."""
    keys = LaneKeys(hexed(file["lane_keys_cbor"]))
    tangle = {hexed(block["tag"]): hexed(block["data"]) for block in file["blocks"]}
    reader = Reader(keys, hexed(file["pairwise"]), tangle)
    bodies = reader.read(20)
    same(len(reader.blocks), len(file["blocks"]), "the number of blocks")
    for block, given in zip(reader.blocks, file["blocks"]):
        found = (block.tag, block.epoch, block.slot, block.part, block.seq)
        same(found, (hexed(given["tag"]), *(given[name] for name in ("epoch", "slot", "part", "seq"))), "a block")
        check_body(block, given, bodies)
    return f"{len(reader.blocks)} blocks in {len(bodies)} slots and {reader.epoch + 1} epochs"


def check_body(block, given, bodies):
    kind, body = KINDS[given["kind"]], hexed(given["body_of_the_slot"])
    if kind == KEY_ROTATION:
        same((block.kind, body), (kind, b""), "a rotation")
        return
    must(block.kind in (kind, DAY_INDEX), "the block has the kind that was published")
    codec_number = 0 if kind == COVER else 1
    same(bodies[block.slot][0], (kind, codec_number, body), f"the body of slot {block.slot}")


def check_codec(file):
    for case in file["cases"]:
        kind, form, rows = codec.decode(hexed(case["bytes"]))
        same(kind, case["kind"], "the kind")
        [(what, says)] = case["says"].items()
        same(what, ["readings", "intervals"][form], "the form")
        if form == codec.READINGS:
            found = [named(READING, row, "at") for row in rows]
        else:
            found = [named(INTERVAL, row, "start") | {"complete": 60 not in row} for row in rows]
        same(found, says, case["name"])
    return f"{len(file['cases'])} batches"


def check_message(file):
    key, signer = hexed(file["message_key"]), identity_key(hexed(file["signer_seed"]))
    same(signer, hexed(file["signer"]), "the signer's key")
    same(sha256(signer), hexed(file["signer_hash"]), "the hash of the signer's key")
    tags = [hexed(fragment["tag"]) for fragment in file["fragments"]]
    same(tags, [tag(key, number) for number in range(len(tags))], "the tags")
    tangle = dict(zip(tags, (hexed(fragment["data"]) for fragment in file["fragments"])))
    word = file["context"].removeprefix("mk1/")
    must("mk1/" + word == file["context"], "every context begins with mk1/")
    same(verified(key, tangle, signer, word), hexed(file["body"]), "the body")
    return f"{len(tags)} fragments"


def check_grant(file):
    data, seed = hexed(file["grant"]), hexed(file["recipient_seed"])
    must(data[:2] == b"\x01\x01", "version and suite are 1")
    shared, psk = kem.decapsulate(seed, data[2:1282]), prf(hexed(file["shared_secret"]), "psk")
    opened = kem.Opened(shared, psk, hexed(file["consent"]), b"mk1/grant", data[:2], data[1282:])
    same(opened.export(b"mk1/pairwise"), hexed(file["pairwise"]), "the pairwise key")
    must(opened.plaintext[:1] == b"\x01", "a grant is of version 1")
    fields = cbor2.loads(opened.plaintext[1:])
    consent, lanes, history = (fields[i] for i in range(3))
    same(consent, hexed(file["consent"]), "the consent")
    [(lane, keys)] = lanes
    same(lane, file["opened"]["lane"], "the lane")
    check_keys(keys, file["opened"]["keys"])
    check_keys(history, file["opened"]["history"])
    return "one lane and the history"


def check_keys(fields, given):
    keys = LaneKeys(hexed(given["cbor"]))
    same(b"\x01" + cbor2.dumps(fields), hexed(given["cbor"]), "the keys of a lane")
    found = (keys.cid, keys.slot_length, keys.epoch, keys.slot, keys.root, keys.public_key)
    expected = hexed(given["cid"]), given["slot_length"], given["epoch"], given["slot"]
    same(found, (*expected, hexed(given["root"]), hexed(given["key"])), "what the keys say")


def check_pairing(file):
    code, coins = file["code"], file["coins"]
    secret, identity = hexed(code["secret"]), hexed(file["identity"])
    same(sha256(identity)[:20], hexed(code["identity_hash"]), "the hash of the identity")
    same(pairing.address(secret, sha256(identity)[:20], hexed(code["serial"])), code["address"], "the address")
    same(pairing.typed(secret), code["typed"], "the typed code")

    messages = [hexed(message) for message in file["messages"]]
    for kind, message in enumerate(messages, start=1):
        must(message[:2] == bytes([1, kind]), "version 1, and the kinds in their order")
    claim, challenge, answer, result = (message[2:] for message in messages)
    said = pairing.Transcript.of_pairing(secret, hexed(coins["wallet"]), hexed(coins["device"]))
    same(said.first(claim), file["time"].to_bytes(8, "little"), "the time of the claim")
    sealed = said.second(challenge)
    same(said.signed(said.to_wallet, sealed, "pair/device")[0], identity, "the device's identity")
    same(said.signed(said.to_device, answer, "pair/wallet")[0], hexed(file["wallet_key"]), "the wallet's key")
    must(isinstance(cbor2.loads(said.to_wallet.open(result))[0], str), "the result names the device")
    same(said.secrets(), (hexed(file["control_secret"]), hexed(file["status_secret"])), "the secrets of both chains")
    keys = [pairing.claims_key(secret, file["time"])]
    keys += [pairing.message_key(secret, place, claim) for place in (1, 2, 3)]
    same(keys, [hexed(key) for key in file["message_keys"]], "the message keys")
    same(pairing.cancel(claim), hexed(file["cancel"]), "what takes the claim back")
    return "code, four messages and CANCEL, both secrets, four places"


def check_near(file):
    control, status, salt = (hexed(file[name]) for name in ("control_secret", "status_secret", "salt"))
    same(pairing.hint(control, status, salt), hexed(file["hint"]), "the hint")
    coins = hexed(file["coins"]["wallet"]), hexed(file["coins"]["device"])
    said = pairing.Transcript.of_call(control, status, *coins)
    same(said.first(body_of(6, file["call"])), b"", "the payload of a call")
    same(said.second(body_of(7, file["call_taken"])), b"", "what follows its answer")
    expected = near_conversation(file["given"])
    must(len(expected) == len(file["conversation"]), "every request is there")
    for (request, response), given in zip(expected, file["conversation"]):
        for fields, item, kind, way in (
            (request, "request", 8, said.to_device),
            (response, "response", 9, said.to_wallet),
        ):
            plain = way.open(body_of(kind, given[item + "_message"]))
            same(plain, hexed(given[item]), f"the {item} in its message")
            same(without_null(cbor2.loads(plain)), without_null(fields(plain)), f"{given['name']}: the {item}")
    return f"a hint, a call, {len(expected)} requests and responses"


def near_conversation(given):
    """5.6: requests and responses, written out here from the tables. A reading is not repeated but read."""
    networks = [
        {0: name.encode(), 1: strength, 2: security, 3: joined} for name, strength, security, joined in given["networks"]
    ]
    name, node = networks[0][0], given["node"]
    said = [
        ([0, {}], [0, {0: networks}]),
        ([1, {0: name, 1: given["password"]}], [1, {}]),
        ([1, {0: name}], [127, {0: 6}]),
        ([2, {}], [2, {0: node, 1: given["trouble"]}]),
        ([3, {0: node}], [2, {0: node}]),
        ([4, {}], one_row),
        ([4, {}], [127, {0: 11, 1: given["silent"]}]),
        ([5, {0: [hexed(given["block"])]}], [4, {}]),
    ]
    return [(exactly(request), response if callable(response) else exactly(response)) for request, response in said]


def exactly(fields):
    return lambda _: fields


def one_row(plain):
    """METER: its bodies are of one row each."""
    number, fields = cbor2.loads(plain)
    must(number == 3 and list(fields) == [0], "METER has bodies and nothing else")
    for body in fields[0]:
        must(len(codec.decode(body)[-1]) == 1, "a body of one row")
    return [number, fields]


def body_of(kind, message):
    message = hexed(message)
    must(message[:2] == bytes([1, kind]), f"version 1, kind {kind}")
    return message[2:]


def check_consent(file):
    request, receipt = file["request"], file["receipt"]
    signed, secret = hexed(request["signed"]), hexed(request["req_secret"])
    document, key = check_signed(signed, "request")
    same(key, identity_key(hexed(request["provider_seed"])), "the provider's key")
    same(sha256(signed), hexed(request["hash"]), "the hash of the request")
    consent = prf(secret, "consent", sha256(signed))[:16]
    same(consent, hexed(request["consent"]), "the name of the consent")
    carried = urlsafe_b64encode(secret + sha256(signed)).rstrip(b"=").decode()
    same(f"meterkast://consent?n={document['network']}&r={carried}", request["link"], "the link")
    same(prf(secret, "req"), hexed(request["message_key"]), "where the request lies")
    same([prf(secret, "inbox", u16(n)) for n in (0, 1)], [hexed(key) for key in request["inbox"]], "the inbox")

    receipt_bytes = hexed(receipt["signed"])
    text, key = check_signed(receipt_bytes, "receipt")
    same(key, hexed(receipt["key"]), "the key of the receipt")
    same(sha256(receipt_bytes), hexed(receipt["hash"]), "the hash of the receipt")
    for part in (receipt["device"], request["hash"]):
        must(part in json.dumps(text), "the receipt names device and request")
    check_bodies(file, consent, receipt_bytes, key)
    return f"request, link, receipt, {len(file['bodies'])} bodies"


def check_signed(data, word):
    """6.1: the container of a request or a receipt; the document as JSON, and the key that signed it."""
    must(data[:1] == b"\x01" and len(data) <= 40960, "a signed document is of version 1 and has at most 40,960 bytes")
    fields = cbor2.loads(data[1:])
    verify_identity(fields[1], fields[2], fields[0], word)
    return json.loads(fields[0]), fields[1]


def check_bodies(file, consent, receipt, receipt_key):
    """4.2 to 4.4 and 6.3: bodies written out here from the tables, and compared byte for byte."""
    given = file["given"]
    at, secret, closing = given["yes_at"], hexed(given["consent_secret"]), given["closing"]
    closing = {0: closing["lane"], 1: closing["epoch"], 2: closing["slot"], 3: closing["slot_length"]}
    document, provider = check_signed(hexed(file["request"]["signed"]), "request")
    hpke_key = kem.public_key(hexed(given["hpke_seed"]))
    same(urlsafe_b64encode(hpke_key).rstrip(b"=").decode(), document["hpke_key"], "the key in the request")
    authorized = {
        0: consent, 1: at, 2: [3], 3: at, 4: document["until"], 6: hpke_key, 7: provider, 8: receipt_key,
        9: sha256(receipt), 10: hexed(file["request"]["req_secret"]), 11: secret,
    }
    seen = {0: 0, 1: 0, 2: hexed(given["seen"])}
    expected = {
        ("control", "AUTHORIZED"): [2, {0: authorized}],
        ("control", "AUTHORIZATION_REVOKED"): [3, {0: consent, 1: given["stopped_at"]}],
        ("inbox", "yes"): [0, {0: {0: consent, 1: receipt, 2: secret}}],
        ("inbox", "no"): [1, {0: consent, 1: at, 2: receipt_key}],
        ("consent", "REVOKED_ACK"): {0: [seen], 1: given["confirmed_at"], 2: [17, {0: [closing]}]},
    }
    for body in file["bodies"]:
        data = hexed(body["bytes"])
        must(data[:1] == b"\x01", "a body is of version 1")
        found = cbor2.loads(data[1:])
        same(without_null(found), without_null(expected[body["place"], body["name"]]), body["name"])


def without_null(item):
    """A field that is absent is left out or null."""
    if isinstance(item, dict):
        return {key: without_null(value) for key, value in item.items() if value is not None}
    return [without_null(value) for value in item] if isinstance(item, list) else item


def hexed(text):
    return bytes.fromhex(text)


CHECKS = {
    "prf.json": check_prf,
    "kem.json": check_kem,
    "ratchet.json": check_ratchet,
    "channel.json": check_lane,
    "codec.json": check_codec,
    "message.json": check_message,
    "grant.json": check_grant,
    "pairing.json": check_pairing,
    "near.json": check_near,
    "consent.json": check_consent,
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--folder", type=Path, default=Path(__file__).resolve().parent.parent)
    arguments.add_argument("--lane", type=Path)
    chosen = arguments.parse_args()
    if chosen.lane:
        files = [(chosen.lane.name, chosen.lane, check_lane)]
    else:
        files = [(name, chosen.folder / name, check) for name, check in CHECKS.items()]
    failed = False
    for name, path, check in files:
        try:
            print(f"{name}: {check(json.loads(path.read_text()))}")
        except Refused as refused:
            failed = True
            print(f"{name}: REFUSED: {refused}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
