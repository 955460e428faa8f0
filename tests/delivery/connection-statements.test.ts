// What large providers require of bulk senders in 2026, statement by statement: the connection. Direct mail in a small
// network on loopback, and relays that record every command.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { profileOf } from "../../server/delivery/run/provider-profiles.ts";
import { RoutePool } from "../../server/delivery/smtp/route-pool.ts";
import { smtpTimeouts } from "../../server/delivery/smtp/timeouts.ts";
import { makeCertificate } from "../support/certificates.ts";
import { journal, MailWorld, messageTo } from "../support/mail-world.ts";
import { loopbackRoute, renderedMessage } from "../support/smtp-messages.ts";
import { startSmtpSink } from "../support/smtp-sink.ts";
import { startWireRecorder } from "../support/wire-recorder.ts";

let world: MailWorld;
beforeEach(async () => {
  world = await MailWorld.start();
});
afterEach(() => world.close());

test("16: EHLO gives the name of the address the mail leaves from, never a bare address or localhost", async () => {
  const greetings: string[] = [];
  await world.sink("127.0.0.2", {
    server: {
      onMailFrom: (_address, session, done) => {
        greetings.push(`${session.remoteAddress} ${session.hostNameAppearsAs}`);
        done();
      },
    },
  });
  Object.assign(world.dns.zone, {
    "a.example": { MX: ["10 mx.a.example"] },
    "mx.a.example": { A: ["127.0.0.2"] },
  });
  const sources = ["127.0.0.31", "127.0.0.32"].map((address, i) => ({
    address,
    heloName: `out${i + 1}.news.example`,
    weight: 1,
  }));
  const egress = world.egress({ sources });
  const site = await egress.siteOf("a.example");

  for (const source of sources) {
    const target = { domain: "a.example", site, source };
    expect(await egress.send(messageTo("a.example"), { ...journal, target })).toMatchObject({
      kind: "accepted",
    });
  }

  expect(greetings).toEqual(["127.0.0.31 out1.news.example", "127.0.0.32 out2.news.example"]);
});

test("17: TLS is used wherever it is offered, and a provider known to require it gets nothing in clear", async () => {
  const sink = await world.sink("127.0.0.2", { certificate: makeCertificate() });
  const bare = await world.sink("127.0.0.3");
  Object.assign(world.dns.zone, {
    "a.example": { MX: ["10 mx.a.example"] },
    "mx.a.example": { A: ["127.0.0.2"] },
    "gmail.com": { MX: ["10 gmail-smtp-in.l.google.com"] },
    "gmail-smtp-in.l.google.com": { A: ["127.0.0.3"] },
  });
  const egress = world.egress();

  const offered = await egress.send(messageTo("a.example"), journal);
  const demanded = await egress.send(messageTo("gmail.com"), journal);

  expect(offered).toMatchObject({ kind: "accepted" });
  expect(sink.messages.map(({ secure }) => secure)).toEqual([true]);
  expect(demanded).toMatchObject({ kind: "broken", fault: "tls_policy" });
  expect(bare.messages).toEqual([]);
});

test("18: commands are pipelined only where offered, EHLO is repeated after STARTTLS, QUIT ends the session, one recipient each", async () => {
  const message = (n: number) => renderedMessage({ envelopeTo: `r${n}@reader.example` });
  const plain = startWireRecorder(["8BITMIME"]);
  const pool = new RoutePool(loopbackRoute(plain.port, { maxConnections: 1 }));
  for (let n = 0; n < 3; n++) {
    expect((await pool.send(message(n), journal)).kind).toBe("accepted");
  }
  await pool.close();
  plain.close();
  const hellos: boolean[] = [];
  const sink = await startSmtpSink({
    certificate: makeCertificate(),
    server: {
      onMailFrom: (_address, session, done) => {
        hellos.push(session.secure && session.openingCommand === "EHLO");
        done();
      },
    },
  });
  const secured = new RoutePool(
    loopbackRoute(sink.port, { security: "starttls", verifyCertificate: false }),
  );
  expect((await secured.send(message(9), journal)).kind).toBe("accepted");
  await secured.close();
  await sink.close();

  const commands = plain.sessions.flatMap((session) => session.commands);
  const verbs = commands.map((command) => command.slice(0, 4));
  const one = ["MAIL", "RCPT", "DATA"];
  expect(verbs).toEqual(["EHLO", ...one, ...one, ...one, "QUIT"]);
  expect(hellos).toEqual([true]);
});

test("19: messages per connection and connections never exceed the limits of provider and route", async () => {
  const yahoo = profileOf("yahoo");
  const sink = await world.sink("127.0.0.2");
  Object.assign(world.dns.zone, {
    "yahoo.com": { MX: ["1 mta5.am0.yahoodns.net"] },
    "mta5.am0.yahoodns.net": { A: ["127.0.0.2"] },
  });
  const egress = world.egress(
    { maxConnections: 50, maxPerConnection: 1_000 },
    {
      profileOf: () => ({
        ...yahoo,
        connectionsPerMinute: Number.POSITIVE_INFINITY,
        tlsRequired: false,
      }),
    },
  );

  const total = yahoo.perConnection * 3;
  const outcomes = await Promise.all(
    Array.from({ length: total }, () => egress.send(messageTo("yahoo.com"), journal)),
  );

  expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
  expect(yahoo.perConnection).toBeLessThanOrEqual(20);
  expect(sink.mostConnections()).toBeLessThanOrEqual(yahoo.connections);
  const perConnection = Map.groupBy(sink.messages, ({ sessionId }) => sessionId);
  const most = Math.max(...[...perConnection.values()].map((messages) => messages.length));
  expect(most).toBeLessThanOrEqual(yahoo.perConnection);
});

test("20: every stage waits as long as RFC 5321 requires, ten minutes for the last reply; 421 ends a session cleanly", async () => {
  // RFC 5321 §4.5.3.2: initial 220 and MAIL, RCPT five minutes, DATA two, block three, termination ten.
  expect(smtpTimeouts).toMatchObject({
    greetingMs: 300_000,
    mailMs: 300_000,
    rcptMs: 300_000,
    dataMs: 120_000,
    transferMs: 180_000,
    dotMs: 600_000,
  });
  const seen: string[] = [];
  await world.hostile("127.0.0.2", async (peer) => {
    peer.say("220 mx.a.example");
    seen.push(await peer.line());
    peer.say("250 mx.a.example");
    seen.push(await peer.line());
    peer.say("421 4.3.2 going down");
  });
  Object.assign(world.dns.zone, {
    "a.example": { MX: ["10 mx.a.example"] },
    "mx.a.example": { A: ["127.0.0.2"] },
  });

  const outcome = await world.egress().send(messageTo("a.example"), journal);

  expect(outcome).toMatchObject({ kind: "refused", stage: "mail", reply: { code: 421 } });
  expect(seen.map((line) => line.slice(0, 4))).toEqual(["EHLO", "MAIL"]);
});
