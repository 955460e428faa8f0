const MAX_NAME_CHARS = 80;

/**
 * A user-chosen name made safe for the instance's own mail: one line of limited length without a URL. `instead`
 * replaces an unusable name.
 */
export function plainName(name: string, instead: string): string {
  const line = name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()
    .slice(0, MAX_NAME_CHARS);
  return line === "" || /:\/\/|www\.|\S\.\S/i.test(line) ? instead : line;
}

/** The IANA name of a time zone; undefined when it does not exist. */
export function readTimeZone(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
