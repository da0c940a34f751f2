/** JSON files that carry their own checksum: what a disk, a copy or an editor changed is not taken for what was written. */
import { jsonText } from './json-line.js';
import { sha256Of } from './sha256.js';

/** The text is JSON, but not the one that was written. */
export class ChecksumError extends SyntaxError {
  constructor() {
    super('its content does not match its checksum');
  }
}

/** The last key of the object: the SHA-256 of the file's text in which its own value is empty. */
const seal = /("checksum": ?")([0-9a-f]{64})("\s*\}\s*)$/;

/** @returns the text of a JSON object that carries its checksum @param space as that of `JSON.stringify` */
export function sealJson(value: object, space?: number): string {
  const text = `${jsonText({ ...value, checksum: '' }, space)}\n`;
  return text.replace(/"(\s*\}\n)$/, (end) => `${sha256(text)}${end}`);
}

/**
 * The object of a text that `sealJson` made, without its checksum. One without checksum, as earlier versions wrote them, is taken as it is.
 * @throws SyntaxError when it is no JSON, ChecksumError when the checksum is that of another text.
 */
export function parseSealed(text: string): unknown {
  const json: unknown = JSON.parse(text);
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, 'checksum')) return json;
  const [, , stated] = seal.exec(text) ?? [];
  if (stated === undefined || sha256(text.replace(seal, '$1$3')) !== stated) {
    throw new ChecksumError();
  }
  const { checksum: _, ...rest } = json as Record<string, unknown>;
  return rest;
}

function sha256(text: string): string {
  return sha256Of(text);
}
