// `bun run torture [rounds]` repeats the crash tests, each round with another seed, until one fails or all rounds are
// done. `bun run check` runs one round. `bun run torture full [kills]` kills the engine at full size: 200,000
// recipients, 4 workspaces, once with ambiguous messages sent again and once with them held.
import { join } from "node:path";
import { type KillOutcome, killScenario } from "../tests/support/kill-scenario.ts";

const FULL_RECIPIENTS = 200_000;
const FULL_WORKSPACES = 4;
const FULL_KILLS = 30;

const root = join(import.meta.dir, "..");
const firstSeed = Number(process.env["TORTURE_SEED"] ?? Date.now() % 1_000_000);
const isFull = process.argv[2] === "full";
const times = Number(process.argv[isFull ? 3 : 2] ?? (isFull ? FULL_KILLS : 10));
if (!Number.isInteger(times) || times < 1) {
  console.error("usage: bun run torture [rounds] | full [kills]; a whole number from 1");
  process.exit(2);
}
process.exit(isFull ? await killAtFullSize(times) : await repeatCrashTests(times));

async function repeatCrashTests(rounds: number): Promise<number> {
  for (let round = 0; round < rounds; round += 1) {
    const seed = String(firstSeed + round);
    console.log(`── round ${round + 1} of ${rounds}, TORTURE_SEED=${seed}`);
    const run = Bun.spawn([process.execPath, "test", "--timeout=600000", "./tests/crash/"], {
      cwd: root,
      stdout: "inherit",
      stderr: "inherit",
      env: { ...process.env, TORTURE_SEED: seed },
    });
    if ((await run.exited) !== 0) {
      console.error(
        `round ${round + 1} failed; repeat it with: TORTURE_SEED=${seed} bun run torture 1`,
      );
      return 1;
    }
  }
  console.log(`${rounds} rounds passed`);
  return 0;
}

async function killAtFullSize(kills: number): Promise<number> {
  let holds = true;
  for (const onAmbiguous of ["resend", "hold"] as const) {
    console.log(
      `── ${FULL_RECIPIENTS} recipients, ${FULL_WORKSPACES} workspaces, ${kills} kills, ambiguous: ${onAmbiguous}, TORTURE_SEED=${firstSeed}`,
    );
    const startedAt = performance.now();
    const outcome = await killScenario({
      recipients: FULL_RECIPIENTS,
      workspaces: FULL_WORKSPACES,
      kills,
      connections: 20,
      onAmbiguous,
      seed: firstSeed,
    });
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    const { unanswered, disagreements } = outcome;
    const row = {
      lost: outcome.lost.length,
      "arrived twice": outcome.twice.length,
      "of them not listed": outcome.unlisted.length,
      "listed as ambiguous": outcome.listed,
      held: outcome.held,
      "in flight at the kills, at most": unanswered,
      seconds,
    };
    console.table([row]);
    for (const line of disagreements) {
      console.log(line);
    }
    holds &&= isExact(outcome, onAmbiguous);
    console.log(JSON.stringify({ torture: "kill", onAmbiguous, kills, ...row, disagreements }));
  }
  console.log(holds ? "everything passed" : "something failed");
  return holds ? 0 : 1;
}

function isExact(outcome: KillOutcome, onAmbiguous: "resend" | "hold"): boolean {
  const { lost, twice, unlisted, unlike, disagreements, listed, held, unanswered } = outcome;
  const isSound =
    lost.length + unlisted.length + unlike.length + disagreements.length === 0 &&
    twice.length <= unanswered;
  return isSound && (onAmbiguous === "resend" ? held === 0 : twice.length === 0 && held === listed);
}
