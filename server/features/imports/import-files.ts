import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  utimesSync,
  type WriteStream,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { isDiskFull } from "../../platform/disk-full.ts";
import { AppError } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { type Encoding, encodings } from "./sniff.rules.ts";

/** The largest file that is taken, in bytes. */
export const MAX_FILE_BYTES = 500 * 1024 * 1024;

/** Where a file of this name lies. The folder is made when missing. */
export function importPath(dataDir: string, name: string): string {
  const folder = join(dataDir, "local", "imports");
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}

/** A name that no other upload has, and that says whose it is. */
export function newFileName(workspaceId: string): string {
  return `${workspaceId}_${newId()}.csv`;
}

/** Removes an upload and its UTF-8 form; gone already is fine. */
export function removeImportFiles(dataDir: string, name: string): void {
  rmSync(importPath(dataDir, name), { force: true });
  for (const encoding of encodings) {
    rmSync(utf8Path(dataDir, name, encoding), { force: true });
  }
  giveReserve(dataDir, name);
}

/** Lets an upload count as used now, so that it is kept for another while; gone already is fine. */
export function keepUpload(dataDir: string, name: string, now: number): void {
  const path = importPath(dataDir, name);
  if (existsSync(path)) {
    utimesSync(path, now / 1_000, now / 1_000);
  }
}

const RESERVE_BYTES = 256 * 1024;

/** Takes a little space while an import runs, so that a full disk can still be recorded as the reason it stopped. */
export function takeReserve(dataDir: string, name: string): void {
  writeFileSync(importPath(dataDir, `${name}.reserve`), Buffer.alloc(RESERVE_BYTES));
}

/** Gives that space back. */
export function giveReserve(dataDir: string, name: string): void {
  rmSync(importPath(dataDir, `${name}.reserve`), { force: true });
}

/** Each encoding has a form of its own: the person may choose another after the file was looked through. */
function utf8Path(dataDir: string, name: string, encoding: Encoding): string {
  return importPath(dataDir, `${name}.${encoding}.utf8`);
}

/**
 * Writes a stream to a file, waiting whenever the disk is slower than the sender.
 *
 * @param onChunk Sees every chunk before it is written.
 * @throws AppError `too_large` past 500 MB, `unavailable` when the disk is full; the file is then gone.
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

/** Resolves when the stream can take more, or never will. */
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

/** The refusal of a file over the limit. */
export function tooLarge(): AppError {
  return new AppError(
    "too_large",
    `The file is larger than ${MAX_FILE_BYTES / 1024 / 1024} MB. Split it and import the parts.`,
  );
}

function diskFull(cause: unknown): AppError {
  return new AppError(
    "unavailable",
    "The disk of this server is full. Free some space and upload the file again.",
    { cause, retryAfterSeconds: 60 },
  );
}

/**
 * The path of the upload as UTF-8, converted when it is something else. The converted file appears
 * under its name only when it is whole, so after a crash it is there or it is made again. A check and
 * the import may ask for it at once: it is made once, and both wait for it.
 *
 * @param isUtf8 The upload is well-formed UTF-8 already.
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

/** The conversions that run, by the file they make: two that wrote the same file would destroy it. */
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
