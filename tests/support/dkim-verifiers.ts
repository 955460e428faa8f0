import { dkimVerify } from "mailauth/lib/dkim/verify.js";

// Two DKIM verifiers that share no code with our signer or each other. The DNS consists of one record given by the
// caller.

/** The verdicts of mailauth, one for each signature: `pass`, `fail`, `permerror`, … */
export async function mailauthVerdict(raw: Uint8Array, record: string): Promise<string[]> {
  const { results } = await dkimVerify(Buffer.from(raw), {
    resolver: async () => [[record]],
  });
  return results.map(({ status }) => status.result);
}

const script = `
import base64, json, sys, dkim
request = json.load(sys.stdin)
record = request["record"].encode()
def verdict(raw):
    try:
        good = dkim.verify(base64.b64decode(raw), dnsfunc=lambda name, timeout=5: record)
    except Exception:
        good = False
    return "pass" if good else "fail"
print(json.dumps([verdict(raw) for raw in request["messages"]]))
`;

/**
 * The verdicts of dkimpy (Debian package python3-dkim), in one process for all messages.
 *
 * @throws Error with what to install, when it is missing, because a missing verifier must be a failure and not a pass.
 */
export function dkimpyVerdicts(messages: Uint8Array[], record: string): ("pass" | "fail")[] {
  const request = messages.map((raw) => Buffer.from(raw).toString("base64"));
  const run = Bun.spawnSync(["/usr/bin/python3", "-c", script], {
    stdin: Buffer.from(JSON.stringify({ record, messages: request })),
  });
  if (run.exitCode !== 0) {
    throw new Error(
      `dkimpy is needed as the second DKIM verifier: apt-get install python3-dkim\n${run.stderr.toString()}`,
    );
  }
  return JSON.parse(run.stdout.toString()) as ("pass" | "fail")[];
}

/**
 * The verdict of dkimpy on one message.
 *
 * @throws the errors of `dkimpyVerdicts`.
 */
export function dkimpyVerdict(raw: Uint8Array, record: string): "pass" | "fail" {
  return dkimpyVerdicts([raw], record)[0] ?? "fail";
}
