// Searches every byte of a folder for words, in every encoding.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The encodings of a word: text, Latin-1, base64 (at each alignment), quoted-printable and form data. */
export function writings(secret: string): Map<string, Buffer> {
  const bytes = Buffer.from(secret);
  const found = new Map<string, Buffer>([["utf-8", bytes]]);
  found.set("utf-16", Buffer.from(secret, "utf16le"));
  for (const offset of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(offset, "x"), bytes]).toString("base64");
    // The base64 groups that contain only the secret.
    const from = offset === 0 ? 0 : 4;
    found.set(`base64 + ${offset}`, Buffer.from(padded.slice(from, padded.length - 4)));
  }
  found.set("form data", Buffer.from(encodeURIComponent(secret)));
  const quoted = secret.replace(/[^ -<>-~]/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `=${byte.toString(16).toUpperCase()}`).join(""),
  );
  found.set("quoted-printable", Buffer.from(quoted));
  return found;
}

const filesOf = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Places of the secrets in the files below `dir`, one line each. */
export function findings(dir: string, secrets: readonly string[]): string[] {
  const found: string[] = [];
  for (const path of filesOf(dir)) {
    const bytes = readFileSync(path);
    const lower = Buffer.from(bytes.toString("latin1").toLowerCase(), "latin1");
    for (const secret of secrets) {
      for (const [how, needle] of writings(secret)) {
        const at = bytes.indexOf(needle);
        if (at >= 0) {
          const around = bytes.subarray(Math.max(0, at - 40), at + needle.length + 20);
          found.push(
            `${path.slice(dir.length)}: ${secret} (${how}) at ${at}: ${JSON.stringify(around.toString("latin1"))}`,
          );
        }
      }
      if (lower.includes(Buffer.from(secret.toLowerCase()))) {
        found.push(`${path.slice(dir.length)}: ${secret} in some case`);
      }
    }
  }
  return found;
}
