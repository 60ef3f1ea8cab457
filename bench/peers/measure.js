// What the measurements share.
'use strict';

// A seed for measuring, never used for anything.
const SEED = 'METERKAST9BENCH9'.padEnd(81, 'K');
const SIDE_KEY = 'METERKAST';

// A transaction holds 2,187 trytes of message; stored at five trits to a byte it takes 1,589 bytes.
const TRYTES_PER_TRANSACTION = 2187;
const BYTES_PER_TRANSACTION = 1589;

const packedBytes = (payload) => Math.ceil(payload.length / TRYTES_PER_TRANSACTION) * BYTES_PER_TRANSACTION;

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

// Processor time in milliseconds, so that a busy machine does not change it much.
function timed(work) {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: (user + system) / 1000 };
}

module.exports = { SEED, SIDE_KEY, median, packedBytes, timed };
