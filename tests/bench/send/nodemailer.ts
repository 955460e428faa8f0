// What people use today, in a separate process: `nodemailer.ts <port> <messages> <signed|unsigned>`. A pool that
// composes and signs every message, with variables and links filled in by string replacement.
import nodemailer from "nodemailer";
import { benchContent, benchKey, CONNECTIONS, LINKS, peakRssMb } from "./work.ts";

const [port, messages, signing] = process.argv.slice(2);
const total = Number(messages);
const key = benchKey("acme.example");
const transport = nodemailer.createTransport({
  host: "127.0.0.1",
  port: Number(port),
  secure: false,
  ignoreTLS: true,
  pool: true,
  maxConnections: CONNECTIONS,
  maxMessages: 1_000,
  ...(signing === "signed"
    ? { dkim: { domainName: key.domain, keySelector: key.selector, privateKey: key.privateKeyPem } }
    : {}),
});

function fill(source: string, n: number): string {
  const values: Record<string, string> = {
    first_name: `Name ${n}`,
    last_name: "Doe",
    city: "Lisbon",
    points: String(n),
    email: `r${n}@gmail.com`,
  };
  return source.replace(/\{\{ contact\.(\w+) \}\}/g, (_, name: string) => values[name] ?? "");
}

function tracked(html: string, n: number): string {
  let link = 0;
  return html.replace(/href="[^"]+"/g, () => {
    link += 1;
    return `href="https://mail.acme.example/c/${Buffer.from(`token ${n} ${link % LINKS}`).toString("base64url")}"`;
  });
}

const startedAt = performance.now();
let next = 1;
await Promise.all(
  Array.from({ length: CONNECTIONS * 2 }, async () => {
    while (next <= total) {
      const n = next;
      next += 1;
      await transport.sendMail({
        from: '"Ada from Acme" <news@acme.example>',
        to: `r${n}@gmail.com`,
        subject: fill(benchContent.subject ?? "", n),
        text: fill(benchContent.text ?? "", n),
        html: tracked(fill(benchContent.html ?? "", n), n),
        list: { unsubscribe: `https://mail.acme.example/u/${n}` },
      });
    }
  }),
);
const endedAt = performance.now();
transport.close();
process.stdout.write(
  `${JSON.stringify({
    perSecond: Math.round((total * 1_000) / (endedAt - startedAt)),
    rssMb: await peakRssMb(),
  })}\n`,
);
process.exit(0);
