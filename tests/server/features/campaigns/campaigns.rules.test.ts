import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  type CampaignMove,
  type CampaignStatus,
  campaignMoves,
  campaignStatuses,
  copyName,
  instantOf,
  isTerminal,
  nextStatus,
} from "../../../../server/features/campaigns/campaigns.rules.ts";

import { because } from "../../../../server/platform/errors.ts";

const moves = Object.keys(campaignMoves) as CampaignMove[];

// The contract, written a second time by hand: a change of the state machine must change this too.
const legal = new Set([
  "draft schedule scheduled",
  "scheduled unschedule draft",
  "draft prepare preparing",
  "scheduled prepare preparing",
  "preparing start sending",
  "sending pause pausing",
  "pausing paused paused",
  "paused resume sending",
  "scheduled cancel cancelling",
  "preparing cancel cancelling",
  "sending cancel cancelling",
  "pausing cancel cancelling",
  "paused cancel cancelling",
  "cancelling cancelled cancelled",
  "sending complete completed",
  "preparing complete completed",
  "pausing complete completed",
]);

test("a move from a status is legal exactly when the contract says so", () => {
  for (const status of campaignStatuses) {
    for (const move of moves) {
      const to = nextStatus(status, move);
      const written = `${status} ${move} ${campaignMoves[move].to}`;
      expect([written, to !== undefined]).toEqual([written, legal.has(written)]);
      expect(to === undefined || to === campaignMoves[move].to).toBe(true);
    }
  }
});

test("no sequence of moves leaves a final status, skips the freeze before sending, or edits launched content", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...moves), { maxLength: 40 }), (attempts) => {
      let status: CampaignStatus = "draft";
      const path: CampaignStatus[] = [status];
      for (const move of attempts) {
        const next = nextStatus(status, move);
        if (next === undefined) {
          continue;
        }
        expect(isTerminal(status)).toBe(false);
        if (next === "sending") {
          expect(path).toContain("preparing");
        }
        if (next === "draft" || next === "scheduled") {
          expect(path).not.toContain("preparing");
        }
        status = next;
        path.push(status);
      }
    }),
    { numRuns: 500 },
  );
});

test("a refused move names the campaign's status and when it would be possible", () => {
  const refusalOf = (status: CampaignStatus, move: CampaignMove) =>
    because("campaign_status_refuses", { status, move }).text;
  expect(refusalOf("completed", "pause")).toBe(
    "The campaign has been sent; this is possible only while it is being sent.",
  );
  expect(refusalOf("draft", "cancel")).toContain("scheduled, being prepared, being sent");
});

test.each([
  ["2026-11-30T09:00", "Europe/Berlin", "2026-11-30T08:00:00Z"],
  ["2026-07-30T09:00", "Europe/Berlin", "2026-07-30T07:00:00Z"],
  ["2026-11-30T09:00", "Asia/Kathmandu", "2026-11-30T03:15:00Z"],
  // A time that the clocks skip moves forward. A repeated time is the first one.
  ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00Z"],
  ["2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"],
])("%s in %s is %s", (localTime, timeZone, instant) => {
  expect(instantOf(localTime, timeZone)).toBe(Date.parse(instant));
});

test.each([
  ["2026-02-30T25:00", "Europe/Berlin"],
  ["2026-02-30", "Europe/Atlantis"],
  ["", ""],
])("%p in %p is not a valid time", (localTime, timeZone) => {
  expect(instantOf(localTime, timeZone)).toBeUndefined();
});

test("the name of a copy respects the length limit, and copies of copies do not grow", () => {
  const name = copyName("x".repeat(200), 200, () => false);

  expect(name).toHaveLength(200);
  expect(name).toEndWith(" (2)");
  expect(copyName(name, 200, (one) => one === name)).toEndWith(" (3)");
  expect(copyName("May (2)", 200, (one) => one === "May (2)")).toBe("May (3)");
});
