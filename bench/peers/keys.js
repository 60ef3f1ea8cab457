// How the original hands over keys: MAM_DATA, which grants access, and KEY_ROTATION, which turns the keys for those who
// stay, whose numbers are named on the command line. Both seal keys with NTRU, which is left out of the time.
// Prints one line of JSON for the grant and one for each rotation.
'use strict';

const crypto = require('crypto');
const mam = require('@iota/mam');
const { asciiToTrytes } = require('@iota/converter');
const { SEED, SIDE_KEY, packedBytes, timed } = require('./measure');

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ9';
// What the `ntru` package's ciphertext of a root or side key takes.
const NTRU_CIPHERTEXT = 1022;

const address = () => Array.from(crypto.randomBytes(81), (byte) => ALPHABET[byte % 27]).join('');
const sealedKey = () => asciiToTrytes(crypto.randomBytes(NTRU_CIPHERTEXT).toString('base64'));

// Sent as it is, not in a channel.
const grant = { type: 'MAM_DATA', root: address(), mamData: { root: sealedKey(), sideKey: sealedKey() } };
console.log(JSON.stringify({ readers: 0, create_ms: 0, bytes: packedBytes(asciiToTrytes(JSON.stringify(grant))) }));

let state = mam.changeMode(mam.init({ provider: 'http://127.0.0.1:1' }, SEED, 2), 'restricted', SIDE_KEY);
for (const readers of process.argv.slice(2).map(Number)) {
  const message = { type: 'KEY_ROTATION' };
  for (let reader = 0; reader < readers; reader += 1) message[address()] = sealedKey();
  const trytes = asciiToTrytes(JSON.stringify(message));
  const created = timed(() => mam.create(state, trytes));
  state = created.result.state;
  console.log(JSON.stringify({ readers, create_ms: created.ms, bytes: packedBytes(created.result.payload) }));
}
