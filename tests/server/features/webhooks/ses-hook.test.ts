import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createSign } from "node:crypto";
import { makeCertificate } from "../../../support/certificates.ts";
import { DAY_MS, HookFixture, NOW } from "../../../support/hook-fixture.ts";

let hooks: HookFixture;

beforeEach(() => {
  hooks = new HookFixture();
});
afterEach(() => hooks.app.close());

describe("Amazon SES over SNS", () => {
  const certUrl = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc.pem";
  const topic = "arn:aws:sns:eu-west-1:123456789012:bounces";
  const { key, cert } = makeCertificate({ names: ["DNS:sns.amazonaws.com"] });
  let url: string;
  let routeId: number;

  beforeEach(async () => {
    routeId = hooks.addRoute("ses");
    ({ url } = await hooks.webhook(routeId));
    hooks.web[certUrl] = cert;
  });

  type Sns = Record<string, string>;
  const signed = (fields: Sns, version = "1", signingKey = key): string => {
    const all: Sns = {
      MessageId: "m-1",
      TopicArn: topic,
      Timestamp: new Date(hooks.now).toISOString(),
      SigningCertURL: certUrl,
      SignatureVersion: version,
      ...fields,
    };
    const names = [
      "Message",
      "MessageId",
      "SubscribeURL",
      "Subject",
      "Timestamp",
      "Token",
      "TopicArn",
      "Type",
    ];
    const text = names
      .filter((name) => all[name] !== undefined)
      .map((name) => `${name}\n${all[name]}\n`)
      .join("");
    const signer = createSign(version === "1" ? "sha1" : "sha256").update(text);
    return JSON.stringify({ ...all, Signature: signer.sign(signingKey, "base64") });
  };
  const bounceOf = (mail: object, bounce: object = {}) =>
    JSON.stringify({
      eventType: "Bounce",
      mail: { messageId: "0100-ses", destination: ["r1@reader.test"], ...mail },
      bounce: {
        bounceType: "Permanent",
        bounceSubType: "General",
        bouncedRecipients: [
          {
            emailAddress: "R1@reader.test",
            action: "failed",
            status: "5.1.1",
            diagnosticCode: "smtp; 550 5.1.1 user unknown",
          },
        ],
        ...bounce,
      },
    });
  const named = (seq: number) => ({
    headers: [{ name: "Message-ID", value: hooks.messageId(seq) }],
  });
  const notification = (message: string, more: Sns = {}, version = "1") =>
    signed({ Type: "Notification", Message: message, ...more }, version);

  test.each(["1", "2"])("accepts a bounce with a signature of version %s", async (version) => {
    const response = await hooks.post(url, notification(bounceOf(named(2)), {}, version), {
      "content-type": "text/plain; charset=UTF-8",
    });

    expect(response.status).toBe(200);
    expect(hooks.facts).toEqual([
      {
        k: "bounce",
        w: hooks.workspace.id,
        c: 7,
        s: 2,
        at: NOW,
        via: "webhook",
        action: "failed",
        code: 550,
        enh: "5.1.1",
        text: "smtp; 550 5.1.1 user unknown",
        address: "r1@reader.test",
      },
    ]);
  });

  test.each<[string, () => object]>([
    ["the tag that we add", () => ({ tags: { swiftmail: [hooks.token(3)] } })],
    ["the envelope sender", () => ({ source: hooks.returnPath(3) })],
    ["the common headers", () => ({ commonHeaders: { messageId: hooks.messageId(3) } })],
  ])("finds the message by %s", async (_name, mail) => {
    await hooks.post(url, notification(bounceOf(mail())));

    expect(hooks.facts).toMatchObject([{ k: "bounce", s: 3 }]);
  });

  test("distinguishes complaints, delays, rejections and deliveries", async () => {
    const send = (id: string, message: object) =>
      hooks.post(
        url,
        notification(JSON.stringify({ mail: named(1), ...message }), { MessageId: id }),
      );
    await send("a", {
      notificationType: "Complaint",
      complaint: {
        complaintFeedbackType: "fraud",
        complainedRecipients: [{ emailAddress: "r1@reader.test" }],
      },
    });
    await send("b", {
      eventType: "DeliveryDelay",
      deliveryDelay: {
        delayType: "MailboxFull",
        delayedRecipients: [{ status: "4.2.2", diagnosticCode: "smtp; 452 4.2.2 full" }],
      },
    });
    await send("c", { eventType: "Reject", reject: { reason: "Bad content" } });
    await send("d", { eventType: "Delivery" });
    await send("e", { eventType: "Open" });

    expect(hooks.facts).toMatchObject([
      { k: "complaint", kind: "fraud" },
      { k: "bounce", action: "delayed", code: 452, enh: "4.2.2" },
      { k: "bounce", action: "failed", text: "Rejected: Bad content" },
    ]);
    expect(await hooks.webhook(routeId)).toMatchObject({
      lastEventAt: NOW,
      counts: { complaint: 1, delayed: 1, bounce: 1, delivered: 1, other: 1 },
    });
  });

  test("confirms a subscription at Amazon, and then ignores other topics until it is renewed", async () => {
    const subscribeUrl = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topic}&Token=t`;
    hooks.web[subscribeUrl] = "<ConfirmSubscriptionResponse/>";
    const confirmation = {
      Type: "SubscriptionConfirmation",
      Message: "m",
      Token: "t",
      SubscribeURL: subscribeUrl,
    };

    expect((await hooks.post(url, signed(confirmation))).status).toBe(200);
    expect(hooks.fetched).toContain(subscribeUrl);
    expect((await hooks.webhook(routeId)).topic).toBe(topic);

    const other = notification(bounceOf(named(1)), { TopicArn: `${topic}-evil` });
    expect((await hooks.post(url, other)).status).toBe(401);
    expect((await hooks.webhook(routeId)).lastFault).toContain("a different topic");
    expect(hooks.facts).toEqual([]);
  });

  test.each([
    "https://evil.example/?Action=ConfirmSubscription",
    "http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
    "https://sns.eu-west-1.amazonaws.com.evil.example/",
    "https://sns.eu-west-1.amazonaws.com@evil.example/",
    "https://sns.eu-west-1.amazonaws.com:8443/",
    "https://169.254.169.254/latest/meta-data/",
  ])("does not confirm a subscription at %s", async (subscribeUrl) => {
    hooks.web[subscribeUrl] = "";
    const body = signed({
      Type: "SubscriptionConfirmation",
      Message: "m",
      Token: "t",
      SubscribeURL: subscribeUrl,
    });

    expect((await hooks.post(url, body)).status).toBe(401);
    expect(hooks.fetched).not.toContain(subscribeUrl);
  });

  test.each([
    ["from another host", "https://evil.example/SimpleNotificationService-abc.pem"],
    ["from an S3 bucket", "https://s3.eu-west-1.amazonaws.com/sns/cert.pem"],
    ["in clear", "http://sns.eu-west-1.amazonaws.com/cert.pem"],
    ["that is no certificate file", "https://sns.eu-west-1.amazonaws.com/cert.txt"],
    [
      "from a name in front of Amazon's",
      "https://sns.eu-west-1.amazonaws.com.evil.example/cert.pem",
    ],
  ])("requests no certificate %s", async (_name, elsewhere) => {
    hooks.web[elsewhere] = cert;
    const body = notification(bounceOf(named(1)), { SigningCertURL: elsewhere });

    expect((await hooks.post(url, body)).status).toBe(401);
    expect(hooks.fetched).toEqual([]);
  });

  test.each<[string, () => string]>([
    [
      "changed after it was signed",
      () => notification(bounceOf(named(1))).replace("5.1.1", "5.2.2"),
    ],
    [
      "signed with another key",
      () =>
        signed({ Type: "Notification", Message: bounceOf(named(1)) }, "1", makeCertificate().key),
    ],
    [
      "with an unknown version of signature",
      () =>
        notification(bounceOf(named(1))).replace(
          '"SignatureVersion":"1"',
          '"SignatureVersion":"3"',
        ),
    ],
    [
      "a day and a half old",
      () =>
        notification(bounceOf(named(1)), {
          Timestamp: new Date(hooks.now - 1.5 * DAY_MS).toISOString(),
        }),
    ],
    ["that is no JSON", () => "hello"],
    ["that is null", () => "null"],
    [
      "with a type of Object's own",
      () =>
        JSON.stringify({
          Type: "constructor",
          SigningCertURL: certUrl,
          Timestamp: new Date(hooks.now).toISOString(),
        }),
    ],
  ])("refuses a message %s", async (_name, body) => {
    expect((await hooks.post(url, body())).status).toBe(401);
    expect(hooks.facts).toEqual([]);
  });

  test("an expired certificate is not accepted", async () => {
    const old = makeCertificate({ expired: true });
    hooks.web[certUrl] = old.cert;

    expect(
      (
        await hooks.post(
          url,
          signed({ Type: "Notification", Message: bounceOf(named(1)) }, "1", old.key),
        )
      ).status,
    ).toBe(401);
  });

  test("a certificate that cannot be fetched now is a temporary error: SNS retries", async () => {
    hooks.web = {};

    expect((await hooks.post(url, notification(bounceOf(named(1))))).status).toBe(503);
  });
});
