import { expect, test } from "bun:test";
import type { Fact } from "../../../../server/delivery/facts.ts";
import { newDeliveryData } from "../../../support/delivery-data.ts";
import { NOW, newIngester } from "../../../support/ingest-fixture.ts";

test("withdrawing a dot late, after the next attempt has announced its own, leaves the new one open", () => {
  const data = newDeliveryData();
  const w = data.newWorkspace();
  const ingester = newIngester(data, { workspace: data.databases.find });
  const of = (k: "dot" | "undot", at: number): Fact => ({ k, w, c: 1, s: 7, at });
  const open = (...facts: Fact[]) => {
    const records = facts.map((fact, i) => ({
      payload: JSON.stringify(fact),
      end: { segment: 1, offset: (i + 1) * 100 },
    }));
    ingester.take("n/delivery", records);
    return ingester.openDots().map(({ fact }) => fact.at);
  };

  // The journal could not be written when the first attempt was withdrawn, but could be written later.
  expect(open(of("dot", NOW), of("dot", NOW + 300), of("undot", NOW))).toEqual([NOW + 300]);
  expect(open(of("undot", NOW + 300))).toEqual([]);
  data.close();
});
