// `@iota/iota.js` and `@iota/mqtt.js`, unmodified, against a tangle-node.
//
// Usage: node client.js URL, with a block of ours on standard input as JSON: {"id", "tag", "data"}, all 0x-hexadecimal.
// Prints what was published, a JSON object a line, for the other side to read. Any surprise ends it with an error.

"use strict";

const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { Blake2b, PowHelper } = require("@iota/crypto.js");
const {
    ClientError, SingleNodeClient, TAGGED_DATA_PAYLOAD_TYPE, serializeBlock,
} = require("@iota/iota.js");
const { MqttClient } = require("@iota/mqtt.js");
const { BigIntHelper, Converter, WriteStream } = require("@iota/util.js");
const bigInt = require("big-integer");

const ROUTES = ["core/v2", "mqtt/v1"];
const PATIENCE = 30_000;

/** The library's own search for a nonce, on this thread. */
const localWork = {
    async pow(block, score) {
        const digest = Blake2b.sum256(block.slice(0, -8));
        return PowHelper.performPow(digest, PowHelper.calculateTargetZeros(block, score), "0");
    },
};

async function main() {
    const url = process.argv[2];
    const ours = JSON.parse(readFileSync(0, "utf8"));
    const remote = new SingleNodeClient(url);
    const local = new SingleNodeClient(url, { powProvider: localWork });

    await describes(remote);
    const events = await listen(url, remote);
    const published = [
        await publishJson(remote, "JSON, work left to the node"),
        await publishRaw(remote, "bytes, work left to the node"),
        await publishWorked(local, "bytes, own work"),
    ];
    for (const block of published) {
        await readBack(remote, block);
        await confirmed(remote, block.id);
        console.log(JSON.stringify(block));
    }
    await readBack(remote, ours);
    await confirmed(remote, ours.id);
    await errors(remote);
    await events.heard(published);
    await events.ofOneBlock(remote);
}

async function describes(client) {
    assert.equal(await client.health(), true, "health");
    const { routes } = await client.routes();
    for (const route of ROUTES) {
        assert.ok(routes.includes(route), `routes: ${routes}`);
    }
    const info = await client.info();
    assert.equal(info.protocol.version, 2);
    assert.equal(info.protocol.networkName, "village");
    assert.equal(info.protocol.minPowScore, 1);
    assert.equal(info.status.isHealthy, true);
    assert.ok(info.features.includes("pow"), `features: ${info.features}`);
    assert.match(info.protocol.tokenSupply, /^[0-9]+$/);
    const { tips } = await client.tips();
    assert.ok(tips.length >= 1 && tips.length <= 8, `tips: ${tips}`);
    tips.forEach(tip => assert.match(tip, /^0x[0-9a-f]{64}$/));
}

function taggedData(words) {
    const [tag, data] = [Blake2b.sum256(Converter.utf8ToBytes(`iota.js: ${words}`)), Converter.utf8ToBytes(words)];
    return {
        type: TAGGED_DATA_PAYLOAD_TYPE,
        tag: Converter.bytesToHex(tag, true),
        data: Converter.bytesToHex(data, true),
    };
}

/** The library posts bytes; JSON goes through its own plain request. */
async function publishJson(client, words) {
    const payload = taggedData(words);
    const { blockId } = await client.fetchJson(
        "/api/core/v2/", "post", "blocks", { protocolVersion: 2, parents: [], payload, nonce: "0" },
    );
    return { id: blockId, ...payload };
}

async function publishRaw(client, words) {
    const payload = taggedData(words);
    const { tips } = await client.tips();
    const id = await client.blockSubmitRaw(bytesOf({ protocolVersion: 2, parents: tips, payload, nonce: "0" }));
    return { id, ...payload };
}

async function publishWorked(client, words) {
    const payload = taggedData(words);
    const id = await client.blockSubmit({ payload });
    assert.notEqual((await client.block(id)).nonce, "0", "no work was done");
    return { id, ...payload };
}

/** A block with its nonce, not yet posted. */
async function worked(client, words) {
    const { tips } = await client.tips();
    const block = bytesOf({ protocolVersion: 2, parents: tips, payload: taggedData(words), nonce: "0" });
    BigIntHelper.write8(bigInt(await localWork.pow(block, 1)), block, block.length - 8);
    return block;
}

async function readBack(client, { id, tag, data }) {
    const block = await client.block(id);
    assert.equal(block.payload.type, TAGGED_DATA_PAYLOAD_TYPE);
    assert.deepEqual([block.payload.tag, block.payload.data], [tag, data]);
    const raw = await client.blockRaw(id);
    assert.deepEqual(bytesOf(block), raw, "JSON and bytes differ");
    assert.equal(idOf(raw), id);
    assert.ok(PowHelper.score(raw) >= 1, "too little work");
}

