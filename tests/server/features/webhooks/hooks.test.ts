import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { HookFixture } from "../../../support/hook-fixture.ts";

let hooks: HookFixture;

beforeEach(() => {
  hooks = new HookFixture();
});
afterEach(() => hooks.app.close());

describe("SendGrid", () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const publicKey = pair.publicKey.export({ format: "der", type: "spki" }).toString("base64");
  let url: string;
  let routeId: number;

  beforeEach(async () => {
    routeId = hooks.addRoute("sendgrid");
    ({ url } = await hooks.webhook(routeId));
  });

  const send = (events: object[], key = pair.privateKey, tamper = "") => {
    const body = JSON.stringify(events);
    const timestamp = String(Math.floor(hooks.now / 1_000));
    return hooks.post(url, body + tamper, {
      "x-twilio-email-event-webhook-timestamp": timestamp,
      "x-twilio-email-event-webhook-signature": sign(
        "sha256",
        Buffer.from(timestamp + body),
        key,
      ).toString("base64"),
    });
  };
  const bounce = (seq: number) => ({
    sg_event_id: `b${seq}`,
    event: "bounce",
    type: "bounce",
    email: `r${seq}@reader.test`,
    "smtp-id": hooks.messageId(seq),
    status: "5.1.1",
    reason: "550 5.1.1 no such user",
  });

  test("says that its key is required, and works once it is stored", async () => {
    expect(await hooks.webhook(routeId)).toMatchObject({
      needsKey: true,
      hasKey: false,
      password: null,
    });
    expect((await send([bounce(1)])).status).toBe(401);
    expect((await hooks.webhook(routeId)).lastFault).toContain("Save the webhook's key");

    expect((await hooks.storeKey(routeId, publicKey)).status).toBe(200);
    expect((await send([bounce(1)])).status).toBe(200);
    expect(hooks.facts).toMatchObject([{ k: "bounce", s: 1, code: 550, enh: "5.1.1" }]);
    const view = await hooks.webhook(routeId);
    expect(view).toMatchObject({ hasKey: true, lastFault: "", counts: { bounce: 1 } });
    expect(JSON.stringify(view)).not.toContain(publicKey.slice(20, 60));
  });

  test("maps every kind of event, and ignores events of unknown messages", async () => {
    await hooks.storeKey(routeId, publicKey);
    const one = (event: string, more: object = {}) => ({
      sg_event_id: event,
      event,
      email: "r2@reader.test",
      swiftmail: hooks.token(2),
      ...more,
    });

    const response = await send([
      one("deferred", { response: "451 4.7.1 greylisted" }),
      one("dropped", { reason: "Bounced Address" }),
      one("spamreport"),
      one("unsubscribe"),
      one("delivered"),
      one("open"),
      {
        sg_event_id: "x",
        event: "bounce",
        email: "someone@else.test",
        "smtp-id": "<abc@else.test>",
      },
      "nonsense" as never,
      null as never,
    ]);

    expect(await response.json()).toEqual({ taken: 8, repeated: 0, unknown: 1 });
    expect(hooks.facts).toMatchObject([
      { k: "bounce", action: "delayed", code: 451, enh: "4.7.1" },
      { k: "bounce", action: "failed", text: "Not sent by SendGrid: Bounced Address" },
      { k: "complaint", kind: "abuse" },
      { k: "unsubscribe", via: "webhook", c: 7, s: 2 },
    ]);
  });

  test("a repeated event is applied once", async () => {
    await hooks.storeKey(routeId, publicKey);
    await send([bounce(1)]);

    expect(await (await send([bounce(1), bounce(2)])).json()).toEqual({
      taken: 1,
      repeated: 1,
      unknown: 0,
    });
    expect(hooks.facts.map((fact) => fact.s)).toEqual([1, 2]);
    expect((await hooks.webhook(routeId)).counts).toEqual({ bounce: 2 });
  });

  test("an event that could not be recorded is requested again, and then applied", async () => {
    await hooks.storeKey(routeId, publicKey);
    hooks.journalFails = true;
    expect((await send([bounce(1)])).status).toBe(503);

    hooks.journalFails = false;
    expect(await (await send([bounce(1)])).json()).toMatchObject({ taken: 1, repeated: 0 });
    expect(hooks.facts).toHaveLength(1);
  });

  test.each<[string, () => Promise<Response>]>([
    [
      "another key signed",
      () => send([bounce(1)], generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey),
    ],
    ["was changed", () => send([bounce(1)], pair.privateKey, " ")],
    ["is not signed", () => hooks.post(url, JSON.stringify([bounce(1)]))],
    [
      "has a signature that is none",
      () =>
        hooks.post(url, "[]", {
          "x-twilio-email-event-webhook-timestamp": "1",
          "x-twilio-email-event-webhook-signature": "%%%",
        }),
    ],
  ])("refuses a request that %s", async (_name, ask) => {
    await hooks.storeKey(routeId, publicKey);

    expect((await ask()).status).toBe(401);
    expect(hooks.facts).toEqual([]);
  });

  test("an invalid stored key makes every request fail", async () => {
    await hooks.storeKey(routeId, "not a key at all");
    expect((await send([bounce(1)])).status).toBe(401);
  });
});

