"""docs/protocol.md section 3: the ratchet, blocks, rotations and what a reader checks."""

from dataclasses import dataclass

import cbor2

from primitives import must, number, open_aead, open_block, prf, sha256, u16, u32, u64, verify_block

DATA, KEY_ROTATION, DAY_INDEX, HISTORY, COVER = range(1, 6)
MORE, FOLLOWED = 1, 2
ROTATION_SLOT = 2**64 - 1
SIGNATURE_LEN, KEY_LEN = 2420, 1312


class LaneKeys:
    """3.7: what a reader is given."""

    def __init__(self, data):
        must(data[:1] == b"\x01", "lane keys are of version 1")
        fields = cbor2.loads(data[1:])
        self.cid, self.slot_length, self.epoch, self.slot = (fields[i] for i in range(4))
        self.chain, self.next_day, self.rotation, self.root, self.public_key = (fields[i] for i in range(4, 9))
        must(self.root == root(self.cid, self.epoch, self.public_key), "the public key belongs to the root")


def root(cid, epoch, public_key):
    return sha256(b"mk1/root", cid, u32(epoch), public_key)


class Ratchet:
    """3.1: C and D_next as of a slot give every later one and none before."""

    def __init__(self, slot, slots_a_day, chain, next_day):
        self.slot, self.slots_a_day, self.chain, self.next_day = slot, slots_a_day, chain, next_day

    @classmethod
    def start(cls, side_key, slot, slots_a_day):
        day = prf(side_key, "day")
        return cls(slot, slots_a_day, prf(day, "chain"), prf(day, "nextday"))

    def step(self):
        self.slot += 1
        if self.slot % self.slots_a_day:
            self.chain = prf(self.chain, "slot")
        else:
            self.chain, self.next_day = prf(self.next_day, "chain"), prf(self.next_day, "nextday")

    def tag(self, part):
        return prf(prf(self.chain, "tag"), "t", u16(part))

    def key(self, part):
        return prf(self.chain, "enc", u16(part))


@dataclass
class Block:
    """3.2: one block whose place, padding and signature were checked."""

    kind: int
    flags: int
    epoch: int
    seq: int
    slot: int
    part: int
    codec: int
    prev: bytes
    next_root: bytes
    body: bytes
    hash: bytes
    tag: bytes


