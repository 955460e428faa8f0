import { faultOf } from "../../platform/db/file-fault.ts";
import { AppError } from "../../platform/errors.ts";

/** True when the error means that the workspace's file cannot be used now. */
export function isSetAside(error: unknown): boolean {
  return error instanceof AppError && error.code === "workspace_unavailable";
}

/**
 * True for errors after which the same transaction may succeed later: full disk, lock, I/O error, or a damaged file
 * that may be restored.
 */
export function isPassing(error: unknown): boolean {
  if (isSetAside(error) || faultOf(error) !== undefined) {
    return true;
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^SQLITE_(FULL|BUSY|LOCKED|IOERR|NOMEM|READONLY|CANTOPEN)/.test(code);
}