async function confirmed(client, id) {
    const metadata = await until(`${id} is referenced by a milestone`, async () => {
        const metadata = await client.blockMetadata(id);
        return metadata.referencedByMilestoneIndex !== undefined && metadata;
    });
    assert.equal(metadata.blockId, id);
    assert.equal(metadata.isSolid, true);
    assert.equal(metadata.ledgerInclusionState, "noTransaction");
    const milestone = await client.milestoneByIndex(metadata.referencedByMilestoneIndex);
    assert.equal(milestone.index, metadata.referencedByMilestoneIndex);
}

async function errors(client) {
    const status = async (expected, request) => {
        const error = await request.then(() => assert.fail(`no ${expected}`), error => error);
        assert.ok(error instanceof ClientError, `${error}`);
        assert.equal(error.httpStatus, expected, error.message);
    };
    const nowhere = `0x${"09".repeat(32)}`;
    await status(404, client.block(nowhere));
    await status(404, client.blockRaw(nowhere));
    await status(404, client.blockMetadata(nowhere));
    await status(400, client.block("0x12"));
    await status(400, client.blockSubmitRaw(new Uint8Array([2, 1, 0])));
    const payload = taggedData("whose parent nobody knows");
    const orphan = { protocolVersion: 2, parents: [nowhere], payload, nonce: "0" };
    await status(400, client.blockSubmitRaw(bytesOf(orphan)));
    await status(404, client.milestoneByIndex(4_000_000_000));
}

/** Subscribes to every topic, and checks at the end what came. */
async function listen(url, client) {
    const mqtt = new MqttClient(`${url.replace("http", "ws")}/api/mqtt/v1`);
    const came = {
        raw: [], json: [], tagged: [], oneTag: [], referenced: [], latest: [], confirmed: [], milestones: [], metadata: [],
    };
    const oneTag = taggedData("bytes, own work").tag;
    mqtt.blocksRaw((_, bytes) => came.raw.push(idOf(bytes)));
    mqtt.blocks((_, block) => came.json.push(block.payload?.tag));
    mqtt.blocksTaggedRaw(undefined, (_, bytes) => came.tagged.push(idOf(bytes)));
    mqtt.blocksTaggedRaw(oneTag, (topic, bytes) => came.oneTag.push([topic, idOf(bytes)]));
    mqtt.blocksReferenced((_, metadata) => came.referenced.push(metadata.blockId));
    mqtt.milestonesLatest((_, milestone) => came.latest.push(milestone.index));
    mqtt.milestonesConfirmed((_, milestone) => came.confirmed.push(milestone.index));
    mqtt.milestoneRaw((_, bytes) => came.milestones.push(bytes.length));
    await until("the MQTT client is connected and its subscriptions are in force", async () => {
        // A block tells whether it hears: what came before was not promised to it.
        await publishJson(client, `is anybody there? ${Date.now()}`);
        return came.raw.length > 0 && came.latest.length > 0;
    });
    return {
        async heard(published) {
            const ids = published.map(block => block.id);
            const all = kind => () => ids.every(id => came[kind].includes(id));
            await until("all blocks came as bytes", all("raw"));
            await until("all blocks came under blocks/tagged-data", all("tagged"));
            await until("all blocks came as referenced", all("referenced"));
            await until("all blocks came as JSON", () => published.every(block => came.json.includes(block.tag)));
            await until("one tag's block came", () => came.oneTag.length > 0);
            assert.deepEqual(came.oneTag, [[`blocks/tagged-data/${oneTag}`, ids.at(-1)]]);
            await until("milestones came", () => came.latest.length && came.confirmed.length && came.milestones.length);
            assert.equal(new Set(came.raw).size, came.raw.length, "a block came twice");
        },
        /** Whoever did the work knows the id before anybody else, and can listen for what becomes of it. */
        async ofOneBlock(client) {
            await until("one block's metadata came", async () => {
                const bytes = await worked(client, `what becomes of it? ${Date.now()}`);
                const id = idOf(bytes);
                mqtt.blocksMetadata(id, (topic, { blockId }) => came.metadata.push([topic, blockId]));
                assert.equal(await client.blockSubmitRaw(bytes), id);
                await confirmed(client, id);
                return came.metadata.length > 0;
            });
            came.metadata.forEach(([topic, id]) => assert.equal(topic, `block-metadata/${id}`));
        },
    };
}

function bytesOf(block) {
    const stream = new WriteStream();
    serializeBlock(stream, block);
    return stream.finalBytes();
}

function idOf(bytes) {
    return Converter.bytesToHex(Blake2b.sum256(bytes), true);
}

async function until(what, happened) {
    const end = Date.now() + PATIENCE;
    for (;;) {
        const result = await happened();
        if (result) {
            return result;
        }
        assert.ok(Date.now() < end, `waited in vain until ${what}`);
        await new Promise(resolve => setTimeout(resolve, 50));
    }
}

main().then(() => process.exit(0), error => {
    console.error(error);
    process.exit(1);
});
