/**
 * Accepts, rejects, or leaves to a person: `node sort-into-buckets.js ACCEPT REJECT PHOTO...`, scores from which on a picture is accepted and below
 * which it is rejected. Prints a JSON line a picture; nothing is moved.
 */
import { loadModel } from 'antonym';

const [accept, reject, ...photographs] = process.argv.slice(2);
if (!(Number(accept) >= Number(reject)) || photographs.length === 0) {
  process.stderr.write('usage: node sort-into-buckets.js ACCEPT REJECT PHOTO..., ACCEPT at least REJECT\n');
  process.exit(1);
}
const model = await loadModel();
const counts = { accepted: 0, undecided: 0, rejected: 0, unreadable: 0 };
for await (const { image, score, error } of model.scoreEach(photographs)) {
  const bucket = error ? 'unreadable' : score >= Number(accept) ? 'accepted' : score < Number(reject) ? 'rejected' : 'undecided';
  counts[bucket]++;
  process.stdout.write(`${JSON.stringify({ image, bucket, ...(error ? { code: error.code } : { score }) })}\n`);
}
await model.close();
process.stderr.write(`${JSON.stringify(counts)}\n`);
