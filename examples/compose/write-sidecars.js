/**
 * Stars for a photo manager: `node write-sidecars.js PHOTO...` writes PHOTO.xmp beside each, as darktable and digiKam read them. A fifth of the
 * pictures gets each number of stars. A sidecar that is there holds somebody's work and stays as it is.
 */
import { writeFile } from 'node:fs/promises';
import { loadModel } from 'antonym';

const photographs = process.argv.slice(2);
const model = await loadModel();
const scored = [];
for await (const { image, score, error } of model.scoreEach(photographs)) {
  if (error) process.stderr.write(`${error.message}\n`);
  else scored.push({ image, score });
}
await model.close();

scored.sort((a, b) => a.score - b.score);
for (const [rank, { image, score }] of scored.entries()) {
  const stars = 1 + Math.floor((5 * rank) / scored.length);
  try {
    await writeFile(`${image}.xmp`, sidecar(stars, score), { flag: 'wx' });
    process.stdout.write(`${stars}  ${image}.xmp\n`);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    process.stderr.write(`${image}.xmp is there already: left as it is\n`);
  }
}

/** XMP specification, part 1: a packet of RDF; the rating is that of the basic schema, 1 to 5. */
function sidecar(stars, score) {
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:antonym="https://antonym.invalid/1/"
    xmp:Rating="${stars}" antonym:Score="${score.toFixed(4)}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
`;
}
