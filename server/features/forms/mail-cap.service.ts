import type { Connection } from "../../platform/db/driver.ts";
import { mailsSince } from "./signups.store.ts";

const DAY_MS = 86_400_000;
/** Messages a day to an address because somebody, perhaps not its owner, entered it somewhere. */
const MAX_MAILS_A_DAY = 3;

/** False when the address got as many such messages as it may today: nobody's inbox is flooded through us. */
export function mayMailAddress(db: Connection, address: string, now: number): boolean {
  return mailsSince(db, address, now - DAY_MS) < MAX_MAILS_A_DAY;
}