class Reader:
    """Reads a lane from a map of tags to blocks, as one honest node would answer."""

    def __init__(self, keys, pairwise, tangle):
        self.cid, self.slot_length, self.tangle = keys.cid, keys.slot_length, tangle
        self.epoch, self.public_key, self.rotation = keys.epoch, keys.public_key, keys.rotation
        self.ratchet = Ratchet(keys.slot, 86400 // keys.slot_length, keys.chain, keys.next_day)
        self.pairwise = prf(pairwise, "lane", self.cid)
        self.blocks = []

    def read(self, slots):
        """Follows the lane for so many slots; returns {slot: [(kind, codec, body), …]}."""
        bodies, last = {}, self.ratchet.slot + slots
        while self.ratchet.slot < last:
            turn = self.next_epoch()
            until = min(turn[0], last) if turn else last
            while self.ratchet.slot < until:
                found = self.bodies(self.ratchet.tag, self.ratchet.key, self.ratchet.slot)
                if found:
                    bodies[self.ratchet.slot] = found
                self.ratchet.step()
            if turn and self.ratchet.slot < last:
                self.enter(turn)
        self.check_sequence()
        return bodies

    def bodies(self, tag, key, slot):
        """The bodies of one place, put together from their parts."""
        found, part, whole, more = [], 0, b"", True
        while more:
            data = self.tangle.get(tag(part))
            if data is None:
                must(part == 0, f"part {part} of slot {slot} is withheld")
                return []
            block = self.open(tag(part), key(part), data, slot, part)
            self.blocks.append(block)
            whole, more, part = whole + block.body, bool(block.flags), part + 1
            if not block.flags & MORE:
                found.append((block.kind, block.codec, whole))
                whole = b""
        return found

    def open(self, tag, key, data, slot, part):
        """3.4, steps 1 to 3, 5 and 7."""
        place = ROTATION_SLOT if slot is None else slot
        plain = open_block(key, data, self.cid + u32(self.epoch) + u64(place) + u16(part))
        length = number(plain[28:32])
        signed, rest = plain[: 96 + length], plain[96 + length :]
        must(len(signed) == 96 + length and len(rest) >= SIGNATURE_LEN, "a body has at most 1,540 bytes")
        must(not any(rest[SIGNATURE_LEN:]), "zeros follow the signature")
        block = Block(
            plain[1], number(plain[2:4]), number(plain[4:8]), number(plain[8:16]), number(plain[16:24]),
            number(plain[24:26]), number(plain[26:28]), plain[32:64], plain[64:96], signed[96:],
            sha256(self.cid, signed), tag,
        )
        must(plain[0] == 1 and block.flags in (0, MORE, FOLLOWED), "version 1 and known flags")
        must((block.kind == KEY_ROTATION) == (slot is None) and block.kind in range(1, 6), "the kind fits the place")
        must(block.epoch == self.epoch and block.part == part, "epoch and part are those of the place")
        must(slot is None or block.slot == slot, "the slot is that of the place")
        verify_block(self.public_key, rest[:SIGNATURE_LEN], self.cid + signed)
        same = [other.next_root for other in self.blocks if other.epoch == block.epoch]
        must(not same or same[0] == block.next_root, "an epoch has one next root")
        return block

    def next_epoch(self):
        """3.5: first slot and the rest of the rotation that ends this epoch, if it is there."""
        tag = lambda part: prf(self.rotation, "tag", u16(part))
        key = lambda part: prf(self.rotation, "enc", u16(part))
        bodies = self.bodies(tag, key, None)
        if not bodies:
            return None
        [(_, codec, body)] = bodies
        epoch, first, salt, public_key = number(body[:4]), number(body[4:12]), body[12:28], body[28 : 28 + KEY_LEN]
        must(codec == 0 and epoch == self.epoch + 1, "a rotation leads to the next epoch")
        must(root(self.cid, epoch, public_key) == self.blocks[-1].next_root, "the new key is the one announced")
        must(first == self.blocks[-1].slot, "the first slot is that of the header")
        entries = [body[i : i + 128] for i in range(28 + KEY_LEN, len(body), 128)]
        must(entries and len(entries[-1]) == 128, "entries are whole")
        return first, epoch, public_key, salt, entries

    def enter(self, turn):
        first, epoch, public_key, salt, entries = turn
        name = prf(self.pairwise, "rid", u32(epoch))[:8]
        mine = [entry for entry in entries if entry[:8] == name]
        must(len(mine) == 1, "the rotation names this reader once")
        keys = open_aead(prf(self.pairwise, "rwrap", u32(epoch), salt), bytes(12), mine[0][8:], self.cid)
        slot = number(keys[:8])
        must(len(keys) == 104 and slot >= first, "keys are as of the first slot or a later one")
        self.pairwise = prf(self.pairwise, "next", u32(epoch))
        self.epoch, self.public_key, self.rotation = epoch, public_key, keys[72:]
        self.ratchet = Ratchet(slot, self.ratchet.slots_a_day, keys[8:40], keys[40:72])

    def check_sequence(self):
        """3.2 and 3.4, step 6: no number is missing, and every block links to the one before."""
        self.blocks.sort(key=lambda block: block.seq)
        before, unindexed = bytes(32), 0
        for seq, block in enumerate(self.blocks):
            must(block.seq == seq, f"block {seq} is missing")
            must(block.prev == before, f"block {seq} links to the one before")
            if block.kind == DAY_INDEX:
                first, last, key = number(block.body[:8]), number(block.body[8:16]), block.body[48:]
                must((first, last, block.body[16:48]) == (unindexed, seq - 1, before), "a day index tells the truth")
                must(len(key) == KEY_LEN, "a day index carries the key of the epoch")
                unindexed = seq
            before = block.hash
