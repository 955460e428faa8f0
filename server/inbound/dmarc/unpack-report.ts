import { gunzipSync, inflateRawSync } from "node:zlib";

/** Why something is no report that can be read, in words for who sent it in. */
export class UnreadableReport extends Error {}

/**
 * What reading may still cost. The files of one message share a budget: a few hundred bytes can unpack to
 * megabytes, and a message can carry many of them.
 */
export type ReadingBudget = {
  /** Bytes of XML that may still be unpacked. */
  xmlBytes: number;
  /** Elements, comments and other marks that may still be read. */
  marks: number;
};

const MAX_PACKED_BYTES = 10 * 1024 * 1024;
const MAX_XML_BYTES = 20 * 1024 * 1024;
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;

/** No report of 20,000 records, the most that is kept of one, has more marks. */
const MAX_MARKS = 2_000_000;
/** Deflate packs 1,032 bytes into one at most. */
const MAX_RATIO = 1_032;

export const newBudget = (): ReadingBudget => ({ xmlBytes: MAX_XML_BYTES, marks: MAX_MARKS });

/**
 * The XML in a DMARC aggregate report: as it is, gzipped, or the first file of a ZIP archive.
 *
 * @throws UnreadableReport for anything else, and for what would unpack to more than the budget allows.
 * @see RFC 7489 §7.2.1.1
 */
export function unpackReport(bytes: Buffer, budget: ReadingBudget): string {
  if (bytes.length > MAX_PACKED_BYTES) {
    throw new UnreadableReport("The file is larger than 10 MB.");
  }
  if (bytes.length >= 4 && bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return inflated(bytes, budget, (limit) => gunzipSync(bytes, { maxOutputLength: limit }));
  }
  if (bytes.length >= 4 && bytes.readUInt32LE(0) === LOCAL_HEADER) {
    return inflated(bytes, budget, (limit) => firstFile(bytes, limit));
  }
  spend(budget, bytes.length);
  return bytes.toString("utf8");
}

function inflated(bytes: Buffer, budget: ReadingBudget, unpack: (limit: number) => Buffer): string {
  const limit = budget.xmlBytes;
  if (limit <= 0) {
    throw tooLarge();
  }
  try {
    const unpacked = unpack(limit);
    spend(budget, unpacked.length);
    return unpacked.toString("utf8");
  } catch (error) {
    if (error instanceof UnreadableReport) {
      throw error;
    }
    // Nobody says how far it came; it cost at most this.
    budget.xmlBytes -= Math.min(limit, bytes.length * MAX_RATIO);
    throw new UnreadableReport("The archive is damaged, or unpacks to more than 20 MB.");
  }
}

function spend(budget: ReadingBudget, bytes: number): void {
  if (bytes > budget.xmlBytes) {
    throw tooLarge();
  }
  budget.xmlBytes -= bytes;
}

const tooLarge = () => new UnreadableReport("The reports together are larger than 20 MB.");

/** Reads by the directory at the end: sizes at the front may be left out (APPNOTE 4.4.4, bit 3). */
function firstFile(bytes: Buffer, limit: number): Buffer {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || bytes.readUInt32LE(end) !== END_OF_DIRECTORY) {
    throw new UnreadableReport("The archive has no directory.");
  }
  const entry = bytes.readUInt32LE(end + 16);
  if (bytes.readUInt32LE(entry) !== CENTRAL_HEADER) {
    throw new UnreadableReport("The archive's directory is damaged.");
  }
  const method = bytes.readUInt16LE(entry + 10);
  const packedSize = bytes.readUInt32LE(entry + 20);
  const header = bytes.readUInt32LE(entry + 42);
  const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
  const packed = bytes.subarray(start, start + packedSize);
  if (method === 0) {
    return packed;
  }
  if (method !== 8) {
    throw new UnreadableReport("The archive is packed in a way that reports are not.");
  }
  return inflateRawSync(packed, { maxOutputLength: limit });
}
