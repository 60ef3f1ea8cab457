"""The official `iota-sdk`, unmodified, against a tangle-node.

Usage: python client.py URL, with a block of ours on standard input as JSON: {"id", "tag", "data"}, all 0x-hexadecimal.
Prints what was published, a JSON object a line, for the other side to read. Any surprise ends it with an error.
"""

import hashlib
import json
import sys
import threading
import time
from contextlib import contextmanager

from iota_sdk import Client, ClientError
from iota_sdk.types.payload import TaggedDataPayload

PATIENCE = 30
NOWHERE = "0x" + "09" * 32


def main(url, ours):
    remote = Client(nodes=[url], local_pow=False)
    local = Client(nodes=[url], local_pow=True, pow_worker_count=1)
    describes(remote, url)
    events = Events(url, ours)
    events.connected(remote)
    published = [
        publish(remote, "work left to the node"),
        publish(local, "own work"),
        publish_payload(local, "as a payload"),
        publish_raw(remote, local, "as bytes"),
    ]
    for block in published:
        read_back(remote, block)
        confirmed(remote, block["id"])
        print(json.dumps(block))
    read_back(remote, ours)
    confirmed(remote, ours["id"])
    errors(remote)
    events.heard(published)


def describes(client, url):
    assert client.get_health(url) is True
    info = client.get_info().nodeInfo
    assert info.protocol.version == 2, info.protocol
    assert info.protocol.networkName == "village", info.protocol
    assert info.protocol.minPowScore == 1, info.protocol
    assert info.status.isHealthy is True
    assert "pow" in info.features, info.features
    assert client.get_min_pow_score() == 1
    assert client.get_network_info().protocolParameters.networkName == "village"
    tips = client.get_tips()
    assert 1 <= len(tips) <= 8 and all(is_hex(tip, 32) for tip in tips), tips


def content(words):
    text = f"iota-sdk: {words}".encode()
    return {"tag": "0x" + hashlib.sha256(text).hexdigest(), "data": "0x" + text.hex()}


def publish(client, words):
    """Parents, work and posting as the library does them by itself."""
    wanted = content(words)
    block_id, block = client.build_and_post_block(**wanted)
    assert block.nonce != "0", "no work was done"
    return {"id": block_id, **wanted}


def publish_payload(client, words):
    wanted = content(words)
    block_id, _ = client.submit_payload(TaggedDataPayload(wanted["tag"], wanted["data"]))
    return {"id": block_id, **wanted}


def publish_raw(remote, local, words):
    """The bytes of a block that is there already, posted once more: it is the same block."""
    block = publish(local, words)
    raw = remote.get_block_raw(block["id"])
    assert remote.post_block_raw(raw) == block["id"]
    return block


def read_back(client, block):
    read = client.get_block_data(block["id"])
    assert isinstance(read.payload, TaggedDataPayload), read.payload
    assert (read.payload.tag, read.payload.data) == (block["tag"], block["data"])
    raw = bytes(client.get_block_raw(block["id"]))
    assert block_id_of(raw) == block["id"]
    assert read.id() == block["id"], "JSON and bytes differ"


def confirmed(client, block_id):
    def referenced():
        metadata = client.get_block_metadata(block_id)
        return metadata if metadata.referencedByMilestoneIndex else None

    metadata = until(f"{block_id} is referenced by a milestone", referenced)
    assert metadata.blockId == block_id
    assert metadata.isSolid is True
    index = metadata.referencedByMilestoneIndex
    assert client.get_milestone_by_index(index).index == index
    assert len(client.get_milestone_by_index_raw(index)) > 0


def errors(client):
    with refused("not found"):
        client.get_block_data(NOWHERE)
    with refused("not found"):
        client.get_block_raw(NOWHERE)
    with refused("not found"):
        client.get_block_metadata(NOWHERE)
    with refused("400"):
        client.post_block_raw(list(orphan(content("whose parent nobody knows"))))
    with refused("not found"):
        client.get_milestone_by_index(4_000_000_000)


def orphan(wanted):
    """A block (IOTA TIP-24) whose parent does not exist, its nonce left to the node."""
    tag, data = (bytes.fromhex(wanted[name][2:]) for name in ("tag", "data"))
    payload = (5).to_bytes(4, "little") + bytes([len(tag)]) + tag + len(data).to_bytes(4, "little") + data
    head = bytes([2, 1]) + bytes.fromhex(NOWHERE[2:]) + len(payload).to_bytes(4, "little")
    return head + payload + bytes(8)


@contextmanager
def refused(words):
    try:
        yield
    except ClientError as error:
        assert words in str(error).lower(), f"expected {words!r}: {error}"
    else:
        raise AssertionError(f"this was to be refused with {words!r}")


class Events:
    """Every topic that is about blocks and milestones, over MQTT."""

    def __init__(self, url, ours):
        self.came = {}
        self.lock = threading.Lock()
        self.one_tag = f"blocks/tagged-data/{content('own work')['tag']}"
        self.client = Client(nodes=[url], local_pow=False)
        self.client.listen_mqtt(
            [
                "blocks",
                "blocks/tagged-data",
                self.one_tag,
                "block-metadata/referenced",
                f"block-metadata/{ours['id']}",
                "milestone-info/latest",
                "milestone-info/confirmed",
                "milestones",
            ],
            self.hear,
        )

    def hear(self, event):
        # The library hands over JSON inside JSON inside JSON.
        event = json.loads(json.loads(event))
        with self.lock:
            self.came.setdefault(event["topic"], []).append(json.loads(event["payload"]))

    def tags(self, topic):
        with self.lock:
            return [block.get("payload", {}).get("tag") for block in self.came.get(topic, [])]

    def connected(self, client):
        def heard_a_block():
            # What came before the subscription was not promised to it.
            publish(client, f"is anybody there? {time.time()}")
            return self.tags("blocks") and self.tags("blocks/tagged-data")

        until("the MQTT client is connected", heard_a_block)

    def heard(self, published):
        tags = [block["tag"] for block in published]
        for topic in ("blocks", "blocks/tagged-data"):
            until(f"all blocks came under {topic}", lambda topic=topic: set(tags) <= set(self.tags(topic)))
        until("one tag's block came", lambda: self.tags(self.one_tag) == [content("own work")["tag"]])
        ids = {block["id"] for block in published}
        until("all blocks came as referenced", lambda: ids <= set(self.ids("block-metadata/referenced")))
        for topic in ("milestone-info/latest", "milestone-info/confirmed", "milestones"):
            until(f"{topic} came", lambda topic=topic: self.count(topic) > 0)

    def ids(self, topic):
        with self.lock:
            return [metadata["blockId"] for metadata in self.came.get(topic, [])]

    def count(self, topic):
        with self.lock:
            return len(self.came.get(topic, []))


def until(what, happened):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        result = happened()
        if result:
            return result
        time.sleep(0.05)
    raise AssertionError(f"waited in vain until {what}")


def block_id_of(raw):
    return "0x" + hashlib.blake2b(raw, digest_size=32).hexdigest()


def is_hex(text, length):
    return text.startswith("0x") and len(bytes.fromhex(text[2:])) == length


if __name__ == "__main__":
    main(sys.argv[1], json.load(sys.stdin))
