import type { Placed } from "./folder";

/** Files laid into one zip as they are, so that the house reads them as one import. */
export interface Packed {
  readonly archive: Blob;
  readonly count: number;
  /** Paths of those that could not be read. */
  readonly unread: readonly string[];
}

const UTF8 = 0x0800; // names are UTF-8
const VERSION = 20;
const STORED = 0;
const MIDNIGHT = 0;
const FIRST_DAY = 0x21; // 1 January 1980: nobody reads it

/**
 * Lay files into a zip without compressing: it only refers to them, so memory stays small.
 *
 * Source: .ZIP File Format Specification 6.3.10 (PKWARE), sections 4.3.7, 4.3.12 and 4.3.16; at most
 * 65,535 files and 4 GiB, since there is no zip64 here.
 */
export async function pack(files: readonly Placed[]): Promise<Packed> {
  const parts: BlobPart[] = [];
  const index: Uint8Array<ArrayBuffer>[] = [];
  const unread: string[] = [];
  let at = 0;
  for (const { path, file } of files) {
    const sum = await crcOf(file).catch(() => null);
    if (sum === null) {
      unread.push(path);
      continue;
    }
    const name = new TextEncoder().encode(path);
    const said = [u16(UTF8), u16(STORED), u16(MIDNIGHT), u16(FIRST_DAY), u32(sum)];
    const about = [u16(VERSION), ...said, u32(file.size), u32(file.size), u16(name.length), u16(0)];
    const head = bytes([u32(0x04034b50), ...about, name]);
    const spare = [u16(0), u16(0), u16(0), u32(0)]; // comment, disk, attributes
    index.push(bytes([u32(0x02014b50), u16(VERSION), ...about, ...spare, u32(at), name]));
    parts.push(head, file);
    at += head.length + file.size;
  }
  const archive = new Blob([...parts, ...index, endOf(index, at)]);
  return { archive, count: index.length, unread };
}

function endOf(index: readonly Uint8Array[], at: number): Uint8Array<ArrayBuffer> {
  const size = index.reduce((sum, line) => sum + line.length, 0);
  const count = u16(index.length);
  return bytes([u32(0x06054b50), u16(0), u16(0), count, count, u32(size), u32(at), u16(0)]);
}

function u16(value: number): Uint8Array {
  return new Uint8Array([value, value >>> 8]);
}

function u32(value: number): Uint8Array {
  return new Uint8Array([value, value >>> 8, value >>> 16, value >>> 24]);
}

function bytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

/** The CRC-32 of a file, read piece by piece. */
async function crcOf(file: File): Promise<number> {
  let sum = 0xffffffff;
  const reader = file.stream().getReader();
  while (true) {
    const { done, value } = await reader.read();
    if (done) return (sum ^ 0xffffffff) >>> 0;
    for (const byte of value) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0);
  }
}
