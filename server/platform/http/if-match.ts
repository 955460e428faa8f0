import { because, invalidField } from "../errors.ts";

/**
 * The version in an If-Match header (RFC 9110 §13.1.1); undefined when the header is missing or `*`.
 *
 * @throws AppError `invalid_input` for an ETag we cannot have issued.
 */
export function versionOfIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === "*") {
    return undefined;
  }
  const version = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header.trim())?.[1];
  if (version === undefined) {
    throw invalidField("if-match", because("bad_etag"));
  }
  return Number(version);
}
