/** Damages that disks and copies do to files: bits flip, ends are missing. */

/** Copies of a content, each damaged in one way: a bit flipped at places spread over it and at its end, or the rest cut off. */
export function* damages(content: Buffer, places = 60): Generator<Buffer> {
  const step = Math.max(1, Math.floor(content.length / places));
  for (let place = 0, turn = 0; place < content.length; place += step, turn++) {
    const flipped = Buffer.from(content);
    flipped[place]! ^= 1 << (turn % 8);
    yield flipped;
    if (turn % 3 === 0) yield content.subarray(0, place);
  }
}
