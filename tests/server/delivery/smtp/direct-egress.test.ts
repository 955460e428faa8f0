import { afterEach, beforeEach, expect, test } from "bun:test";
import { makeCertificate } from "../../../support/certificates.ts";
import { journal, MailWorld, messageTo } from "../../../support/mail-world.ts";
import { refusal } from "../../../support/smtp-sink.ts";

let world: MailWorld;

beforeEach(async () => {
  world = await MailWorld.start();
});
afterEach(() => world.close());

test("mail goes to the MX host of its recipient's domain, with the route's name in EHLO", async () => {
  const names: unknown[] = [];
  const sink = await world.sink("127.0.0.2", {
    server: {
      onMailFrom: (_address, session, done) => {
        names.push(session.hostNameAppearsAs);
        done();
      },
    },
  });
  Object.assign(world.dns.zone, {
    "a.example": { MX: ["10 mx.a.example"], A: ["127.0.0.9"] },
    "mx.a.example": { A: ["127.0.0.2"] },
  });

  const outcome = await world.egress().send(messageTo("a.example"), journal);

  expect(outcome).toMatchObject({ kind: "accepted", host: "mx.a.example" });
  expect(sink.messages).toHaveLength(1);
  expect(names).toEqual(["out.news.example"]);
});

test("lower preference numbers are tried first, and the next ones when these are unreachable", async () => {
  const backup = await world.sink("127.0.0.4");
  Object.assign(world.dns.zone, {
    "a.example": { MX: ["20 backup.a.example", "5 one.a.example", "5 two.a.example"] },
    "one.a.example": { A: ["127.0.0.2"] },
    "two.a.example": { A: ["127.0.0.3"] },
    "backup.a.example": { A: ["127.0.0.4"] },
  });
  const egress = world.egress();

  expect(await egress.send(messageTo("a.example"), journal)).toMatchObject({
    kind: "accepted",
    host: "backup.a.example",
  });
  expect(backup.messages).toHaveLength(1);
  await egress.close();

  const first = await world.sink("127.0.0.3");
  expect(await world.egress().send(messageTo("a.example"), journal)).toMatchObject({
    host: "two.a.example",
  });
  expect(first.messages).toHaveLength(1);
});

test("hosts with the same preference share the load", async () => {
  const sinks = [await world.sink("127.0.0.2"), await world.sink("127.0.0.3")];
  Object.assign(world.dns.zone, {
    "a.example": { MX: ["5 one.a.example", "5 two.a.example"] },
    "one.a.example": { A: ["127.0.0.2"] },
    "two.a.example": { A: ["127.0.0.3"] },
  });
  let draws = 0;
  const random = () => [0.1, 0.9, 0.9, 0.1][draws++ % 4] ?? 0;
  const egress = world.egress({ maxPerConnection: 1 }, { random });

  for (let n = 0; n < 6; n += 1) {
    await egress.send(messageTo("a.example"), journal);
  }

  expect(sinks.map(({ messages }) => messages.length)).toEqual([3, 3]);
});

test("a server that rejects us in its greeting is skipped; its reply counts when all do", async () => {
  for (const host of ["127.0.0.2", "127.0.0.3"]) {
    await world.hostile(host, async (peer) => {
      peer.say("421 4.7.0 too busy");
      peer.close();
    });
  }
  Object.assign(world.dns.zone, {
    "a.example": { MX: ["5 one.a.example", "9 two.a.example", "10 gone.a.example"] },
    "one.a.example": { A: ["127.0.0.2"] },
    "two.a.example": { A: ["127.0.0.3"] },
    "gone.a.example": { A: ["127.0.0.4"] },
  });
  const egress = world.egress();

  const outcome = await egress.send(messageTo("a.example"), journal);

  expect(outcome).toMatchObject({ kind: "refused", stage: "greeting", reply: { code: 421 } });
});

test("a deferred message stays with its server: the next host is not tried", async () => {
  await world.sink("127.0.0.2", { refuseRecipient: () => refusal(450, "4.2.0 greylisted") });
  const other = await world.sink("127.0.0.3");
  Object.assign(world.dns.zone, {
    "a.example": { MX: ["5 one.a.example", "9 two.a.example"] },
    "one.a.example": { A: ["127.0.0.2"] },
    "two.a.example": { A: ["127.0.0.3"] },
  });

  const outcome = await world.egress().send(messageTo("a.example"), journal);

  expect(outcome).toMatchObject({ kind: "refused", stage: "rcpt", reply: { code: 450 } });
  expect(other.connections()).toBe(0);
});

