/** SQLite's refusal to write beside another, as one thread tells it to another: its own error does not travel. */
export class LockedError extends Error {
  constructor() {
    super("another connection writes to this file");
    this.name = "LockedError";
  }
}

/** True for a refusal because another connection holds the lock: nothing was changed, and later it may work. */
export function isBusy(error: unknown): boolean {
  if (error instanceof LockedError) {
    return true;
  }
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^SQLITE_(BUSY|LOCKED)/.test(error.code)
  );
}
