import { gunzipSync, inflateRawSync } from "node:zlib";

/** Why something is no report that can be read, in words for who sent it in. */
export class UnreadableReport extends Error {}

const MAX_PACKED_BYTES = 10 * 1024 * 1024;
const MAX_XML_BYTES = 20 * 1024 * 1024;
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;

/**
 * The XML in a DMARC aggregate report: as it is, gzipped, or the first file of a ZIP archive.
 *
 * @throws UnreadableReport for anything else, and for what would unpack to more than 20 MiB.
 * @see RFC 7489 §7.2.1.1
 */
export function unpackReport(bytes: Buffer): string {
  if (bytes.length > MAX_PACKED_BYTES) {
    throw new UnreadableReport("The file is larger than 10 MB.");
  }
  if (bytes.length >= 4 && bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return inflated(() => gunzipSync(bytes, { maxOutputLength: MAX_XML_BYTES }));
  }
  if (bytes.length >= 4 && bytes.readUInt32LE(0) === LOCAL_HEADER) {
    return inflated(() => firstFile(bytes));
  }
  if (bytes.length > MAX_XML_BYTES) {
    throw new UnreadableReport("The report is larger than 20 MB.");
  }
  return bytes.toString("utf8");
}

function inflated(unpack: () => Buffer): string {
  try {
    return unpack().toString("utf8");
  } catch (error) {
    if (error instanceof UnreadableReport) {
      throw error;
    }
    throw new UnreadableReport("The archive is damaged, or unpacks to more than 20 MB.");
  }
}

/** Reads by the directory at the end: sizes at the front may be left out (APPNOTE 4.4.4, bit 3). */
function firstFile(bytes: Buffer): Buffer {
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
  return inflateRawSync(packed, { maxOutputLength: MAX_XML_BYTES });
}
