import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { compileCampaign } from "../../../../server/delivery/render/compile.ts";
import { loadSigningKey, prepareSigned } from "../../../../server/delivery/render/dkim.ts";
import {
  nodeSigner,
  openDigestSigner,
  openSslSigner,
} from "../../../../server/delivery/render/rsa.ts";
import { createSigner, renderSigned } from "../../../../server/delivery/render/signer.ts";
import { campaignContent, recipient, testTokenKeys } from "../../../support/campaign-content.ts";
import { dkimpyVerdict, dkimpyVerdicts, mailauthVerdict } from "../../../support/dkim-verifiers.ts";
import { assertBulkMessage } from "../../../support/message-checks.ts";

// A Python process and RSA key generation take time on a busy machine.
setDefaultTimeout(30_000);

const date = Date.UTC(2026, 10, 21, 7, 0, 0);
const pair = newPair(2048);
const key = loadSigningKey({ domain: "acme.example", selector: "s1", privateKeyPem: pair.pem });
const signer = createSigner(2);
afterAll(() => signer.close());

function newPair(modulusLength: number) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
  const spki = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { pem, record: `v=DKIM1; k=rsa; p=${spki}` };
}

const campaign = (changes = {}) =>
  compileCampaign(campaignContent(changes), { campaignId: 9, keys: testTokenKeys });

const trickyBodies = {
  "plain content": {},
  "blanks, tabs, dots and long lines": {
    html: `<body><pre>a  b\t c   \n.\n..dot\nFrom me\n\n\n   x</pre>${"ü".repeat(500)} = =3D ${"y".repeat(2000)}</body>`,
    text: ".\n..\n  two  blanks \t\nFrom here\n\n\n\n",
  },
  "long and non-ASCII headers": {
    subject: "Grüße 🎉 ".repeat(20),
    fromName: "Zoë Łukasz",
    replyTo: "help@acme.example",
    workspace: { ...campaignContent().workspace, name: "Ürün Ağı" },
  },
  "values with line ends and blanks": {
    html: "<body>{{ contact.bio }}<p>{% if contact.first_name %}  {{ contact.bio }}  {% endif %}</p></body>",
    text: "{{ contact.bio }}",
  },
};

for (const [name, changes] of Object.entries(trickyBodies)) {
  test(`two independent verifiers accept the signature: ${name}`, async () => {
    const to = recipient();
    to.contact.fields["bio"] = "  a  b \r\n\t.\r\n. = é\n\n";
    const message = await renderSigned(await campaign(changes), to, { date }, { key, signer });

    expect(await mailauthVerdict(message.bytes, pair.record)).toEqual(["pass"]);
    expect(dkimpyVerdict(message.bytes, pair.record)).toBe("pass");
    await assertBulkMessage(message.bytes, {
      envelopeTo: "jane@example.org",
      domain: "acme.example",
      signed: true,
    });
  });
}

test("an internationalised recipient is signed over the UTF-8 header", async () => {
  const to = recipient({ address: "jörg@example.org" });
  const message = await renderSigned(await campaign(), to, { date }, { key, signer });

  expect(await mailauthVerdict(message.bytes, pair.record)).toEqual(["pass"]);
});

test("the verifiers reject a message when one octet of body, subject or unsubscribe link changed", async () => {
  const message = await renderSigned(await campaign(), recipient(), { date }, { key, signer });
  const text = Buffer.from(message.bytes).toString("latin1");
  const edits = [
    ["Hello", "Hallo"],
    ["Subject: News", "Subject: Nows"],
    ["List-Unsubscribe: <https://mail.", "List-Unsubscribe: <https://evil."],
    ["List-Unsubscribe-Post: List", "List-Unsubscribe-Post: Lost"],
    ["From: ", "From: <x@evil.example>\r\nFrom: "],
  ] as const;
  const changed = edits.map(([from, to]) => {
    expect(text).toContain(from);
    return Buffer.from(text.replace(from, to), "latin1");
  });

  for (const raw of changed) {
    expect(await mailauthVerdict(raw, pair.record)).not.toEqual(["pass"]);
  }
  expect(dkimpyVerdicts(changed, pair.record)).toEqual(edits.map(() => "fail"));
});

test("a retry has the same signed octets", async () => {
  const compiled = await campaign();
  const first = await renderSigned(compiled, recipient(), { date }, { key, signer });
  const again = await renderSigned(await campaign(), recipient(), { date }, { key, signer });

  expect(Buffer.from(again.bytes).equals(Buffer.from(first.bytes))).toBe(true);
});

