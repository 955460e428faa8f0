import { afterEach, beforeEach, expect, test } from "bun:test";
import { MtaSts, type StsFetcher } from "../../../../server/delivery/smtp/mta-sts.ts";
import { ServerMemory } from "../../../../server/delivery/smtp/server-memory.ts";
import { httpsStsFetcher } from "../../../../server/delivery/smtp/sts-fetcher.ts";
import { DnsClient } from "../../../../server/platform/dns/client.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import type { HostilePeer } from "../../../support/hostile-smtp.ts";
import { anyPace, journal, MailWorld, messageTo } from "../../../support/mail-world.ts";

const DAY = 24 * 3_600_000;
const right = makeCertificate({ names: ["DNS:mx.a.example"] });
const wrong = makeCertificate({ names: ["DNS:mx.other.example"] });
const web = makeCertificate({ names: ["DNS:mta-sts.a.example"] });

let world: MailWorld;
let policy = "";
let fetches = 0;
let httpStatus = 200;
let headers: Record<string, string> = { "content-type": "text/plain" };
let https: ReturnType<typeof Bun.serve>;

beforeEach(async () => {
  world = await MailWorld.start({
    "a.example": { MX: ["10 mx.a.example"] },
    "mx.a.example": { A: ["127.0.0.2"] },
    "mta-sts.a.example": { A: ["127.0.0.1"] },
  });
  policy = "version: STSv1\r\nmode: enforce\r\nmx: mx.a.example\r\nmax_age: 86400\r\n";
  fetches = 0;
  httpStatus = 200;
  headers = { "content-type": "text/plain" };
  https = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: web,
    fetch: (request) => {
      fetches += 1;
      expect(new URL(request.url).pathname).toBe("/.well-known/mta-sts.txt");
      return new Response(policy, { status: httpStatus, headers });
    },
  });
});
afterEach(async () => {
  await world.close();
  await https.stop(true);
});

/** Accepts a message after its MAIL was heard. */
async function takeInClear(peer: HostilePeer): Promise<void> {
  peer.say("250 ok");
  for (const reply of ["250 ok", "354 go"]) {
    await peer.line();
    peer.say(reply);
  }
  await peer.body();
  peer.say("250 ok");
}

/** Offers STARTTLS and then speaks no TLS; accepts mail in clear. */
async function brokenTls(peer: HostilePeer): Promise<void> {
  await peer.welcome("STARTTLS");
  if ((await peer.line()) === "STARTTLS") {
    peer.say("220 go ahead", "500 what was that?");
    peer.close();
    return;
  }
  await takeInClear(peer);
}

async function badHandshake(peer: HostilePeer): Promise<void> {
  await peer.welcome("STARTTLS");
  if ((await peer.line()) === "STARTTLS") {
    peer.say("220 go ahead");
    // Replies to the client's hello with text that is not TLS.
    await peer.until("\u0001");
    peer.raw("this is not TLS\r\n");
    peer.close();
    return;
  }
  await takeInClear(peer);
}

test("broken TLS costs a second connection once in three days, and the mail arrives", async () => {
  const server = await world.hostile("127.0.0.2", badHandshake);
  const memory = new ServerMemory();
  const egress = world.egress({ maxPerConnection: 1 }, { memory });
  const send = async () => (await egress.send(messageTo("a.example"), journal)).kind;

  expect(await send()).toBe("accepted");
  expect(server.peers).toHaveLength(2);
  expect(await send()).toBe("accepted");
  expect(server.peers).toHaveLength(3);
  world.now += 3 * DAY + 1;
  expect(await send()).toBe("accepted");
  expect(server.peers).toHaveLength(5);
});

test("text injected behind the STARTTLS reply is not read as the server's, and nothing is sent", async () => {
  const server = await world.hostile("127.0.0.2", brokenTls);

  const outcome = await world.egress().send(messageTo("a.example"), journal);

  expect(outcome).toMatchObject({ kind: "broken", stage: "starttls", fault: "protocol" });
  expect(server.peers.flatMap(({ heard }) => heard).join()).not.toContain("MAIL");
});

