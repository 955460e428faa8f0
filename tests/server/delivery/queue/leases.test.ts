import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { consentRule } from "../../../../server/delivery/consent.store.ts";
import type { WriterMethods } from "../../../../server/delivery/protocol.ts";
import { Renewals } from "../../../../server/delivery/run/leases.ts";
import { Run } from "../../../../server/delivery/run/run.ts";
import { Writer } from "../../../../server/delivery/threads/writer.ts";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { newDurableMark } from "../../../../server/platform/journal/segments.ts";
import { connect, serve } from "../../../../server/platform/workers/channel.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";
import { until } from "../../../support/delivery-engine.ts";

let data: DeliveryData;
let writer: Writer;
let channel: MessageChannel;
beforeEach(() => {
  data = newDeliveryData();
});
afterEach(async () => {
  channel.port1.close();
  channel.port2.close();
  await writer.stop();
  data.close();
});

/** A campaign with a chunk in hand, as the delivery thread has it. */
function runOf(workspaceId: string, campaignId: number): Run {
  const run = new Run({
    workspaceId,
    campaignId,
    launchedAt: 0,
    spreadMinutes: undefined,
    onAmbiguous: "resend",
    total: 10,
    remaining: 10,
    compiled: undefined as never,
    consent: consentRule({ everyone: true, includeLists: [], excludeLists: [] }),
    routes: [],
  });
  const [leased] = writer.lease({ inHand: [], want: 100, only: [workspaceId] });
  for (const claim of leased?.claims ?? []) {
    run.chunks.add({ claim: { ...claim, leaseUntil: 0 }, open: 10, unrecorded: 0 });
  }
  return run;
}

const isRenewed = (run: Run) =>
  run.chunks.size > 0 && [...run.chunks].every(({ claim }) => claim.leaseUntil > Date.now());

test("the leases of a campaign are renewed while the workspace of another one is locked", async () => {
  const [locked, healthy] = [data.newWorkspace(), data.newWorkspace()];
  const campaigns = [locked, healthy].map((ws) => {
    data.addContacts(ws, 10);
    const id = data.addCampaign(ws);
    data.freeze(ws, id);
    return id;
  });
  writer = new Writer(
    { dataDir: data.dataDir, node: "n", boot: "b" },
    { delivery: newDurableMark(), web: newDurableMark() },
    { applied: () => undefined, deposed: () => undefined },
    Date.now,
  );
  await writer.recover();
  channel = new MessageChannel();
  const methods: Pick<WriterMethods, "renew"> = { renew: (request) => writer.renew(request) };
  serve(channel.port1, methods, () => undefined);
  const renewals = new Renewals(connect<WriterMethods>(channel.port2));
  const [waiting, going] = [runOf(locked, campaigns[0] ?? 0), runOf(healthy, campaigns[1] ?? 0)];
  const other = openConnection(join(data.dataDir, `t_${locked}.db`));
  other.exec("BEGIN IMMEDIATE");

  renewals.begin([waiting, going]);

  await until(() => isRenewed(going), "the lease of the other workspace");
  expect(isRenewed(waiting)).toBe(false);
  other.exec("ROLLBACK");
  other.close();
  await until(() => isRenewed(waiting), "the lease of the locked workspace");
});
