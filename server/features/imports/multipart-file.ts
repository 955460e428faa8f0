import { AppError, because } from "../../platform/errors.ts";

/** A file in a form body, streamed as it arrives. */
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
 * Finds the first file in a form body (RFC 7578) and streams its bytes, so that a file of any size needs little
 * memory. Fields before it are skipped; anything after it is not read.
 *
 * @throws AppError `invalid_input` when the body contains no file or ends inside one.
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
      throw new AppError("invalid_input", because("form_without_file"));
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
    // Not percent-encoded. The name is only shown, so it is used as it is.
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
    // The first boundary has no preceding line end; adding one makes all boundaries alike.
    this.buffer = Buffer.from("\r\n", "latin1");
  }

  /** The headers of the part after the last boundary; undefined after the final one. */
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
        throw new AppError("invalid_input", because("form_unreadable"));
      }
    }
  }

  /** The bytes up to the next boundary, which is consumed too. */
  async *content(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const found = this.buffer.indexOf(this.delimiter);
      // Keeps back bytes that could be the beginning of a boundary.
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
        throw new AppError("invalid_input", because("upload_incomplete"));
      }
    }
  }

  private async need(bytes: number): Promise<void> {
    while (this.buffer.length < bytes && (await this.pull())) {
      // read until there is enough
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