test("a server that refuses TLS now can still get mail that does not require it", async () => {
  await world.hostile("127.0.0.2", async (peer) => {
    await peer.welcome("STARTTLS");
    await peer.line();
    peer.say("454 TLS not available");
    await peer.acceptEnvelope();
    await peer.body();
    peer.say("250 ok");
  });

  expect((await world.egress().send(messageTo("a.example"), journal)).kind).toBe("accepted");
});

test("where TLS is required nothing is sent in clear, whichever setting requires it", async () => {
  const plain = await world.sink("127.0.0.2");
  const limits = { ...anyPace, connections: 5, perConnection: 50, tlsRequired: true };

  const ofProvider = await world
    .egress({}, { profileOf: () => limits })
    .send(messageTo("a.example"), journal);
  const ofRoute = await world
    .egress({ tlsPolicy: "required" })
    .send(messageTo("a.example"), journal);

  for (const outcome of [ofProvider, ofRoute]) {
    expect(outcome).toMatchObject({ kind: "broken", stage: "starttls", fault: "tls_policy" });
  }
  expect(plain.messages).toHaveLength(0);
});

test("required TLS accepts any certificate; verified TLS needs the MX host's", async () => {
  const sink = await world.sink("127.0.0.2", { certificate: wrong });
  const session = { ca: wrong.cert };
  const by = async (tlsPolicy: "required" | "verified") =>
    await world.egress({ tlsPolicy }, { session }).send(messageTo("a.example"), journal);

  expect((await by("required")).kind).toBe("accepted");
  expect(await by("verified")).toMatchObject({
    kind: "broken",
    fault: "tls_policy",
    error: expect.stringContaining("mx.a.example"),
  });
  expect(sink.messages).toHaveLength(1);
});

test("verified TLS sends where the certificate is the MX host's", async () => {
  const sink = await world.sink("127.0.0.2", { certificate: right });

  const outcome = await world
    .egress({ tlsPolicy: "verified" }, { session: { ca: right.cert } })
    .send(messageTo("a.example"), journal);

  expect(outcome.kind).toBe("accepted");
  expect(sink.messages[0]?.secure).toBe(true);
});

function policies(fetch?: StsFetcher): MtaSts {
  const dns = new DnsClient({ servers: [world.dns.server], clock: () => world.now });
  const port = https.port ?? 0;
  return new MtaSts({
    dns,
    fetch: fetch ?? httpsStsFetcher({ dns, port, ca: web.cert, mayConnect: () => true }),
    clock: () => world.now,
  });
}

function publish(id: string): void {
  world.dns.zone["_mta-sts.a.example"] = { TXT: [`v=STSv1; id=${id};`], ttl: 60 };
}

test("an enforced policy requires the right certificate, and sends nothing without it", async () => {
  publish("1");
  const sink = await world.sink("127.0.0.2", { certificate: wrong });
  const session = { ca: `${wrong.cert}${right.cert}` };
  const egress = world.egress({}, { policies: policies(), session });

  const outcome = await egress.send(messageTo("a.example"), journal);

  expect(outcome).toMatchObject({
    kind: "broken",
    stage: "starttls",
    fault: "tls_policy",
    error: expect.stringContaining("MTA-STS"),
  });
  expect(sink.messages).toHaveLength(0);
});

test("an enforced policy sends to a server with the right certificate, and is fetched once", async () => {
  publish("1");
  const sink = await world.sink("127.0.0.2", { certificate: right });
  const egress = world.egress({}, { policies: policies(), session: { ca: right.cert } });

  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () => egress.send(messageTo("a.example"), journal)),
  );

  expect(outcomes.map(({ kind }) => kind)).toEqual(Array(5).fill("accepted"));
  expect(sink.messages.every(({ secure }) => secure)).toBe(true);
  expect(fetches).toBe(1);
});

