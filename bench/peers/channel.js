// One message of the original: a telegram as DATA in a restricted MAM channel, created and read back.
// Reads the telegram from standard input; prints one line of JSON for each implementation.
'use strict';

const fs = require('fs');
const mam = require('@iota/mam');
const mamJs = require('@iota/mam.js');
const { asciiToTrytes } = require('@iota/converter');
const { SEED, SIDE_KEY, median, packedBytes, timed } = require('./measure');

const RUNS = 9;
const raw = fs.readFileSync(0, 'latin1');
const message = asciiToTrytes(JSON.stringify({ type: 'DATA', raw, timestamp: 1542800000000 }));

function lineageOfTheOriginal() {
  let state = mam.init({ provider: 'http://127.0.0.1:1' }, SEED, 2);
  state = mam.changeMode(state, 'restricted', SIDE_KEY);
  return measure('@iota/mam', () => {
    const created = timed(() => mam.create(state, message));
    state = created.result.state;
    const { payload, root } = created.result;
    const read = timed(() => mam.decode(payload, SIDE_KEY, root));
    if (!(read.result.payload || read.result.message)) throw new Error('the message does not come back');
    return { created, read, payload };
  });
}

function itsSuccessor() {
  const channel = mamJs.createChannel(SEED, 2, 'restricted', SIDE_KEY);
  return measure('@iota/mam.js', () => {
    const created = timed(() => mamJs.createMessage(channel, message));
    const { payload, root } = created.result;
    const read = timed(() => mamJs.parseMessage(payload, root, SIDE_KEY.padEnd(81, '9')));
    if (read.result.message !== message) throw new Error('the message does not come back');
    return { created, read, payload };
  });
}

function measure(name, once) {
  const runs = Array.from({ length: RUNS }, once);
  return {
    name,
    version: require(`${name}/package.json`).version,
    create_ms: median(runs.map((run) => run.created.ms)),
    read_ms: median(runs.map((run) => run.read.ms)),
    bytes: packedBytes(runs[0].payload),
  };
}

for (const peer of [lineageOfTheOriginal(), itsSuccessor()]) console.log(JSON.stringify(peer));
