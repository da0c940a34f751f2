/** Reads charts back as a browser would: strictly, as XML. */
import { execFileSync, spawnSync } from 'node:child_process';

/** True where there is a strict XML parser (Python's) to ask. */
export const hasXmlParser = spawnSync('python3', ['-c', 'import xml.dom.minidom']).status === 0;

/** @throws when the text is not well-formed XML. */
export function parseXml(text: string): void {
  execFileSync('python3', ['-c', 'import sys, xml.dom.minidom; xml.dom.minidom.parseString(sys.stdin.buffer.read())'], {
    input: text,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** The vertices of every path of a class, in the order drawn. */
export function pathsOf(svg: string, name: string): [number, number][][] {
  return [...svg.matchAll(/<path class="([^"]*)" d="([^"]*)"/g)]
    .filter(([, classes]) => classes!.split(' ').includes(name))
    .map(([, , d]) => [...d!.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]): [number, number] => [Number(x), Number(y)]));
}

/** The texts of a class. */
export function textsOf(svg: string, name: string): string[] {
  return [...svg.matchAll(/<text class="([^"]*)"[^>]*>([^<]*)</g)].filter(([, given]) => given === name).map(([, , text]) => text!);
}
