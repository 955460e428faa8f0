import { dkimVerify } from "mailauth/lib/dkim/verify.js";

// Two DKIM verifiers that share no code with us or each other; DNS is one record given by the caller.

/** The verdicts of mailauth, one for each signature: `pass`, `fail`, `permerror`, … */
export async function mailauthVerdict(raw: Uint8Array, record: string): Promise<string[]> {
  const { results } = await dkimVerify(Buffer.from(raw), {
    resolver: async () => [[record]],
  });
  return results.map(({ status }) => status.result);
}

const script = `
import sys, dkim
record = sys.argv[1].encode()
try:
    good = dkim.verify(sys.stdin.buffer.read(), dnsfunc=lambda name, timeout=5: record)
except Exception as error:
    good = False
print("pass" if good else "fail")
`;

/**
 * The verdict of dkimpy (Debian package python3-dkim).
 *
 * @throws Error with what to install, when it is missing: a missing verifier is a failure, not a pass.
 */
export function dkimpyVerdict(raw: Uint8Array, record: string): "pass" | "fail" {
  const run = Bun.spawnSync(["/usr/bin/python3", "-c", script, record], { stdin: raw });
  const verdict = run.stdout.toString().trim();
  if (verdict !== "pass" && verdict !== "fail") {
    throw new Error(
      `dkimpy is needed as the second DKIM verifier: apt-get install python3-dkim\n${run.stderr.toString()}`,
    );
  }
  return verdict;
}
