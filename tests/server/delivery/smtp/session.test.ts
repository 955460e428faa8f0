import { afterEach, expect, test } from "bun:test";
import { openSession } from "../../../../server/delivery/smtp/session.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { loopbackRoute, renderedMessage } from "../../../support/smtp-messages.ts";
import { refusal } from "../../../support/smtp-sink.ts";
import { closePeers, sink } from "./peers.ts";

const certificate = makeCertificate();
const journal = { beforeDot: () => Promise.resolve() };

afterEach(closePeers);

test("a message arrives byte for byte, with its dots unstuffed", async () => {
  const { port, messages } = await sink();
  const session = await openSession(loopbackRoute(port));
  const message = renderedMessage({ body: "..\r\n...two\r\nGrüße\r\nend\r\n" });

  const outcome = await session.send(message, journal);
  await session.quit();

  expect(outcome).toMatchObject({ kind: "accepted", host: "127.0.0.1", reply: { code: 250 } });
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatchObject({ from: "bounce@news.example", to: ["ann@reader.example"] });
  expect(messages[0]?.raw).toEndWith("\r\n\r\n.\r\n..two\r\nGrüße\r\nend\r\n");
});

test("one connection carries many messages, with and without pipelining", async () => {
  for (const hidePIPELINING of [false, true]) {
    const { port, messages, connections } = await sink({ server: { hidePIPELINING } });
    const session = await openSession(loopbackRoute(port));

    for (let n = 0; n < 30; n += 1) {
      const message = renderedMessage({ envelopeTo: `r${n}@reader.example`, body: `${n}\r\n` });
      expect((await session.send(message, journal)).kind).toBe("accepted");
    }
    await session.quit();

    expect(session.isPipelining).toBe(!hidePIPELINING);
    expect(connections()).toBe(1);
    expect(messages.map(({ to }) => to[0])).toEqual(
      Array.from({ length: 30 }, (_, n) => `r${n}@reader.example`),
    );
  }
});

test("a refused sender, recipient and message name their stage, and the connection stays usable", async () => {
  for (const hidePIPELINING of [false, true]) {
    const { port, messages } = await sink({
      refuseSender: (from) =>
        from.startsWith("bad") ? refusal(553, "5.1.8 bad sender") : undefined,
      refuseRecipient: (to) =>
        to.startsWith("no") ? refusal(550, "5.1.1 no such user") : undefined,
      refuseMessage: (raw) => (raw.includes("spam") ? refusal(554, "5.7.1 spam") : undefined),
      server: { hidePIPELINING },
    });
    const session = await openSession(loopbackRoute(port));
    const send = (changes: Parameters<typeof renderedMessage>[0]) =>
      session.send(renderedMessage(changes), journal);

    expect(await send({ envelopeFrom: "bad@news.example" })).toMatchObject({
      kind: "refused",
      stage: "mail",
      reply: { code: 553, enhanced: "5.1.8", text: "bad sender" },
    });
    expect(await send({ envelopeTo: "nobody@reader.example" })).toMatchObject({
      kind: "refused",
      stage: "rcpt",
      reply: { code: 550, enhanced: "5.1.1", text: "no such user" },
    });
    expect(await send({ body: "spam\r\n" })).toMatchObject({ kind: "refused", stage: "dot" });
    expect(await send({})).toMatchObject({ kind: "accepted" });
    await session.quit();

    expect(messages).toHaveLength(1);
  }
});

test("STARTTLS and implicit TLS are verified, and sign-in works by PLAIN and by LOGIN", async () => {
  for (const implicitTls of [false, true]) {
    for (const method of ["PLAIN", "LOGIN"]) {
      const { port, messages } = await sink({
        certificate,
        implicitTls,
        login: { username: "ann", password: "pä55 word" },
        authMethods: [method],
      });
      const route = loopbackRoute(port, {
        security: implicitTls ? "tls" : "starttls",
        username: "ann",
        password: "pä55 word",
      });
      const session = await openSession(route, { ca: certificate.cert });

      expect((await session.send(renderedMessage(), journal)).kind).toBe("accepted");
      await session.quit();

      expect(messages[0]).toMatchObject({ secure: true, user: "ann" });
    }
  }
});

