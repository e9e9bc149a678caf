// The draws of images behind the intervals, as analysis/statistics/estimates.py takes them from
// NumPy: default_rng((seed, replicate)).integers(n, size=n). So the page need not carry them.
//
// O'Neill (2014), PCG: A family of simple fast space-efficient statistically good algorithms:
// PCG-XSL-RR-128/64. Lemire (2019), Fast random integer generation in an interval, ACM TOMACS 29(1).

const MASK_64 = (1n << 64n) - 1n;
const PCG_MULTIPLIER = (2549297995355413924n << 64n) | 4865540595714422341n;

// NumPy's SeedSequence: 256 bits of state from a few small whole numbers.
function seedWords(entropy) {
  let constant = 0x43b0d7e5;
  const hashed = (word) => {
    let value = word ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    value = Math.imul(value, constant);
    return value ^ (value >>> 16);
  };
  const pool = [0, 1, 2, 3].map((i) => hashed(entropy[i] ?? 0));
  for (let from = 0; from < 4; from += 1) {
    for (let to = 0; to < 4; to += 1) {
      if (from === to) continue;
      const word = Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, hashed(pool[from]));
      pool[to] = word ^ (word >>> 16);
    }
  }
  constant = 0x8b51f9dd;
  return Array.from({ length: 8 }, (_, i) => {
    let value = pool[i % 4] ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    value = Math.imul(value, constant);
    return (value ^ (value >>> 16)) >>> 0;
  });
}

// Return a function that gives the generator's next 32 bits.
function generator(entropy) {
  const words = seedWords(entropy).map(BigInt);
  const wide = (at) => (((words[at + 1] << 32n) | words[at]) << 64n) | (words[at + 3] << 32n) | words[at + 2];
  const increment = BigInt.asUintN(128, (wide(4) << 1n) | 1n);
  const stepped = (state) => BigInt.asUintN(128, state * PCG_MULTIPLIER + increment);
  let state = stepped(increment + wide(0));
  let later = -1;
  return () => {
    if (later >= 0) {
      const kept = later;
      later = -1;
      return kept;
    }
    state = stepped(state);
    const folded = (state >> 64n) ^ (state & MASK_64);
    const turn = state >> 122n;
    const output = ((folded >> turn) | (folded << (64n - turn))) & MASK_64;
    later = Number(output >> 32n);
    return Number(output & 0xffffffffn);
  };
}

// How often each of n images is drawn in a replicate.
function drawnImages(n, seed, replicate) {
  const weights = new Uint8Array(n);
  if (n === 1) weights[0] = 1;
  if (n < 2) return weights;
  const next = generator([seed, replicate]);
  const rejected = (0x100000000 - n) % n;
  for (let draw = 0; draw < n; draw += 1) {
    let product = next() * n; // below 2 ** 53: n is a number of images
    while (product % 0x100000000 < rejected) product = next() * n;
    weights[Math.floor(product / 0x100000000)] += 1;
  }
  return weights;
}