test("hundreds of messages with several keys each get the signature of their own key", async () => {
  const compiled = await campaign();
  const others = [pair, newPair(1024), newPair(3072)].map((made, index) => ({
    ...made,
    key: loadSigningKey({ domain: "acme.example", selector: `k${index}`, privateKeyPem: made.pem }),
  }));

  const messages = await Promise.all(
    Array.from({ length: 240 }, async (_, seq) => {
      const own = others[seq % 3] ?? others[0];
      if (own === undefined) {
        throw new Error("no key");
      }
      const to = recipient({ seq: seq + 1 });
      return { own, message: await renderSigned(compiled, to, { date }, { key: own.key, signer }) };
    }),
  );

  for (const { own, message } of messages.slice(0, 30)) {
    expect(await mailauthVerdict(message.bytes, own.record)).toEqual(["pass"]);
  }
  expect(new Set(messages.map(({ message }) => message.messageId)).size).toBe(240);
});

test("a key that cannot sign is refused when it is loaded, without quoting it", () => {
  const { privateKey: ed } = generateKeyPairSync("ed25519");
  const bad = [
    "",
    "not a key",
    pair.pem.replace(/[A-Za-z]{20}/, "AAAAAAAAAAAAAAAAAAAA"),
    ed.export({ type: "pkcs8", format: "pem" }).toString(),
    newPair(512).pem,
  ];
  for (const privateKeyPem of bad) {
    let message = "";
    try {
      loadSigningKey({ domain: "acme.example", selector: "s1", privateKeyPem });
    } catch (error) {
      message = String(error);
    }
    expect(message).toBe("Error: the DKIM key of acme.example is not a usable RSA private key");
  }
});

test("when the key fails after loading, the message is refused, never sent unsigned", async () => {
  const broken = { ...key, id: "broken", privateKeyPem: "not a key" };
  const compiled = await campaign();

  const sent = renderSigned(compiled, recipient(), { date }, { key: broken, signer });
  await expect(sent).rejects.toThrow("cannot sign");
  // The thread continues with other keys.
  const good = await renderSigned(compiled, recipient(), { date }, { key, signer });
  expect(await mailauthVerdict(good.bytes, pair.record)).toEqual(["pass"]);
});

test("a signature of the wrong length is rejected", async () => {
  const unsigned = prepareSigned(await campaign(), recipient(), { date }, key);

  expect(() => unsigned.finish(new Uint8Array(128))).toThrow("length");
  expect(() => unsigned.finish(new Uint8Array(0))).toThrow("length");
});

test("a closed signer rejects waiting and new messages", async () => {
  const closing = createSigner(1);
  const waiting = closing.sign(key, new Uint8Array(32));
  closing.close();

  await expect(waiting).rejects.toThrow("closed");
  await expect(closing.sign(key, new Uint8Array(32))).rejects.toThrow("closed");
});

test("when a thread dies its messages are refused, and another thread takes over", async () => {
  const dying = URL.createObjectURL(new Blob(["onmessage = () => { throw new Error('boom') }"]));
  let opened = 0;
  const fragile = createSigner(1, () => {
    opened += 1;
    const real = new URL("../../../../server/delivery/render/signer.worker.ts", import.meta.url);
    return new Worker(opened === 1 ? dying : real.href);
  });
  const compiled = await campaign();
  const render = () => renderSigned(compiled, recipient(), { date }, { key, signer: fragile });

  await expect(render()).rejects.toThrow("a signer thread failed");
  await expect(render()).rejects.toThrow("no thread now");
  await Bun.sleep(1_200);
  expect(await mailauthVerdict((await render()).bytes, pair.record)).toEqual(["pass"]);
  fragile.close();
});

test("OpenSSL and the built-in library make the same signatures", () => {
  const digest = new Uint8Array(32).fill(7);
  const expected = Buffer.from(nodeSigner(pair.pem).sign(digest));

  expect(Buffer.from(openDigestSigner(pair.pem).sign(digest)).equals(expected)).toBe(true);
  const fast = openSslSigner(pair.pem);
  if (fast !== undefined) {
    expect(Buffer.from(fast.sign(digest)).equals(expected)).toBe(true);
    expect(openSslSigner("not a key")).toBeUndefined();
    expect(() => fast.sign(new Uint8Array(31))).toThrow("did not sign");
  }
});
