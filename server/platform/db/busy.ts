/** SQLite's lock error in a form that can be passed between threads, which SQLite's own error object cannot. */
export class LockedError extends Error {
  constructor() {
    super("another connection is writing to this file");
    this.name = "LockedError";
  }
}

/**
 * True when the error means that another connection holds the lock. Nothing was changed, and a later try may succeed.
 */
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
