/** Small good files of the kinds that are read beside images: tables, workbooks, archives, models and their descriptions. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import tar from 'tar-stream';

export type OtherKind = 'csv' | 'xlsx' | 'tar' | 'json' | 'onnx';

export interface OtherFile {
  readonly kind: OtherKind;
  readonly bytes: Buffer;
}

const shipped = (name: string): Promise<Buffer> => readFile(fileURLToPath(new URL(`../../../models/capture/${name}`, import.meta.url)));

/** @param picture an image file to put into archives */
export async function otherFiles(picture: Buffer): Promise<OtherFile[]> {
  const rows = Array.from({ length: 20 }, (_, index) => [`photo "${index}".jpg`, String(index / 4)]);
  const csv = (separator: string): string =>
    [['image', 'mos'], ...rows].map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(separator)).join('\r\n');
  return [
    { kind: 'csv', bytes: Buffer.from(csv(',')) },
    { kind: 'csv', bytes: Buffer.from(`\ufeff${csv('\t')}`, 'utf16le') },
    {
      kind: 'csv',
      bytes: Buffer.from(
        JSON.stringify(
          rows.map(([image, mos]) => ({ image, mos: Number(mos) })),
          null,
          1,
        ),
      ),
    },
    { kind: 'csv', bytes: Buffer.from(rows.map(([image, mos]) => JSON.stringify({ image, mos })).join('\n')) },
    { kind: 'csv', bytes: Buffer.from(['image mos', ...rows.map((_, index) => `${index}.jpg ${index / 4}`)].join('\n')) },
    { kind: 'xlsx', bytes: workbook(rows) },
    { kind: 'tar', bytes: await archive(picture) },
    { kind: 'json', bytes: await shipped('model.json') },
    { kind: 'onnx', bytes: await shipped('model.onnx') },
  ];
}

async function archive(picture: Buffer): Promise<Buffer> {
  const pack = tar.pack();
  for (const name of ['000.png', '000.txt', '001.png', `${'long/'.repeat(40)}002.png`]) pack.entry({ name }, picture);
  pack.finalize();
  const parts: Buffer[] = [];
  for await (const part of pack) parts.push(part);
  return Buffer.concat(parts);
}

/** The least that makes a workbook (ECMA-376, part 1). */
function workbook(rows: readonly (readonly string[])[]): Buffer {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const text = (value: string): string => `<is><t>${value.replaceAll('"', '&quot;')}</t></is>`;
  const line = ([image, mos]: readonly string[], index: number): string =>
    `<row r="${index + 2}"><c r="A${index + 2}" t="inlineStr">${text(image!)}</c><c r="B${index + 2}"><v>${mos}</v></c></row>`;
  const head = `<row r="1"><c r="A1" t="inlineStr">${text('image')}</c><c r="B1" t="inlineStr">${text('mos')}</c></row>`;
  return zip({
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels':
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relations}/worksheet" ` +
      'Target="worksheets/sheet1.xml"/></Relationships>',
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData>${head}${rows.map(line).join('')}</sheetData></worksheet>`,
  });
}

/** Members as they are, without compression (APPNOTE.TXT, 4.3). */
function zip(members: Readonly<Record<string, string>>): Buffer {
  const [locals, entries]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, content] of Object.entries(members)) {
    const data = Buffer.from(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, rest, Buffer.from(name)]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