test("a domain without MX receives mail itself; an alias as MX host works as well", async () => {
  const sink = await world.sink("127.0.0.2");
  Object.assign(world.dns.zone, {
    "plain.example": { A: ["127.0.0.2"] },
    "alias.example": { MX: ["10 mx.alias.example"] },
    "mx.alias.example": { CNAME: "real.example" },
    "real.example": { A: ["127.0.0.2"] },
  });
  const egress = world.egress();

  expect(await egress.send(messageTo("plain.example"), journal)).toMatchObject({
    kind: "accepted",
    host: "plain.example",
  });
  expect((await egress.send(messageTo("alias.example"), journal)).kind).toBe("accepted");
  expect(sink.messages).toHaveLength(2);
});

test("an international domain is asked for by its A-label", async () => {
  const sink = await world.sink("127.0.0.2");
  Object.assign(world.dns.zone, {
    "xn--bcher-kva.example": { MX: ["10 mx.a.example"] },
    "mx.a.example": { A: ["127.0.0.2"] },
  });
  const egress = world.egress();
  const message = messageTo("xn--bcher-kva.example");

  expect((await egress.send(message, journal)).kind).toBe("accepted");
  const { site } = { site: await egress.siteOf("bücher.example") };
  const target = { domain: "bücher.example", site };
  expect((await egress.send(message, { ...journal, target })).kind).toBe("accepted");
  expect(sink.messages).toHaveLength(2);
});

test("null MX, no such domain, no answer and no address are distinguished, and nothing is dialled", async () => {
  const sink = await world.sink("127.0.0.2");
  Object.assign(world.dns.zone, {
    "null.example": { MX: ["0 ."], A: ["127.0.0.2"] },
    "broken.example": { rcode: 2 },
    "empty.example": { TXT: ["nothing else"] },
    "lost.example": { MX: ["10 mx.lost.example"] },
    "literal.example": { MX: ["10 127.0.0.2"] },
  });
  const egress = world.egress();
  const faultOf = async (domain: string) => {
    const outcome = await egress.send(messageTo(domain), journal);
    expect(outcome).toMatchObject({ kind: "broken", stage: "dns" });
    return outcome.kind === "broken" ? outcome.fault : "";
  };

  expect(await faultOf("null.example")).toBe("null_mx");
  expect(await faultOf("gone.example")).toBe("no_domain");
  expect(await faultOf("broken.example")).toBe("dns");
  expect(await faultOf("empty.example")).toBe("no_domain");
  expect(await faultOf("lost.example")).toBe("no_domain");
  expect(await faultOf("literal.example")).toBe("no_domain");
  expect(sink.connections()).toBe(0);
});

test("a domain that resolves to this machine or a private network gets nothing, unless that is allowed", async () => {
  const sink = await world.sink("127.0.0.2");
  Object.assign(world.dns.zone, {
    "in.example": { MX: ["10 mx.in.example"] },
    "mx.in.example": { A: ["127.0.0.2", "10.0.0.1"] },
    "six.example": { MX: ["10 mx.six.example"] },
    "mx.six.example": { AAAA: ["::ffff:7f00:2", "fd00::1"] },
  });
  const guarded = world.egress({ publicOnly: true });

  for (const domain of ["in.example", "six.example"]) {
    expect(await guarded.send(messageTo(domain), journal)).toMatchObject({
      kind: "broken",
      stage: "dns",
      fault: "private_target",
    });
  }
  expect(sink.connections()).toBe(0);
  expect((await world.egress().send(messageTo("in.example"), journal)).kind).toBe("accepted");
});

test("mail leaves from the chosen source address, under its name", async () => {
  const seen: unknown[] = [];
  await world.sink("127.0.0.2", {
    server: {
      onMailFrom: (_address, session, done) => {
        seen.push([session.remoteAddress, session.hostNameAppearsAs]);
        done();
      },
    },
  });
  Object.assign(world.dns.zone, { "a.example": { A: ["127.0.0.2"] } });
  const sources = [7, 8].map((n) => ({
    address: `127.0.0.${n}`,
    heloName: `out${n}.news.example`,
    weight: 1,
  }));
  const egress = world.egress({ sources });
  const site = await egress.siteOf("a.example");

  for (const source of sources) {
    await egress.send(messageTo("a.example"), {
      ...journal,
      target: { domain: "a.example", site, source },
    });
  }
  await egress.send(messageTo("a.example"), journal);

  expect(seen.slice(0, 2)).toEqual([
    ["127.0.0.7", "out7.news.example"],
    ["127.0.0.8", "out8.news.example"],
  ]);
  expect([seen[0], seen[1]]).toContainEqual(seen[2]);
});