test("hosts outside the policy get nothing, even when they are preferred", async () => {
  publish("1");
  world.dns.zone["a.example"] = { MX: ["1 evil.example", "10 mx.a.example"] };
  world.dns.zone["evil.example"] = { A: ["127.0.0.3"] };
  await world.sink("127.0.0.2", { certificate: right });
  const evil = await world.sink("127.0.0.3", { certificate: wrong });
  const egress = world.egress({}, { policies: policies(), session: { ca: right.cert } });

  expect(await egress.send(messageTo("a.example"), journal)).toMatchObject({
    kind: "accepted",
    host: "mx.a.example",
  });
  expect(evil.connections()).toBe(0);

  world.dns.zone["a.example"] = { MX: ["1 evil.example"] };
  world.now += 10 * 60_000;
  expect(await egress.send(messageTo("a.example"), journal)).toMatchObject({
    kind: "broken",
    fault: "tls_policy",
  });
});

test("a policy in testing mode stops nothing", async () => {
  publish("1");
  policy = "version: STSv1\nmode: testing\nmx: other.a.example\nmax_age: 86400\n";
  const sink = await world.sink("127.0.0.2", { certificate: wrong });

  const egress = world.egress({}, { policies: policies() });

  expect((await egress.send(messageTo("a.example"), journal)).kind).toBe("accepted");
  expect(sink.messages).toHaveLength(1);
});

test("a policy stays valid for its time although the DNS is silent, and is fetched again under a new id", async () => {
  publish("1");
  const sts = policies();
  const hosts = [{ name: "mx.a.example", preference: 10 }];
  const kindNow = async () => (await sts.apply("a.example", hosts)).kind;

  expect(await kindNow()).toBe("enforce");
  delete world.dns.zone["_mta-sts.a.example"];
  world.now += 60 * 60_000;
  expect(await kindNow()).toBe("enforce");
  world.now += DAY;
  expect(await kindNow()).toBe("none");

  publish("1");
  world.now += 60 * 60_000;
  expect(await kindNow()).toBe("enforce");
  expect(fetches).toBe(2);
  policy = "version: STSv1\nmode: none\nmax_age: 86400\n";
  world.now += 60 * 60_000;
  expect(await kindNow()).toBe("enforce");
  publish("2");
  world.now += 60 * 60_000;
  expect(await kindNow()).toBe("none");
  expect(fetches).toBe(3);
});

test("a new policy that cannot be fetched leaves the old one in force", async () => {
  publish("1");
  const sts = policies();
  const hosts = [{ name: "mx.a.example", preference: 10 }];
  await sts.apply("a.example", hosts);

  publish("2");
  httpStatus = 500;
  world.now += 10 * 60_000;

  expect((await sts.apply("a.example", hosts)).kind).toBe("enforce");
  const before = fetches;
  await sts.apply("a.example", hosts);
  expect(fetches).toBe(before);
});

test("a policy behind a redirect, a wrong certificate, a wrong type or a private address does not count", async () => {
  publish("1");
  const hosts = [{ name: "mx.a.example", preference: 10 }];
  const kindOf = async (sts: MtaSts) => (await sts.apply("a.example", hosts)).kind;

  httpStatus = 302;
  headers = { ...headers, location: "https://mta-sts.a.example/other" };
  expect(await kindOf(policies())).toBe("none");
  httpStatus = 200;
  headers = { "content-type": "text/html" };
  expect(await kindOf(policies())).toBe("none");
  headers = { "content-type": "text/plain; charset=utf-8" };
  expect(await kindOf(policies())).toBe("enforce");

  const dns = new DnsClient({ servers: [world.dns.server], clock: () => world.now });
  const port = https.port ?? 0;
  expect(await kindOf(policies(httpsStsFetcher({ dns, port, ca: web.cert })))).toBe("none");
  world.dns.zone["_mta-sts.b.example"] = { TXT: ["v=STSv1; id=1;"] };
  world.dns.zone["mta-sts.b.example"] = { A: ["127.0.0.1"] };
  expect((await policies().apply("b.example", hosts)).kind).toBe("none");
  policy = `${policy}${"x".repeat(70_000)}`;
  expect(await kindOf(policies())).toBe("none");
});
