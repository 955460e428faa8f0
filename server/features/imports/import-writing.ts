import type { Connection } from "../../platform/db/driver.ts";
import type { SuppressionReason } from "../suppressions/suppressions.service.ts";

/** How the rows of an import are written; the same for all of its rows. */
export type WriteOptions = {
  importId: number;
  update: boolean;
  listIds: readonly number[];
  /** Who states that the people in the file agreed, and the hash of the wording; undefined when nobody does. */
  consent?: { actor: string; hash: string } | undefined;
  /** When set, everybody is suppressed for this reason and nobody becomes a contact. */
  suppressAs?: SuppressionReason | undefined;
  /**
   * Nobody states that these people agreed: new contacts are held back, and existing contacts only keep the lists they
   * have.
   */
  holdsNew: boolean;
  /** Who started the import. */
  actor: string;
  /** When the file was uploaded. */
  uploadedAt: number;
  tagIds: readonly number[];
};

/** The results of the rows so far. */
export type Counts = {
  erased: number;
  suppressed: number;
  created: number;
  updated: number;
  skipped: number;
  duplicates: number;
  rejected: number;
};

/** What the functions that write a row share. */
export type Writing = WriteOptions & {
  db: Connection;
  /**
   * The cells of rejected rows are kept so that they can be corrected. After an erasure they are not: a row without a
   * readable address may belong to the erased person, and the erasure has already searched the rejected rows.
   */
  keepsRejects: boolean;
  /** `import:3` */
  source: string;
  now: number;
  counts: Counts;
};
