/** A function in AWS Lambda behind its own URL: the body of a POST is a picture, the answer its score. */
import { loadModel } from 'antonym';

// once for each instance, while it starts
const model = await loadModel();

export async function handler({ body, isBase64Encoded }) {
  const json = (statusCode, value) => ({ statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
  try {
    return json(200, { score: await model.score(Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')) });
  } catch (error) {
    return json(error.name === 'ImageError' ? 422 : 500, { error: error.message, code: error.code });
  }
}
