import { deflateRawSync } from "node:zlib";

/** One file of an archive. */
export type ZipEntry = { name: string; bytes: Uint8Array };

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8_NAMES = 1 << 11;
const DEFLATE = 8;
const MAX_BYTES = 0xffffffff;

/**
 * Builds a ZIP archive in memory. Names are reduced to plain, unique file names without folders, `..` or control
 * characters, so that unpacking cannot write outside the target folder.
 *
 * @throws Error above 4 GiB or 65,535 entries, which would need ZIP64.
 * @see APPNOTE.TXT 6.3.10 (PKWARE) §4.3
 */
export function zip(entries: readonly ZipEntry[], at: Date): Uint8Array {
  if (entries.length > 0xffff) {
    throw new Error("too many entries for a zip archive without ZIP64");
  }
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  const taken = new Set<string>();
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(freeName(safeEntryName(entry.name), taken));
    const data = deflateRawSync(entry.bytes);
    const fields = fieldsOf(entry.bytes, data.length, name.length, at);
    const local = Buffer.concat([uint(4, LOCAL), fields, name]);
    parts.push(local, data);
    // Version made by, fields, comment length, disk, attributes; the mode is that of a regular file.
    const made = uint(2, (3 << 8) | VERSION);
    const more = Buffer.concat([uint(2, 0), uint(2, 0), uint(2, 0), uint(4, 0o100600 * 0x10000)]);
    directory.push(Buffer.concat([uint(4, CENTRAL), made, fields, more, uint(4, offset), name]));
    offset += local.length + data.length;
  }
  const central = Buffer.concat(directory);
  if (offset + central.length > MAX_BYTES) {
    throw new Error("too large for a zip archive without ZIP64");
  }
  const count = uint(2, entries.length);
  const end = [uint(4, END), uint(2, 0), uint(2, 0), count, count];
  const where = [uint(4, central.length), uint(4, offset), uint(2, 0)];
  return Buffer.concat([...parts, central, ...end, ...where]);
}

/** A file name without folders, control characters and characters that Windows forbids. */
export function safeEntryName(name: string): string {
  const plain = name
    .normalize("NFC")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are replaced
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069"*/:<>?\\|]+/g, "_")
    .replace(/^[.\s]+|[.\s]+$/g, "")
    .slice(0, 100);
  return plain === "" ? "file" : plain;
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free.toLowerCase()); n++) {
    const dot = name.lastIndexOf(".");
    free = dot > 0 ? `${name.slice(0, dot)}-${n}${name.slice(dot)}` : `${name}-${n}`;
  }
  taken.add(free.toLowerCase());
  return free;
}

function fieldsOf(bytes: Uint8Array, packed: number, nameLength: number, at: Date): Buffer {
  const { time, date } = dosTime(at);
  return Buffer.concat([
    uint(2, VERSION),
    uint(2, UTF8_NAMES),
    uint(2, DEFLATE),
    uint(2, time),
    uint(2, date),
    uint(4, Bun.hash.crc32(bytes)),
    uint(4, packed),
    uint(4, bytes.length),
    uint(2, nameLength),
    uint(2, 0),
  ]);
}

function dosTime(at: Date): { time: number; date: number } {
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const year = Math.max(0, at.getUTCFullYear() - 1980);
  return { time, date: (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate() };
}

function uint(bytes: 2 | 4, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 2) {
    buffer.writeUInt16LE(value & 0xffff);
  } else {
    buffer.writeUInt32LE(value >>> 0);
  }
  return buffer;
}
