// `bun run bench send [--recipients N]`: DESIGN §10. Compares the product's own path (journal, database, limiter,
// rendering, SMTP) with nodemailer's pool and Postfix's smtp-source, all sending to the same kind of sink.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { compileCampaign } from "../../server/delivery/render/compile.ts";
import { loadSigningKey } from "../../server/delivery/render/dkim.ts";
import { createSigner } from "../../server/delivery/render/signer.ts";
import { campaignContent, testTokenKeys } from "../support/campaign-content.ts";
import { freePort } from "../support/free-port.ts";
import { benchContent, benchKey, CONNECTIONS, HTML_BYTES } from "./send/work.ts";

const SINK = "/usr/sbin/smtp-sink";
const SOURCE = "/usr/sbin/smtp-source";
const at = process.argv.indexOf("--recipients");
const recipients = at === -1 ? 20_000 : Number(process.argv[at + 1]);
const yardstickMessages = Math.min(recipients, 4_000);

type Product = {
  perSecond: number;
  freezeMs: number;
  cpuMsPerMessage: number;
  sent: number;
  attempts: number;
  attempted: number;
  /** How often records of the journal were considered damaged. */
  damage: number;
  rssMb: number;
};
type Yardstick = { perSecond: number; rssMb: number };

if (!existsSync(SINK) || !existsSync(SOURCE)) {
  console.error("bench send needs Postfix's smtp-sink and smtp-source: apt-get install postfix");
  process.exit(2);
}

/** Runs `work` against a new sink and returns how many messages the sink received. */
async function withSink<T>(
  work: (port: number) => Promise<T>,
): Promise<{ result: T; arrived: number }> {
  const port = await freePort();
  const asUser = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const sink = Bun.spawn([SINK, "-c", ...asUser, `127.0.0.1:${port}`, "1000"], {
    stdout: "pipe",
    stderr: "ignore",
  });
  const printed = new Response(sink.stdout).text();
  await Bun.sleep(300);
  try {
    const result = await work(port);
    await Bun.sleep(300);
    sink.kill();
    const counters = [...(await printed).matchAll(/mesg=(\d+)/g)];
    return { result, arrived: Number(counters.at(-1)?.[1] ?? 0) };
  } finally {
    sink.kill();
  }
}

async function inProcess<T>(file: string, port: number, n: number, signing: string): Promise<T> {
  const script = join(import.meta.dir, "send", file);
  const child = Bun.spawn([process.execPath, script, String(port), String(n), signing], {
    stdout: "pipe",
    stderr: "inherit",
    env: { ...process.env, LOG_LEVEL: "warn" },
  });
  const output = await new Response(child.stdout).text();
  const line = output.trim().split("\n").at(-1) ?? "";
  if ((await child.exited) !== 0) {
    throw new Error(`${file} failed: ${output}`);
  }
  return JSON.parse(line) as T;
}

async function source(port: number): Promise<number> {
  const startedAt = performance.now();
  const args = ["-s", String(CONNECTIONS), "-l", String(HTML_BYTES), "-m", String(recipients)];
  const child = Bun.spawn([SOURCE, "-d", ...args, `127.0.0.1:${port}`], { stderr: "inherit" });
  await child.exited;
  return Math.round((recipients * 1_000) / (performance.now() - startedAt));
}

/** RSA-2048 signatures a second on all cores, through the product's own signer. */
async function signaturesPerSecond(): Promise<number> {
  const signer = createSigner(navigator.hardwareConcurrency);
  const key = loadSigningKey(benchKey("acme.example"));
  const digest = new Uint8Array(32).fill(7);
  await signer.sign(key, digest);
  const startedAt = performance.now();
  let signed = 0;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (performance.now() - startedAt < 2_000) {
        await signer.sign(key, digest);
        signed += 1;
      }
    }),
  );
  signer.close();
  return Math.round((signed * 1_000) / (performance.now() - startedAt));
}

