import { afterEach, beforeEach, expect, test } from "bun:test";
import { removeSuppression } from "../../server/features/suppressions/suppressions.service.ts";
import { openDatabases } from "../../server/platform/db/databases.ts";
import { until } from "../support/delivery-engine.ts";
import { type HeldCampaign, heldCampaign } from "../support/held-campaign.ts";

const PEOPLE = 6;
let held: HeldCampaign;
beforeEach(async () => {
  held = await heldCampaign();
  held.data.addContacts(held.ws, PEOPLE);
});
afterEach(() => held.close());

/** A message that the relay holds at DATA; consent is checked once more before its dot. */
function oneHeld() {
  const [address = ""] = held.held();
  const row = held.data
    .db(held.ws)
    .prepare<[string], { seq: number; contactId: number }>(
      "SELECT seq, contact_id AS contactId FROM message WHERE address = ?",
    )
    .get(address);
  return { address, seq: row?.seq ?? 0, contactId: row?.contactId ?? 0 };
}
const unsubscribe = (campaignId: number, seq: number) =>
  held.delivery().recordFact({
    k: "unsubscribe",
    w: held.ws,
    c: campaignId,
    s: seq,
    at: Date.now(),
    via: "one_click",
    ip: "",
    ua: "",
  });

test("resubscribing after an earlier opt-out does not undo a newer opt-out that is not in the database yet", async () => {
  const id = await held.launch({ everyone: true, includeLists: [], excludeLists: [] });
  const { address, seq, contactId } = oneHeld();
  const other = openDatabases(held.data.dataDir);
  const locked = other.workspace(held.ws);
  locked.exec("BEGIN IMMEDIATE");
  await unsubscribe(id, seq);

  const back = held.delivery().resubscribed(held.ws, address);
  held.letGo(address);
  await Bun.sleep(500);

  expect(held.peer.arrived.map((one) => one.address)).not.toContain(address);
  locked.exec("COMMIT");
  other.close();
  await back;
  expect(await held.release(id)).not.toContain(address);
  expect(held.reasonOf(id, contactId)).toBe("suppressed_unsubscribed");
}, 60_000);

test("a person who resubscribed after the opt-out reached the database is mailed", async () => {
  const id = await held.launch({ everyone: true, includeLists: [], excludeLists: [] });
  const { address, seq } = oneHeld();
  const db = held.data.db(held.ws);
  await unsubscribe(id, seq);
  const isSuppressed = db.prepare("SELECT 1 FROM suppression WHERE address = ?").pluck();
  await until(() => isSuppressed.get(address) === 1, "the unsubscribe in the database");

  removeSuppression(db, address, { mayLiftComplaints: true });
  await held.delivery().resubscribed(held.ws, address);

  expect(await held.release(id)).toContain(address);
}, 60_000);
