import { faultOf } from "../../platform/db/file-fault.ts";
import { AppError } from "../../platform/errors.ts";

/** True for the refusal of a workspace whose file cannot be used now. */
export function isSetAside(error: unknown): boolean {
  return error instanceof AppError && error.code === "workspace_unavailable";
}

/** Full disk, lock, I/O trouble, a damaged file that may be mended: the same transaction may succeed later. */
export function isPassing(error: unknown): boolean {
  if (isSetAside(error) || faultOf(error) !== undefined) {
    return true;
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^SQLITE_(FULL|BUSY|LOCKED|IOERR|NOMEM|READONLY|CANTOPEN)/.test(code);
}
