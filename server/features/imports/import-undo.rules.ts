type Undoable = {
  state: string;
  undoState: "none" | "queued" | "done";
  created: number;
  afterContact: number | null;
};

/** True for an import that has ended, created contacts, and was not undone. */
export function canUndoImport(row: Undoable): boolean {
  const hasEnded = row.state === "done" || row.state === "cancelled" || row.state === "failed";
  return hasEnded && row.undoState === "none" && row.created > 0 && row.afterContact !== null;
}
