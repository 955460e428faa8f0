import { createHash } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  type WriteStream,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { isDiskFull } from "../../platform/disk-full.ts";
import { AppError, because } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { type Encoding, encodings } from "./sniff.rules.ts";

/** The largest accepted file, in bytes. */
export const MAX_FILE_BYTES = 500 * 1024 * 1024;

/** The path of a file. Creates the folder if needed. */
export function importPath(dataDir: string, name: string): string {
  const folder = join(dataDir, "local", "imports");
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}

/** A unique file name that contains the workspace's id. */
export function newFileName(workspaceId: string): string {
  return `${workspaceId}_${newId()}.csv`;
}

/** Deletes an upload and its UTF-8 copy. Missing files are ignored. */
export function removeImportFiles(dataDir: string, name: string): void {
  rmSync(importPath(dataDir, name), { force: true });
  removeCopies(dataDir, name);
  giveReserve(dataDir, name);
}

/** Updates the file's time, so that an upload is kept for longer. Missing files are ignored. */
export function keepUpload(dataDir: string, name: string, now: number): void {
  const path = importPath(dataDir, name);
  if (existsSync(path)) {
    utimesSync(path, now / 1_000, now / 1_000);
  }
}

const RESERVE_BYTES = 256 * 1024;

/**
 * Reserves a little disk space while an import runs, so that a full disk can still be recorded as the reason for a
 * failure.
 */
export function takeReserve(dataDir: string, name: string): void {
  writeFileSync(importPath(dataDir, `${name}.reserve`), Buffer.alloc(RESERVE_BYTES));
}

/** Releases the reserved space. */
export function giveReserve(dataDir: string, name: string): void {
  rmSync(importPath(dataDir, `${name}.reserve`), { force: true });
}

/** Each encoding has its own copy, because the person may choose another one after the check. */
function utf8Path(dataDir: string, name: string, encoding: Encoding): string {
  return importPath(dataDir, `${name}.${encoding}.utf8`);
}

/**
 * Writes a stream to a file and waits whenever the disk is slower than the sender.
 *
 * @param onChunk Receives every chunk before it is written.
 * @throws AppError `too_large` beyond 500 MB, `unavailable` when the disk is full; the file is deleted in both cases.
 */
export async function writeUpload(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): Promise<number> {
  const out = createWriteStream(path, { flags: "wx" });
  let failure: unknown;
  out.on("error", (error) => {
    failure = error;
  });
  let size = 0;
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > MAX_FILE_BYTES) {
        throw tooLarge();
      }
      onChunk(chunk);
      if (!out.write(chunk) && failure === undefined) {
        await room(out);
      }
      if (failure !== undefined) {
        throw failure;
      }
    }
    out.end();
    await finished(out);
    return size;
  } catch (error) {
    out.destroy();
    rmSync(path, { force: true });
    throw isDiskFull(error) ? diskFull(error) : error;
  }
}

/** Resolves when the stream accepts more data, or never will. */
function room(out: WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      out.off("drain", done);
      out.off("close", done);
      resolve();
    };
    out.once("drain", done);
    out.once("close", done);
  });
}

/** The error for a file over the limit. */
export function tooLarge(): AppError {
  return new AppError(
    "too_large",
    because("upload_too_large", { megabytes: MAX_FILE_BYTES / 1024 / 1024 }),
  );
}

function diskFull(cause: unknown): AppError {
  return new AppError("unavailable", because("upload_disk_full"), { cause, retryAfterSeconds: 60 });
}

/** The upload was changed or removed after it arrived. */
export class DamagedUpload extends AppError {
  constructor() {
    super("illegal_state", because("upload_damaged"));
  }
}

/**
 * Reads the upload from end to end and compares it with what arrived.
 *
 * @throws DamagedUpload, or an error of the file system.
 */
export async function verifyUpload(
  dataDir: string,
  {
    filePath,
    uploadBytes,
    sha256,
  }: { filePath: string; uploadBytes: number; sha256: string | null },
): Promise<void> {
  const path = importPath(dataDir, filePath);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) {
    throw new DamagedUpload();
  }
  // Uploads from earlier versions have no digest, and their recorded size may be that of the UTF-8 copy.
  if (sha256 === null) {
    return;
  }
  if (size !== uploadBytes) {
    throw new DamagedUpload();
  }
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    digest.update(chunk as Uint8Array);
  }
  if (digest.digest("hex") !== sha256) {
    throw new DamagedUpload();
  }
}

/** Deletes the UTF-8 copies of an upload, which are made again from it. */
export function removeCopies(dataDir: string, name: string): void {
  for (const encoding of encodings) {
    rmSync(utf8Path(dataDir, name, encoding), { force: true });
  }
}

/**
 * The path of the upload as UTF-8, converted if needed. The converted file gets its name only when it is complete, so
 * after a crash it either exists or is created again. When a check and the import need it at the same time, it is
 * created once.
 *
 * @param isUtf8 The upload is already well-formed UTF-8.
 */
export async function asUtf8(
  dataDir: string,
  name: string,
  encoding: Encoding,
  isUtf8: boolean,
): Promise<string> {
  const source = importPath(dataDir, name);
  if (encoding === "utf-8" && isUtf8) {
    return source;
  }
  const target = utf8Path(dataDir, name, encoding);
  if (!existsSync(target)) {
    const running = underWay.get(target) ?? convertTo(target, source, encoding);
    underWay.set(target, running);
    await running;
  }
  return target;
}

/** Conversions in progress by target file: two that write the same file would corrupt it. */
const underWay = new Map<string, Promise<void>>();

async function convertTo(target: string, source: string, encoding: Encoding): Promise<void> {
  try {
    await convert(source, `${target}.part`, encoding);
    renameSync(`${target}.part`, target);
  } finally {
    underWay.delete(target);
  }
}

async function convert(source: string, target: string, encoding: Encoding): Promise<void> {
  const decoder = new TextDecoder(encoding);
  const out = createWriteStream(target, { flags: "w" });
  let failure: unknown;
  out.on("error", (error) => {
    failure = error;
  });
  try {
    for await (const chunk of createReadStream(source, { highWaterMark: 1024 * 1024 })) {
      if (
        !out.write(decoder.decode(chunk as Uint8Array, { stream: true })) &&
        failure === undefined
      ) {
        await room(out);
      }
      if (failure !== undefined) {
        throw failure;
      }
    }
    out.end(decoder.decode());
    await finished(out);
  } catch (error) {
    out.destroy();
    rmSync(target, { force: true });
    throw error;
  }
}
