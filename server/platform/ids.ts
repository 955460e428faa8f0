const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;

/**
 * Creates a lower-case ULID: 48 bits of unix milliseconds and 80 random bits, as 26 characters that sort by time and
 * are safe in file names and URLs.
 *
 * @param now Unix time in milliseconds.
 * @see https://github.com/ulid/spec
 */
export function newId(now: number = Date.now()): string {
  let time = "";
  let rest = now;
  for (let i = 0; i < TIME_CHARS; i++) {
    time = CROCKFORD[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  let random = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(RANDOM_CHARS))) {
    random += CROCKFORD[byte % 32];
  }
  return time + random;
}

/** True only for the 26-character format of `newId`. */
export function isId(value: string): boolean {
  return /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(value);
}
