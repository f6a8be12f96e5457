// An order of functions that compresses well: each comes after the one that it is most like. What compresses looks for what was there before, and guesses
// what comes by what came last, so that it gains by both.

/** How many bytes in a row are looked at as one thing. */
const GRAM = 4;
/** How many such things are told apart, in words of 32 bits. */
const WORDS = 128;

/** The numbers of these bodies, in that order. */
export function order(bodies) {
  const marks = bodies.map(marksOf);
  const sizes = marks.map((marks) => marks.reduce((sum, word) => sum + ones(word), 0));
  // How much of what two have is in both.
  const likeness = (a, b) => {
    let both = 0;
    for (let word = 0; word < WORDS; word++) both += ones(marks[a][word] & marks[b][word]);
    return both / (sizes[a] + sizes[b] - both + 1);
  };
  const left = new Set(bodies.keys());
  const ordered = [];
  let next = bodies.reduce((best, body, at) => (body.length < bodies[best].length ? at : best), 0);
  while (left.size > 0) {
    left.delete(next);
    ordered.push(next);
    const last = next;
    let most = -1;
    for (const other of left) {
      const like = likeness(last, other);
      if (like > most) [most, next] = [like, other];
    }
  }
  return ordered;
}

/** A bit for each thing that a body has. */
function marksOf(body) {
  const marks = new Uint32Array(WORDS);
  for (let at = 1; at + GRAM <= body.length; at++) {
    let hash = 0;
    for (const byte of body.subarray(at, at + GRAM)) hash = Math.imul(hash ^ byte, 0x01000193) + 1;
    hash = (hash ^ (hash >>> 15)) >>> 0;
    marks[(hash >>> 5) % WORDS] |= 1 << (hash & 31);
  }
  return marks;
}

/** How many bits of a word are set. */
function ones(word) {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
