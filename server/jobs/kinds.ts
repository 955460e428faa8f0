/** The kinds of job that are too heavy for the HTTP thread. */
export const heavyKinds = [
  "import.check",
  "task.run",
  "task.index",
  "task.person",
  "task.undo",
  "campaign.purge",
  "privacy.tidy",
] as const;
export type HeavyKind = (typeof heavyKinds)[number];

/** A single statement of these kinds takes seconds, so they run in their own thread. */
export const longStatementKinds: readonly HeavyKind[] = ["task.index"];

/** Kinds that resume where they stopped, so they can be interrupted at any time to let others run. */
export const resumableKinds: readonly HeavyKind[] = ["task.run", "task.undo", "campaign.purge"];