test("an IPv6 source only connects to IPv6, and a source address that is not ours is the route's fault", async () => {
  await world.sink("127.0.0.2");
  Object.assign(world.dns.zone, { "a.example": { A: ["127.0.0.2"] } });
  const from = (address: string) =>
    world.egress({ sources: [{ address, heloName: "", weight: 1 }] });

  expect(await from("::1").send(messageTo("a.example"), journal)).toMatchObject({
    kind: "broken",
    stage: "dns",
    fault: "connection",
  });
  expect(await from("198.51.100.9").send(messageTo("a.example"), journal)).toMatchObject({
    kind: "broken",
    stage: "connect",
    fault: "config",
    error: expect.stringContaining("198.51.100.9"),
  });
});

test("the site is the provider's when every host is, and otherwise has a readable name", async () => {
  Object.assign(world.dns.zone, {
    "gmail.example": { MX: ["5 gmail-smtp-in.l.google.com", "10 alt1.gmail-smtp-in.l.google.com"] },
    "shop.example": { MX: ["1 aspmx.l.google.com", "5 alt1.aspmx.l.google.com"] },
    "mixed.example": { MX: ["1 aspmx.l.google.com", "5 mx.own.example"] },
    "own.example": { MX: ["1 mx1.own.example", "1 mx2.own.example"] },
    "twin.example": { MX: ["3 mx2.own.example", "7 MX1.own.example."] },
  });
  const egress = world.egress();
  const site = async (domain: string) => await egress.siteOf(domain);

  expect(await site("gmail.example")).toMatchObject({ key: "google", provider: "google" });
  expect(await site("shop.example")).toMatchObject({ key: "google", provider: "google" });
  expect(await site("mixed.example")).toMatchObject({ provider: "other" });
  expect(await site("own.example")).toMatchObject({ name: "(mx1|mx2).own.example" });
  expect((await site("twin.example")).key).toBe((await site("own.example")).key);
  expect((await site("gone.example")).name).toBe("gone.example");
  // The domain's servers are known by now, so no message has to wait for a lookup.
  expect(egress.siteOf("own.example")).not.toBeInstanceOf(Promise);
});

test("a pause cancels what waits for names or connections, and close ends all", async () => {
  await world.hostile("127.0.0.2", async (peer) => void (await peer.line()));
  Object.assign(world.dns.zone, {
    "slow.example": { silent: true },
    "tar.example": { A: ["127.0.0.2"] },
  });
  const egress = world.egress();
  const pause = new AbortController();
  const { signal } = pause;

  const sends = [
    egress.send(messageTo("slow.example"), { ...journal, signal }),
    egress.send(messageTo("tar.example"), { ...journal, signal }),
  ];
  await Bun.sleep(50);
  pause.abort();
  expect((await Promise.all(sends)).map(({ kind }) => kind)).toEqual(["abandoned", "abandoned"]);

  const last = egress.send(messageTo("tar.example"), journal);
  await Bun.sleep(20);
  await egress.close();
  expect((await last).kind).toBe("abandoned");
  expect((await egress.send(messageTo("tar.example"), journal)).kind).toBe("abandoned");
});

test("a non-ASCII address needs a server that supports it", async () => {
  await world.sink("127.0.0.2", { server: { hideSMTPUTF8: true } });
  world.dns.zone["a.example"] = { A: ["127.0.0.2"] };

  const outcome = await world
    .egress()
    .send(messageTo("a.example", { envelopeTo: "änn@a.example", needsSmtpUtf8: true }), journal);

  expect(outcome).toMatchObject({ kind: "broken", fault: "unsupported" });
});

test("TLS is used where it is offered, whoever issued the certificate", async () => {
  const sink = await world.sink("127.0.0.2", { certificate: makeCertificate() });
  world.dns.zone["a.example"] = { A: ["127.0.0.2"] };

  expect((await world.egress().send(messageTo("a.example"), journal)).kind).toBe("accepted");
  expect(sink.messages[0]?.secure).toBe(true);
});
