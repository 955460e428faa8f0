import { blockList } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { because, type FieldProblem, faultyField } from "../../platform/errors.ts";
import { isErased } from "./erased.store.ts";
import { holdingReason } from "./suppressions.store.ts";

/** The recipient of a message that a person sends by hand, and what else decides whether it may be sent. */
export type SingleMail = {
  db: Connection;
  system: Connection;
  /** The address in normal form. */
  address: string;
  /** True for a member of the workspace, who may send a test to themselves after an unsubscribe. */
  isMember: boolean;
  now: number;
};

/**
 * Why no message may be sent by hand to an address, not even a test; undefined when it may. Nothing is sent to people
 * who were erased or complained, or whom the instance suppresses. Any other suppressed person must be a member of the
 * workspace.
 */
export function singleMailProblem(
  { db, system, address, isMember, now }: SingleMail,
  field: string,
): FieldProblem | undefined {
  const refused = (
    code: "test_to_erased" | "test_to_barred" | "test_to_complaint" | "test_to_suppressed",
  ) => faultyField(field, because(code, { address }));
  if (isErased(db, address)) {
    return refused("test_to_erased");
  }
  if (blockList(system, db, now)(address) !== undefined) {
    return refused("test_to_barred");
  }
  const reason = holdingReason(db, address, now);
  if (reason === "complaint") {
    return refused("test_to_complaint");
  }
  return reason === undefined || isMember ? undefined : refused("test_to_suppressed");
}