test("a token signs in by XOAUTH2, and a stale one is refused with the server's reason", async () => {
  const { port } = await sink({
    certificate,
    authMethods: ["XOAUTH2"],
    login: { username: "ann", password: "" },
    server: {
      onAuth: (auth, _session, done) =>
        auth.accessToken === "fresh"
          ? done(null, { user: auth.username })
          : done(null, { data: { status: "401", schemes: "bearer" } }),
    },
  });
  const route = loopbackRoute(port, { security: "starttls", username: "ann" });
  const open = (token: string) =>
    openSession(route, { ca: certificate.cert, accessToken: () => Promise.resolve(token) });

  const session = await open("fresh");
  expect((await session.send(renderedMessage(), journal)).kind).toBe("accepted");
  await session.quit();
  const refused = await open("stale").catch((error: unknown) => error);

  expect(refused).toMatchObject({ name: "SmtpRefusal", stage: "auth", reply: { code: 535 } });
});

test("an untrusted certificate is refused before any mail or password is sent", async () => {
  const { port } = await sink({ certificate, login: { username: "ann", password: "x" } });
  const route = loopbackRoute(port, { security: "starttls", username: "ann", password: "x" });

  const refused = await openSession(route).catch((error: unknown) => error);
  const trusting = await openSession({ ...route, verifyCertificate: false });

  expect(refused).toMatchObject({ name: "SmtpFailure", stage: "starttls", fault: "tls" });
  expect((await trusting.send(renderedMessage(), journal)).kind).toBe("accepted");
  await trusting.quit();
});

test("nothing is sent when the server's limits exclude the message", async () => {
  const { port, messages } = await sink({
    server: { size: 1_000, hideSMTPUTF8: true, hide8BITMIME: true },
  });
  const session = await openSession(loopbackRoute(port));

  const large = await session.send(renderedMessage({ body: `${"x".repeat(2_000)}\r\n` }), journal);
  const utf8 = await session.send(
    renderedMessage({ envelopeTo: "grüße@reader.example", needsSmtpUtf8: true }),
    journal,
  );
  const eightBit = await session.send(renderedMessage({ needs8bit: true }), journal);
  const fits = await session.send(renderedMessage(), journal);
  await session.quit();

  expect(large).toMatchObject({ kind: "broken", fault: "too_large" });
  expect(utf8).toMatchObject({ kind: "broken", fault: "unsupported" });
  expect(eightBit).toMatchObject({ kind: "broken", fault: "unsupported" });
  expect(fits.kind).toBe("accepted");
  expect(messages).toHaveLength(1);
});

test("an address that contains a command is refused here", async () => {
  const { port, messages } = await sink();
  const session = await openSession(loopbackRoute(port));

  for (const address of [
    "a@b.example>\r\nRCPT TO:<victim@c.example",
    "a@b.example\nDATA",
    "a b@c.example",
    "a@b.example> SIZE=1",
    "a\0@b.example",
  ]) {
    const outcome = await session.send(renderedMessage({ envelopeTo: address }), journal);
    expect(outcome).toMatchObject({ kind: "broken", stage: "mail", fault: "unsupported" });
  }
  await session.quit();

  expect(messages).toHaveLength(0);
});

test("a message of several megabytes is delivered", async () => {
  const { port, messages } = await sink({ server: { size: 20_000_000 } });
  const session = await openSession(loopbackRoute(port));
  const body = `${"x".repeat(70)}\r\n`.repeat(70_000);

  const outcome = await session.send(renderedMessage({ body }), journal);
  await session.quit();

  expect(outcome.kind).toBe("accepted");
  expect(messages[0]?.raw.length).toBeGreaterThan(5_000_000);
});

test("a session uses the given source address", async () => {
  const addresses: string[] = [];
  const { port } = await sink({
    server: {
      onMailFrom: (_address, session, done) => {
        addresses.push(session.remoteAddress);
        done();
      },
    },
  });

  for (const localAddress of ["127.0.0.2", "127.0.0.3"]) {
    const session = await openSession(loopbackRoute(port), { localAddress });
    expect((await session.send(renderedMessage(), journal)).kind).toBe("accepted");
    await session.quit();
  }

  expect(addresses).toEqual(["127.0.0.2", "127.0.0.3"]);
});