describe("Mailgun", () => {
  const signingKey = "key-0123456789abcdef";
  let url: string;

  beforeEach(async () => {
    const routeId = hooks.addRoute("mailgun");
    ({ url } = await hooks.webhook(routeId));
    await hooks.storeKey(routeId, signingKey);
  });

  const send = (event: object, at = hooks.now, key = signingKey) => {
    const timestamp = String(Math.floor(at / 1_000));
    const signature = createHmac("sha256", key).update(`${timestamp}tok`).digest("hex");
    return hooks.post(
      url,
      JSON.stringify({ signature: { timestamp, token: "tok", signature }, "event-data": event }),
    );
  };
  const failed = (more: object = {}) => ({
    id: "e1",
    event: "failed",
    severity: "permanent",
    recipient: "r1@reader.test",
    message: { headers: { "message-id": hooks.messageId(1).slice(1, -1) } },
    "delivery-status": { code: 550, message: "5.1.1 mailbox not found", "enhanced-code": "5.1.1" },
    ...more,
  });

  test("accepts events signed with its key: permanent and temporary failures, complaints, unsubscribes", async () => {
    await send(failed());
    await send(
      failed({
        id: "e2",
        severity: "temporary",
        "delivery-status": { code: 452, message: "full" },
      }),
    );
    await send(failed({ id: "e3", event: "complained" }));
    await send(
      failed({
        id: "e4",
        event: "unsubscribed",
        message: {},
        "user-variables": { swiftmail: hooks.token(2) },
      }),
    );
    await send(
      failed({
        id: "e5",
        "delivery-status": { code: 605, message: "Not delivering to previously bounced address" },
      }),
    );

    expect(hooks.facts).toMatchObject([
      {
        k: "bounce",
        action: "failed",
        code: 550,
        enh: "5.1.1",
        text: "550 5.1.1 mailbox not found",
      },
      { k: "bounce", action: "delayed", code: 452 },
      { k: "complaint" },
      { k: "unsubscribe", s: 2 },
      { k: "bounce", code: 550, text: "Not delivering to previously bounced address" },
    ]);
  });

  test("refuses events signed with another key or signed long ago", async () => {
    expect((await send(failed(), hooks.now, "another-key")).status).toBe(401);
    expect((await send(failed(), hooks.now - 13 * 3_600_000)).status).toBe(401);
    expect((await send(failed(), hooks.now + 13 * 3_600_000)).status).toBe(401);
    expect((await hooks.post(url, "{}")).status).toBe(401);
    expect(hooks.facts).toEqual([]);
  });
});
