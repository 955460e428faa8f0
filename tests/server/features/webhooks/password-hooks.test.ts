import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { HookFixture } from "../../../support/hook-fixture.ts";

let hooks: HookFixture;

beforeEach(() => {
  hooks = new HookFixture();
});
afterEach(() => hooks.app.close());

describe.each(["postmark", "brevo", "mailjet"])("%s", (preset) => {
  test("authenticates with the password in the address, as Basic or Bearer, and with no other", async () => {
    const { url, password } = await hooks.webhook(hooks.addRoute(preset));
    const bare = url.replace(/\/\/[^@]+@/, "//");

    expect(new URL(url).password).toBe(password ?? "none");
    expect((await hooks.post(url, "[]")).status).toBe(200);
    expect((await hooks.post(bare, "[]", { authorization: `Bearer ${password}` })).status).toBe(
      200,
    );
    for (const authorization of [
      "",
      "Bearer",
      "Bearer wrong",
      "Basic",
      `Basic ${btoa("a:")}`,
      `Basic ${btoa("a:wrong")}`,
    ]) {
      expect((await hooks.post(bare, "[]", { authorization })).status).toBe(401);
    }
  });
});

test("Postmark: bounces by type, complaints and own wishes", async () => {
  const { url } = await hooks.webhook(hooks.addRoute("postmark"));
  const send = (id: number, more: object) =>
    hooks.post(
      url,
      JSON.stringify({
        ID: id,
        Email: "r1@reader.test",
        Metadata: { swiftmail: hooks.token(1) },
        ...more,
      }),
    );
  await send(1, { RecordType: "Bounce", Type: "HardBounce", Details: "smtp;550 5.1.1 unknown" });
  await send(2, { RecordType: "Bounce", Type: "SoftBounce", Description: "mailbox full" });
  await send(3, { RecordType: "Bounce", Type: "Transient", Details: "451 later" });
  await send(4, { RecordType: "Bounce", Type: "AutoResponder" });
  await send(5, { RecordType: "SpamComplaint", Type: "SpamComplaint" });
  await send(6, {
    RecordType: "SubscriptionChange",
    SuppressSending: true,
    SuppressionReason: "ManualSuppression",
  });
  await send(7, {
    RecordType: "SubscriptionChange",
    SuppressSending: true,
    SuppressionReason: "HardBounce",
  });

  expect(hooks.facts).toMatchObject([
    { k: "bounce", action: "failed", code: 550, enh: "5.1.1" },
    { k: "bounce", action: "failed", code: 450, enh: "4.0.0", text: "mailbox full" },
    { k: "bounce", action: "delayed", code: 451 },
    { k: "complaint" },
    { k: "unsubscribe" },
  ]);
});

test("Brevo: hard, soft and blocked bounces, complaints, unsubscriptions", async () => {
  const { url } = await hooks.webhook(hooks.addRoute("brevo"));
  const send = (event: string, more: object = {}) =>
    hooks.post(
      url,
      JSON.stringify({ event, email: "r1@reader.test", "message-id": hooks.messageId(1), ...more }),
    );
  await send("hard_bounce", { reason: "550 5.1.1 unknown" });
  await send("soft_bounce", { reason: "" });
  await send("blocked", {
    "message-id": "<other@brevo>",
    "X-Mailin-custom": `swiftmail:${hooks.token(2)}`,
  });
  await send("deferred", { reason: "421 later" });
  await send("spam");
  await send("unsubscribed");
  await send("request");

  expect(hooks.facts).toMatchObject([
    { k: "bounce", code: 550, enh: "5.1.1" },
    { k: "bounce", code: 450, enh: "4.0.0", text: "soft bounce" },
    { k: "bounce", s: 2, text: "blocked" },
    { k: "bounce", action: "delayed", code: 421 },
    { k: "complaint" },
    { k: "unsubscribe" },
  ]);
});

test("Mailjet: bounces, blocks, complaints, unsubscriptions, one by one or in lists", async () => {
  const { url } = await hooks.webhook(hooks.addRoute("mailjet"));
  const one = (event: string, time: number, more: object = {}) => ({
    event,
    time,
    Message_GUID: "g",
    email: "r3@reader.test",
    CustomID: hooks.token(3),
    ...more,
  });
  await hooks.post(
    url,
    JSON.stringify(
      one("bounce", 1, {
        hard_bounce: true,
        error_related_to: "recipient",
        error: "user unknown",
        comment: "550 5.1.1 unknown",
      }),
    ),
  );
  await hooks.post(
    url,
    JSON.stringify([
      one("bounce", 2, { hard_bounce: false, error: "mailbox full" }),
      one("blocked", 3, { error: "preblocked" }),
      one("spam", 4),
      one("unsub", 5),
      one("sent", 6),
    ]),
  );

  expect(hooks.facts).toMatchObject([
    {
      k: "bounce",
      s: 3,
      code: 550,
      enh: "5.1.1",
      text: "recipient: user unknown: 550 5.1.1 unknown",
    },
    { k: "bounce", code: 450, enh: "4.0.0" },
    { k: "bounce", code: 550, text: "preblocked" },
    { k: "complaint" },
    { k: "unsubscribe" },
  ]);
});
