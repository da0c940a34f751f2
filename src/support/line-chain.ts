/** Lines of JSON that are appended one after the other: each carries a checksum of itself and all before it, so that none is changed, lost or moved. */
import { createHash } from 'node:crypto';
import { jsonText } from './json-line.js';

const mark = /,"check":"([0-9a-f]{16})"\}$/;

/** Follows the lines of one file, written or read. */
export class LineChain {
  private last = '';

  /** @returns the next line, without its end @param value an object with at least one key */
  seal(value: object): string {
    return this.sealText(jsonText(value));
  }

  /** The same for the text of an object. */
  sealText(text: string): string {
    this.last = this.checkOf(text);
    return `${text.slice(0, -1)},"check":"${this.last}"}`;
  }

  /**
   * The next line as it was before it was sealed. Lines without a checksum may only come before the first that has one: earlier versions wrote them.
   * @returns undefined when the line is not the one that follows.
   */
  open(given: string): string | undefined {
    // a copy through Windows or git may end lines by two characters
    const line = given.replace(/\r$/, '');
    const [, check] = mark.exec(line) ?? [];
    if (check === undefined) return this.last === '' ? line : undefined;
    const text = withoutCheck(line);
    if (this.checkOf(text) !== check) return undefined;
    this.last = check;
    return text;
  }

  private checkOf(text: string): string {
    return createHash('sha256').update(this.last).update(text).digest('hex').slice(0, 16);
  }
}

/** A line without its checksum, which is not looked at. */
export function withoutCheck(line: string): string {
  return line.replace(mark, '}');
}
