import { AppError } from "../../platform/errors.ts";

/** A file inside a form, as it arrives. */
export type FormFile = { fileName: string; chunks: AsyncIterable<Uint8Array> };

const MAX_HEAD_BYTES = 16 * 1024;

/** The boundary of a `multipart/form-data` content type; undefined for any other type. */
export function boundaryOf(contentType: string): string | undefined {
  const match = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]{1,70})"|([^;\s]{1,70}))/i.exec(
    contentType,
  );
  return match?.[1] ?? match?.[2];
}

/**
 * Finds the first file in a form body (RFC 7578) and gives its bytes as they come, so that a file of
 * any size needs no memory. Fields before it are skipped; what comes after it is not read.
 *
 * @throws AppError `invalid_input` when there is no file in it, or the body ends inside one.
 */
export async function firstFormFile(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
): Promise<FormFile> {
  const parts = new FormParts(body, boundary);
  await drain(parts.content());
  for (;;) {
    const head = await parts.nextHead();
    if (head === undefined) {
      throw new AppError("invalid_input", "The form contains no file.");
    }
    const fileName = fileNameOf(head);
    if (fileName !== undefined) {
      return { fileName, chunks: parts.content() };
    }
    await drain(parts.content());
  }
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks) {
    // a preamble, or a text field before the file
  }
}

function fileNameOf(head: string): string | undefined {
  const line = /^content-disposition:.*$/im.exec(head)?.[0] ?? "";
  const extended = /filename\*=utf-8''([^;\s]+)/i.exec(line)?.[1];
  if (extended !== undefined) {
    return decoded(extended);
  }
  return /filename="((?:[^"\\]|\\.)*)"/i.exec(line)?.[1]?.replace(/\\(.)/g, "$1");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // not percent-encoded after all: the name is only shown
    return text;
  }
}

class FormParts {
  private readonly source: AsyncIterator<Uint8Array>;
  private readonly delimiter: Buffer;
  private buffer: Buffer<ArrayBufferLike>;
  private ended = false;

  constructor(body: AsyncIterable<Uint8Array>, boundary: string) {
    this.source = body[Symbol.asyncIterator]();
    this.delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
    // The first boundary has no line end before it; with one, all are alike.
    this.buffer = Buffer.from("\r\n", "latin1");
  }

  /** The headers of the part that follows the boundary just read; undefined after the last. */
  async nextHead(): Promise<string | undefined> {
    await this.need(2);
    if (this.buffer.length < 2 || this.buffer.subarray(0, 2).toString("latin1") === "--") {
      return undefined;
    }
    for (;;) {
      const end = this.buffer.indexOf("\r\n\r\n");
      if (end !== -1) {
        const head = this.buffer.subarray(0, end).toString("utf8");
        this.buffer = this.buffer.subarray(end + 4);
        return head;
      }
      if (this.buffer.length > MAX_HEAD_BYTES || !(await this.pull())) {
        throw new AppError("invalid_input", "The form could not be read.");
      }
    }
  }

  /** The bytes up to the next boundary, which is taken too. */
  async *content(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const found = this.buffer.indexOf(this.delimiter);
      // Without a boundary in sight, what could be the beginning of one stays.
      const safe = found === -1 ? this.buffer.length - this.delimiter.length : found;
      if (safe > 0) {
        yield this.buffer.subarray(0, safe);
        this.buffer = this.buffer.subarray(safe);
      }
      if (found !== -1) {
        this.buffer = this.buffer.subarray(this.delimiter.length);
        return;
      }
      if (!(await this.pull())) {
        throw new AppError("invalid_input", "The upload is incomplete.");
      }
    }
  }

  private async need(bytes: number): Promise<void> {
    while (this.buffer.length < bytes && (await this.pull())) {
      // until there is enough
    }
  }

  private async pull(): Promise<boolean> {
    if (this.ended) {
      return false;
    }
    const { done, value } = await this.source.next();
    if (done === true) {
      this.ended = true;
      return false;
    }
    this.buffer =
      this.buffer.length === 0 ? Buffer.from(value) : Buffer.concat([this.buffer, value]);
    return true;
  }
}
