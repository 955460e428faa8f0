// `bun run torture [rounds]` repeats the crash tests, each round with another seed, until one fails or the
// rounds are over. `bun run check` runs one round.
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const rounds = Number(process.argv[2] ?? 10);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error("usage: bun run torture [rounds]; rounds is a whole number from 1");
  process.exit(2);
}

const firstSeed = Number(process.env["TORTURE_SEED"] ?? Date.now() % 1_000_000);
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
    console.error(`round ${round + 1} failed; again with: TORTURE_SEED=${seed} bun run torture 1`);
    process.exit(1);
  }
}
console.log(`${rounds} rounds hold`);