// Fails early when the product does not accept the bench's own template.
await compileCampaign(campaignContent(benchContent), { campaignId: 1, keys: testTokenKeys });

const unsigned = await withSink((port) =>
  inProcess<Product>("product.ts", port, recipients, "unsigned"),
);
const plain = await withSink((port) =>
  inProcess<Yardstick>("nodemailer.ts", port, yardstickMessages, "unsigned"),
);
const chained = await withSink((port) =>
  inProcess<Product>("product.ts", port, recipients, "chained"),
);
const signed = await withSink((port) =>
  inProcess<Product>("product.ts", port, recipients, "signed"),
);
const plainSigned = await withSink((port) =>
  inProcess<Yardstick>("nodemailer.ts", port, yardstickMessages, "signed"),
);
const raw = await withSink(source);
const rsa = await signaturesPerSecond();

console.table({
  "SwiftMail, unsigned": row(unsigned.result, unsigned.arrived),
  "the same, dots chained": row(chained.result, chained.arrived),
  "nodemailer pool, unsigned": row(plain.result, plain.arrived),
  "SwiftMail, signed": row(signed.result, signed.arrived),
  "nodemailer pool, signed": row(plainSigned.result, plainSigned.arrived),
  "smtp-source (C, no content)": row({ perSecond: raw.result, rssMb: 0 }, raw.arrived),
  "RSA-2048 signatures": { "messages/s": rsa, arrived: "", "RSS MB": "" },
});

function row(result: Yardstick, arrived: number) {
  return { "messages/s": result.perSecond, arrived, "RSS MB": result.rssMb || "" };
}

function lostOf({ result, arrived }: { result: Product; arrived: number }): number {
  return Math.max(0, recipients - result.sent, result.sent - arrived);
}

function duplicatesOf({ result, arrived }: { result: Product; arrived: number }): number {
  return Math.max(0, arrived - recipients, result.attempts - result.attempted);
}

const unsignedRatio = unsigned.result.perSecond / plain.result.perSecond;
const chainedRatio = chained.result.perSecond / plain.result.perSecond;
const signedRatio = signed.result.perSecond / plainSigned.result.perSecond;
const runs = [unsigned, chained, signed];
const lost = runs.reduce((sum, run) => sum + lostOf(run), 0);
const duplicate = runs.reduce((sum, run) => sum + duplicatesOf(run), 0);
const damage = runs.reduce((sum, run) => sum + run.result.damage, 0);
const rssMb = Math.max(...runs.map(({ result }) => result.rssMb));
const bars = [
  {
    name: "unsigned ÷ nodemailer",
    value: round(unsignedRatio),
    atLeast: 4,
    holds: unsignedRatio >= 4,
  },
  {
    name: "unsigned, dots chained ÷ nodemailer",
    value: round(chainedRatio),
    atLeast: 4,
    holds: chainedRatio >= 4,
  },
  {
    name: "signed ÷ nodemailer",
    value: round(signedRatio),
    atLeast: 2.5,
    holds: signedRatio >= 2.5,
  },
  { name: "lost", value: lost, atMost: 0, holds: lost === 0 },
  { name: "duplicate", value: duplicate, atMost: 0, holds: duplicate === 0 },
  { name: "journal damage", value: damage, atMost: 0, holds: damage === 0 },
  { name: "RSS MB", value: rssMb, atMost: 300, holds: rssMb < 300 },
];

function round(n: number): number {
  return Math.round(n * 100) / 100;
}

console.log(
  JSON.stringify({
    bench: "send",
    bars,
    figures: {
      recipients,
      unsigned: unsigned.result,
      chained: chained.result,
      signed: signed.result,
      nodemailer: plain.result,
      nodemailerSigned: plainSigned.result,
      smtpSourcePerSecond: raw.result,
      rsa2048PerSecond: rsa,
    },
  }),
);
