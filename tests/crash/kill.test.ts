import { expect, test } from "bun:test";
import { killScenario } from "../support/kill-scenario.ts";

/** `bun run torture` uses a different seed for each round. */
const seed = Number(process.env["TORTURE_SEED"] ?? 20_260);

test("killed five times at random moments: no recipient is lost, and a second copy goes only where the reply was not read", async () => {
  const outcome = await killScenario({
    recipients: 20_000,
    workspaces: 1,
    kills: 5,
    connections: 20,
    onAmbiguous: "resend",
    seed,
  });

  expect(outcome).toMatchObject({ lost: [], unlisted: [], unlike: [], disagreements: [], held: 0 });
  expect(outcome.twice.length).toBeLessThanOrEqual(outcome.unanswered);
  expect(outcome.listed).toBeGreaterThan(0);
  expect(outcome.listed).toBeLessThanOrEqual(outcome.unanswered);
}, 60_000);

test("killed with ambiguous messages held: nobody gets two copies, and every message in doubt waits for a person", async () => {
  const outcome = await killScenario({
    recipients: 4_000,
    workspaces: 2,
    kills: 3,
    connections: 10,
    onAmbiguous: "hold",
    seed,
  });

  expect(outcome).toMatchObject({ lost: [], twice: [], disagreements: [] });
  expect(outcome.held).toBe(outcome.listed);
  expect(outcome.held).toBeGreaterThan(0);
}, 60_000);
