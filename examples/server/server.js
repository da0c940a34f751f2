/**
 * A service that scores uploads: `node server.js [PORT]`, or PORT in the environment, then `curl --data-binary @photo.jpg http://127.0.0.1:8080/`.
 * Clients that leave cost nothing, those that come beyond the limit are told so at once. Only this machine reaches it; HOST=0.0.0.0 lets others in,
 * as a container needs.
 */
import { createServer } from 'node:http';
import { loadModel } from 'antonym';

const largestUpload = 32 * 2 ** 20;
const mostWaiting = 50;
const statusOf = { ERR_ANTONYM_QUEUE_FULL: 503, ERR_ANTONYM_BUSY: 503, ERR_ANTONYM_OUT_OF_MEMORY: 503 };

const model = await loadModel(undefined, { maxQueue: mostWaiting });

const server = createServer(async (request, response) => {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    // before the upload is read: what is refused must not fill the memory
    if (model.waiting >= mostWaiting) throw fault(503, `${mostWaiting} pictures wait.`);
    if (Number(request.headers['content-length']) > largestUpload) throw fault(413, `A picture may have ${largestUpload} bytes.`);
    const score = await model.score(await bodyOf(request), { signal: gone.signal });
    answer(response, 200, { score });
  } catch (error) {
    if (gone.signal.aborted) return;
    const status = error.status ?? statusOf[error.code] ?? (error.name === 'ImageError' ? 422 : 500);
    if (status === 503) response.setHeader('retry-after', '1');
    answer(response, status, { error: error.message, code: error.code });
  }
});
const host = process.env.HOST ?? '127.0.0.1';
server.listen(Number(process.argv[2] ?? process.env.PORT ?? 8080), host, () => {
  process.stdout.write(`http://${host}:${server.address().port}/\n`);
});
process.on('SIGTERM', async () => {
  server.close();
  await model.close();
});

/** The content of an upload; one that does not say its length and goes beyond the limit is broken off. */
async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > largestUpload) throw fault(413, `A picture may have ${largestUpload} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function fault(status, message) {
  return Object.assign(new Error(message), { status });
}

function answer(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}
