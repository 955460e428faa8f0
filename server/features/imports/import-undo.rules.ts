type Undoable = {
  state: string;
  undoState: "none" | "queued" | "done";
  created: number;
  suppressed: number;
  afterContact: number | null;
};

/** True for an import that has ended, created or suppressed someone, and was not undone. */
export function canUndoImport(row: Undoable): boolean {
  const hasEnded = row.state === "done" || row.state === "cancelled" || row.state === "failed";
  const hasDone = row.created > 0 || row.suppressed > 0;
  return hasEnded && row.undoState === "none" && hasDone && row.afterContact !== null;
}
