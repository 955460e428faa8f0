import { gunzipSync, inflateRawSync } from "node:zlib";
import { because, type Reason } from "../../platform/errors.ts";

/** Why a file is not a readable report, in words for its sender. */
export class UnreadableReport extends Error {
  readonly why: Reason;

  constructor(why: Reason) {
    super(why.text);
    this.why = why;
  }
}

/**
 * The remaining reading budget. The files of one message share a budget, because a message can contain many files that
 * each expand from a few hundred bytes to megabytes.
 */
export type ReadingBudget = {
  /** Bytes of XML that may still be decompressed. */
  xmlBytes: number;
  /** Elements, comments and other markup that may still be read. */
  marks: number;
};

const MAX_PACKED_BYTES = 10 * 1024 * 1024;
const MAX_XML_BYTES = 20 * 1024 * 1024;
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;

/** A report with 20,000 records, the most that is accepted, has less markup than this. */
const MAX_MARKS = 2_000_000;
/** The maximum compression ratio of deflate. */
const MAX_RATIO = 1_032;

export const newBudget = (): ReadingBudget => ({ xmlBytes: MAX_XML_BYTES, marks: MAX_MARKS });

/**
 * Extracts the XML of a DMARC aggregate report: plain, gzipped, or the first file of a ZIP archive.
 *
 * @throws UnreadableReport for anything else, and when it would exceed the budget.
 * @see RFC 7489 §7.2.1.1
 */
export function unpackReport(bytes: Buffer, budget: ReadingBudget): string {
  if (bytes.length > MAX_PACKED_BYTES) {
    throw new UnreadableReport(because("report_file_large", { megabytes: 10 }));
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
    // The library does not report how much it decompressed, so the upper bound is charged.
    budget.xmlBytes -= Math.min(limit, bytes.length * MAX_RATIO);
    throw new UnreadableReport(because("report_archive_damaged", { megabytes: 20 }));
  }
}

function spend(budget: ReadingBudget, bytes: number): void {
  if (bytes > budget.xmlBytes) {
    throw tooLarge();
  }
  budget.xmlBytes -= bytes;
}

const tooLarge = () => new UnreadableReport(because("reports_large", { megabytes: 20 }));

/** Uses the central directory, because the local header may omit the sizes (APPNOTE 4.4.4, bit 3). */
function firstFile(bytes: Buffer, limit: number): Buffer {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || bytes.readUInt32LE(end) !== END_OF_DIRECTORY) {
    throw new UnreadableReport(because("report_archive_no_directory"));
  }
  const entry = bytes.readUInt32LE(end + 16);
  if (bytes.readUInt32LE(entry) !== CENTRAL_HEADER) {
    throw new UnreadableReport(because("report_archive_directory"));
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
    throw new UnreadableReport(because("report_archive_packing"));
  }
  return inflateRawSync(packed, { maxOutputLength: limit });
}
