const MAX_NAME_CHARS = 80;

/**
 * A name that somebody chose, as it may stand in a message of the instance's own: one line of bounded length, and
 * no address of a page. `instead` takes the place of a name that is none.
 */
export function plainName(name: string, instead: string): string {
  const line = name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()
    .slice(0, MAX_NAME_CHARS);
  return line === "" || /:\/\/|www\.|\S\.\S/i.test(line) ? instead : line;
}

/** The time zone under its IANA name, or undefined when there is none like it. */
export function readTimeZone(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
