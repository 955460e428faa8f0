import type { Connection } from "../../platform/db/driver.ts";
import { listFields } from "../contacts/contact-fields.service.ts";
import { columnNames, type ImportSettings, type StartedSettings } from "./import-settings.ts";
import { detailColumnOf, withoutSay } from "./own-file.ts";
import { type ReadRow, refusalReader, rowReader, withDetails } from "./row-reader.ts";
import { rowStatusReader } from "./row-status.rules.ts";
import { meaningOfReason } from "./status-words.rules.ts";

/** The function that reads the rows of an import with the settings of its start. */
export function readerOf(db: Connection, settings: ImportSettings, started: StartedSettings) {
  const {
    mapping,
    into,
    wholeFile,
    statusDecisions: decisions = [],
    ignoredColumns = [],
  } = started;
  const { header } = settings;
  const read = {
    ...{ mapping, decisions, header: columnNames(settings) },
    ignoredColumns: withoutSay(header, ignoredColumns),
  };
  if (into === "suppressions") {
    const readStatus = rowStatusReader({ ...read, whole: undefined });
    return refusalReader(mapping, readStatus, wholeFile ?? "manual", detailColumnOf(header));
  }
  const whole = wholeFile === undefined ? undefined : meaningOfReason(wholeFile);
  const readStatus = rowStatusReader({ ...read, whole });
  const plain = rowReader(mapping, listFields(db), readStatus);
  const readRow = withDetails(plain, header.indexOf("status"), detailColumnOf(header));
  return admitted(readRow, started);
}

const NEVER_CONFIRMED =
  "never confirmed the sign-up. Choose a list: these people then join it as unconfirmed and get no campaign";

/**
 * An unconfirmed member of a list gets no campaign, not even one to everyone, but a contact without a list would.
 * Unconfirmed rows are therefore refused when no list is chosen.
 */
function admitted(
  read: (cells: readonly string[]) => ReadRow,
  { listIds }: { listIds: readonly number[] },
): (cells: readonly string[]) => ReadRow {
  if (listIds.length > 0) {
    return read;
  }
  return (cells) => {
    const row = read(cells);
    const isHeld = "reject" in row || !row.pending || (row.restored?.memberships.length ?? 0) > 0;
    return isHeld ? row : { reject: NEVER_CONFIRMED };
  };
}
