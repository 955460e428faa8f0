// The templates that come with the product, as sent: what a spam filter says about their form.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { compileCampaign } from "../../server/delivery/render/compile.ts";
import { buildContent } from "../../server/delivery/render/content.ts";
import { loadSigningKey } from "../../server/delivery/render/dkim.ts";
import { createSigner, renderSigned, type Signer } from "../../server/delivery/render/signer.ts";
import { starters } from "../../server/features/templates/starters.ts";
import { benchKey } from "../bench/send/work.ts";
import { campaignContent, recipient, testTokenKeys } from "../support/campaign-content.ts";
import { type Rspamd, startRspamd } from "../support/rspamd.ts";

/** Symbols that say nothing about the message's form, each with the highest score it may have. */
const HARMLESS: Record<string, number> = {
  // The return path differs from the From address, as VERP requires (statement 13).
  FORGED_SENDER: 0.3,
  // One hidden block: the preview text that MJML puts before the body.
  MANY_INVISIBLE_PARTS: 0.05,
};

let rspamd: Rspamd;
let signer: Signer;
beforeAll(async () => {
  rspamd = await startRspamd();
  signer = createSigner(1);
}, 60_000);
afterAll(async () => {
  signer?.close();
  await rspamd?.stop();
});

async function signedMessage(html: { kind: "mjml" | "html"; source: string; subject: string }) {
  const { html: _html, text: _text, links: _links, ...source } = campaignContent();
  const { content } = await buildContent({
    ...source,
    subject: html.subject,
    bodyKind: html.kind,
    bodySource: html.source,
    textSource: null,
  });
  const compiled = await compileCampaign(content, { campaignId: 1, keys: testTokenKeys });
  const key = loadSigningKey(benchKey("acme.example"));
  return await renderSigned(compiled, recipient(), { date: Date.now() }, { key, signer });
}

async function symptoms(html: { kind: "mjml" | "html"; source: string; subject: string }) {
  const message = await signedMessage(html);
  const { symbols } = await rspamd.check(message.bytes, {
    from: message.envelopeFrom,
    to: message.envelopeTo,
  });
  expect(Object.keys(symbols)).toContain("MIME_GOOD");
  return Object.entries(symbols)
    .filter(([name, { score }]) => score > (HARMLESS[name] ?? 0))
    .map(([name]) => name);
}

for (const { key, kind, source, subject } of starters) {
  test(`rspamd finds nothing wrong with the form of the starter "${key}"`, async () => {
    expect(await symptoms({ kind, source, subject })).toEqual([]);
  });
}

test("rspamd reports what is wrong with a message that is malformed", async () => {
  const source = `<html><body><p style="font-size:0">cheap pills</p><p>${"WIN NOW ".repeat(40)}</p></body></html>`;

  expect(await symptoms({ kind: "html", source, subject: "Will you WIN?" })).toEqual(
    expect.arrayContaining(["ZERO_FONT", "SUBJECT_ENDS_QUESTION"]),
  );
});
