import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { addressToken, loadTokenKeys } from "../../../server/delivery/tokens.ts";
import { claimMailDomain } from "../../../server/inbound/directory.store.ts";
import { INSTANCE_INBOX } from "../../../server/inbound/received.ts";
import { storeInboundSettings } from "../../../server/inbound/settings.ts";
import { complaint } from "../../fixtures/inbound-complaints.ts";
import { bounces } from "../../fixtures/inbound-mail.ts";
import { BOUNCE_DOMAIN, type InboundDesk, newInboundDesk } from "../../support/inbound-desk.ts";

const DAY_MS = 86_400_000;
let desk: InboundDesk;

beforeEach(async () => {
  desk = await newInboundDesk();
});
afterEach(() => desk.close());

const postfix = bounces[0]?.raw ?? "";
const local = (address: string) => address.slice(0, address.indexOf("@"));

/** Adds the domain to the workspace; `proved` is the result of a check of its DNS. */
function addDomain(name: string, workspaceId = desk.workspaceId, proved = true): void {
  desk.data
    .db(workspaceId)
    .prepare(
      `INSERT INTO sending_domain (name, dkim_selector, dkim_private, dkim_public, verified_at, created_at)
       VALUES (?, 'sm1', '', '', ?, 0)`,
    )
    .run(name, proved ? 1 : null);
  claimMailDomain(desk.data.databases.system, { name, workspaceId, now: 0 });
}

describe("recipients that are accepted from a client that has not signed in", () => {
  test("the return path and the unsubscribe address of a message, in any case, from any or no sender", async () => {
    const client = await desk.connect();

    expect(await client.say("MAIL FROM:<>")).toStartWith("250");
    expect(await client.say(`RCPT TO:<${desk.bounceAddress()}>`)).toStartWith("250");
    expect(await client.say(`RCPT TO:<${desk.bounceAddress(2).toUpperCase()}>`)).toStartWith("250");
    expect(await client.say("RSET")).toStartWith("250");
    expect(await client.say("MAIL FROM:<ann@reader.example>")).toStartWith("250");
    expect(await client.say(`RCPT TO:<${desk.unsubscribeAddress()}>`)).toStartWith("250");
  });

  test.each<[string, () => string]>([
    ["a stranger", () => "victim@example.com"],
    ["a name of ours that is no token", () => `news@${BOUNCE_DOMAIN}`],
    ["a token at somebody else's domain", () => `${local(desk.bounceAddress())}@example.com`],
    ["a token at a domain below ours", () => `${local(desk.bounceAddress())}@x.${BOUNCE_DOMAIN}`],
    [
      "a token with one letter changed",
      () => desk.bounceAddress().replace(/.@/, (end) => (end === "a@" ? "b@" : "a@")),
    ],
    ["a bounce token as an unsubscribe token", () => desk.bounceAddress().replace(/^b-/, "u-")],
    ["a token with more behind it", () => desk.bounceAddress().replace("@", "a@")],
    ["a token with a tag", () => desk.bounceAddress().replace("@", "+x@")],
    ["a token with a dot", () => desk.bounceAddress().replace("@", ".x@")],
    ["a token in quotes", () => `"${local(desk.bounceAddress())}"@${BOUNCE_DOMAIN}`],
    ["a quoted local part", () => `"victim@example.com"@${BOUNCE_DOMAIN}`],
    ["the percent hack", () => `victim%example.com@${BOUNCE_DOMAIN}`],
    [
      "the percent hack with a token",
      () => `victim%example.com%${local(desk.bounceAddress())}@${BOUNCE_DOMAIN}`,
    ],
    ["a bang path", () => `${BOUNCE_DOMAIN}!victim@${BOUNCE_DOMAIN}`],
    ["a source route through us", () => `@${BOUNCE_DOMAIN}:victim@example.com`],
    ["a source route with a list", () => `@a.example,@${BOUNCE_DOMAIN}:victim@example.com`],
    ["an address literal", () => `${local(desk.bounceAddress())}@[127.0.0.1]`],
    ["a domain with a dot behind it", () => `${desk.bounceAddress()}.`],
    ["letters that fold to ASCII", () => `${desk.bounceAddress().replace("b-", "b\u2010")}`],
    ["a Kelvin sign for a k", () => `\u212a@${BOUNCE_DOMAIN}`],
    ["a full-width postmaster", () => "\uff50ostmaster@mail.host.example"],
    ["a dotless postmaster's domain", () => "postmaster@ma\u0131l.host.example"],
    ["a role of an unknown domain", () => "postmaster@example.com"],
    ["a role of the domain above the instance's", () => "abuse@host.example"],
    ["two addresses in one", () => `${desk.bounceAddress()},victim@example.com`],
    ["nothing", () => ""],
  ])("refuses %s", async (_name, recipient) => {
    const client = await desk.connect();
    await client.say("MAIL FROM:<spammer@example.com> SMTPUTF8");

    const reply = await client.say(`RCPT TO:<${recipient()}>`);

    expect(reply.slice(0, 3)).toBeOneOf(["550", "501", "553"]);
    expect(await client.say("DATA")).toStartWith("503");
    expect(desk.facts).toEqual([]);
  });

  test("a source route to one of our addresses means that address: RFC 5321 appendix C", async () => {
    expect(await desk.deliver(`@relay.example:${desk.bounceAddress()}`, postfix)).toStartWith(
      "250",
    );
    expect(desk.facts).toMatchObject([{ k: "bounce", s: 1 }]);
  });

  test("of pipelined recipients only ours get the message", async () => {
    const client = await desk.connect();
    client.write(
      `MAIL FROM:<>\r\nRCPT TO:<victim@example.com>\r\nRCPT TO:<${desk.bounceAddress()}>\r\nRCPT TO:<x@${BOUNCE_DOMAIN}>\r\nDATA\r\n`,
    );
    const replies: string[] = [];
    for (let i = 0; i < 5; i++) {
      replies.push((await client.reply()).slice(0, 3));
    }
    client.write(postfix);

    expect(replies).toEqual(["250", "550", "250", "550", "354"]);
    expect(await client.say("\r\n.")).toStartWith("250");
    expect(desk.facts).toHaveLength(1);
  });

  test("an endless command is refused or ends the connection, and nothing is accepted", async () => {
    const client = await desk.connect();
    await client.say("MAIL FROM:<>");
    client.write(`RCPT TO:<${"a".repeat(2_000_000)}@${BOUNCE_DOMAIN}>\r\n`);

    const reply = await client.reply().catch((error: Error) => error.message);

    expect(reply).toMatch(/^(5\d\d|421|connection closed)/);
    expect(desk.facts).toEqual([]);
  });

  test("more than ten recipients of an unauthenticated message must be sent separately", async () => {
    storeInboundSettings(
      desk.data.databases.system,
      { mxHost: "mx.host.example", bounceDomain: "", certFile: "", keyFile: "" },
      0,
    );
    const client = await desk.connect();
    await client.say("MAIL FROM:<>");
    const replies: string[] = [];
    for (const role of ["postmaster", "abuse", "feedback", "fbl", "dmarc", "mailer-daemon"]) {
      for (const host of ["mail.host.example", "mx.host.example"]) {
        replies.push((await client.say(`RCPT TO:<${role}@${host}>`)).slice(0, 3));
      }
    }

    expect(replies).toEqual([...Array(10).fill("250"), "452", "452"]);
  });

  test("a token of a workspace being deleted, of a missing message or one from 30 days ago is refused", async () => {
    const address = desk.bounceAddress();
    const unsubscribe = desk.unsubscribeAddress();
    const rcpt = async (to: string) => {
      const client = await desk.connect();
      await client.say("MAIL FROM:<>");
      return client.say(`RCPT TO:<${to}>`);
    };

    desk.now.value += 28 * DAY_MS;
    expect(await rcpt(address)).toStartWith("250");
    desk.now.value += 2 * DAY_MS;
    expect(await rcpt(address)).toStartWith("550 5.1.1");
    expect(await rcpt(unsubscribe)).toStartWith("250");

    desk.data.db(desk.workspaceId).exec("DELETE FROM message WHERE seq = 1");
    expect(await rcpt(unsubscribe)).toStartWith("550");
    desk.data.databases.system.exec("UPDATE workspace SET status = 'deleting'");
    expect(await rcpt(desk.unsubscribeAddress(2))).toStartWith("550");
  });

  test("a token made with another instance's key is refused", async () => {
    const foreign = loadTokenKeys({ current: "k1", keys: new Map([["k1", Buffer.alloc(32, 9)]]) });
    const ref = { workspaceNumber: 1, campaignId: desk.campaignId, seq: 1 };

    expect(
      await desk.deliver(`${addressToken(foreign, "bounce", ref)}@${BOUNCE_DOMAIN}`, postfix),
    ).toStartWith("550");
  });
});

describe("a bounce", () => {
  test("is a fact about the message in its recipient address, whatever it says itself", async () => {
    expect(await desk.deliver(desk.bounceAddress(2), postfix)).toStartWith("250");

    expect(desk.facts).toEqual([
      {
        k: "bounce",
        w: desk.workspaceId,
        c: desk.campaignId,
        s: 2,
        at: desk.now.value,
        via: "dsn",
        action: "failed",
        code: 550,
        enh: "5.1.1",
        text: expect.stringContaining("does not exist"),
        address: "r1@reader.example",
      },
    ]);
    expect(desk.kept()).toMatchObject([
      {
        kind: "bounce",
        campaign_id: desk.campaignId,
        seq: 2,
        said: expect.stringContaining("550"),
      },
    ]);
  });

  test("to postmaster@ is matched by the return path or Message-ID in the returned message", async () => {
    const returned = (raw: string, from: string, id: string) =>
      raw.replace("[from]", from).replace("[id]", id);
    const to = "postmaster@mail.host.example";

    await desk.deliver(to, returned(postfix, desk.bounceAddress(2), "x@y"));
    await desk.deliver(to, returned(postfix, "x@y", desk.messageId(1)));
    await desk.deliver(to, returned(postfix, "x@y", desk.messageId(1).replace(/^./, "z")));

    expect(desk.facts.map((fact) => fact.s)).toEqual([2, 1]);
    expect(desk.kept(INSTANCE_INBOX)).toMatchObject([
      { kind: "bounce", said: expect.stringContaining("not about a message of this instance") },
    ]);
  });

  test("is answered 452 when the fact cannot be recorded, and is sent again", async () => {
    desk.journal.fails = true;
    expect(await desk.deliver(desk.bounceAddress(), postfix)).toStartWith("452");
    expect(desk.kept()).toEqual([]);

    desk.journal.fails = false;
    expect(await desk.deliver(desk.bounceAddress(), postfix)).toStartWith("250");
    expect(desk.facts).toHaveLength(1);
  });

  test("takes effect once the fact is durable, also when no copy can be stored", async () => {
    desk.data.databases
      .inbox(desk.workspaceId)
      .exec(
        "CREATE TRIGGER full BEFORE INSERT ON received_mail BEGIN SELECT RAISE(ABORT, 'disk full'); END",
      );

    expect(await desk.deliver(desk.bounceAddress(), postfix)).toStartWith("250");
    expect(desk.facts).toHaveLength(1);
  });

  test("of 25 MB is read, and stored in part", async () => {
    const raw = `${postfix}${"x".repeat(76)}\r\n`.padEnd(0);
    const big = raw + `${"y".repeat(76)}\r\n`.repeat(310_000);

    expect(await desk.deliver(desk.bounceAddress(), big)).toStartWith("250");
    expect(desk.facts).toHaveLength(1);
    expect(desk.kept()[0]?.raw.length).toBeLessThan(1024 * 1024);
  }, 30_000);
});

describe("a complaint", () => {
  test("to the feedback address of a proved domain is matched by the return path in it", async () => {
    addDomain("acme.example");

    await desk.deliver("fbl@bounce.acme.example", complaint({ from: desk.bounceAddress(2) }));
    await desk.deliver("abuse@acme.example", complaint({ id: desk.messageId(1) }));

    expect(desk.facts).toMatchObject([
      { k: "complaint", s: 2, via: "arf", kind: "abuse", address: "r1@reader.example" },
      { k: "complaint", s: 1 },
    ]);
  });

  test("about an unknown message is stored for people to read, and is no fact", async () => {
    addDomain("acme.example");

    expect(await desk.deliver("fbl@acme.example", complaint({}))).toStartWith("250");

    expect(desk.facts).toEqual([]);
    expect(desk.kept()).toMatchObject([{ kind: "complaint", campaign_id: null }]);
  });

  test("about a message from 30 days ago is no fact", async () => {
    desk.now.value += 31 * DAY_MS;

    await desk.deliver("abuse@mail.host.example", complaint({ from: desk.bounceAddress() }));

    expect(desk.facts).toEqual([]);
  });
});

describe("mail to an unsubscribe address", () => {
  test.each([
    ["a person's", "From: r1@reader.example\r\nSubject: unsubscribe\r\n\r\n"],
    ["an empty one", ""],
    [
      "a provider's on the person's behalf",
      "From: r1@reader.example\r\nAuto-Submitted: auto-generated\r\nSubject: unsubscribe\r\n\r\n",
    ],
  ])("unsubscribes the recipient: %s", async (_name, raw) => {
    expect(await desk.deliver(desk.unsubscribeAddress(2), raw, "r1@reader.example")).toStartWith(
      "250",
    );

    expect(desk.facts).toMatchObject([
      { k: "unsubscribe", via: "mailto", s: 2, c: desk.campaignId },
    ]);
    expect(desk.kept()).toMatchObject([{ kind: "unsubscribe", seq: 2 }]);
  });

  test.each([
    ["a bounce", postfix, ""],
    [
      "a vacation note",
      "Auto-Submitted: auto-replied\r\nSubject: Away\r\n\r\n",
      "r1@reader.example",
    ],
  ])("does not unsubscribe: %s", async (_name, raw, from) => {
    expect(await desk.deliver(desk.unsubscribeAddress(), raw, from)).toStartWith("250");
    expect(desk.facts).toEqual([]);
  });
});

describe("mail of people", () => {
  const letter = "From: Ann <ann@reader.example>\r\nSubject: Re: News\r\n\r\nThank you!";

  test("a reply to a return path is stored with its message", async () => {
    expect(await desk.deliver(desk.bounceAddress(2), letter, "ann@reader.example")).toStartWith(
      "250",
    );

    expect(desk.facts).toEqual([]);
    expect(desk.kept()).toMatchObject([
      { kind: "reply", seq: 2, subject: "Re: News", header_from: "Ann <ann@reader.example>" },
    ]);
  });

  test("to postmaster@ and abuse@ of the instance goes to its administrators, with or without a domain", async () => {
    storeInboundSettings(
      desk.data.databases.system,
      { mxHost: "mx.host.example", bounceDomain: "b.host.example", certFile: "", keyFile: "" },
      0,
    );
    for (const to of ["postmaster", "PostMaster@MX.host.example", "abuse@b.host.example"]) {
      expect(await desk.deliver(to, letter, "ann@reader.example")).toStartWith("250");
    }

    expect(desk.kept(INSTANCE_INBOX).map(({ kind }) => kind)).toEqual(["role", "role", "role"]);
    expect(desk.kept()).toEqual([]);
  });

  test("to a domain goes to the workspaces that have proved it, and no other", async () => {
    const other = desk.data.newWorkspace();
    const squatter = desk.data.newWorkspace();
    addDomain("acme.example");
    addDomain("acme.example", other);
    addDomain("acme.example", squatter, false);

    expect(await desk.deliver("postmaster@acme.example", letter, "a@b.example")).toStartWith("250");

    expect(desk.kept()).toHaveLength(1);
    expect(desk.kept(other)).toHaveLength(1);
    expect(desk.kept(squatter)).toEqual([]);
    expect(await desk.deliver("postmaster@a.b.acme.example", letter, "a@b.example")).toStartWith(
      "550",
    );
  });

  test("to a bounce host goes to the workspace only below its proved domain", async () => {
    addDomain("acme.example");
    const setHost = (host: string) => {
      desk.data.db(desk.workspaceId).prepare("UPDATE sending_domain SET bounce_host = ?").run(host);
      const claim = { name: host, workspaceId: desk.workspaceId, now: 0 };
      claimMailDomain(desk.data.databases.system, claim);
    };

    setHost("in.eu.mail.acme.example");
    expect(await desk.deliver("abuse@in.eu.mail.acme.example", letter, "a@b.example")).toStartWith(
      "250",
    );
    expect(desk.kept()).toHaveLength(1);

    setHost("mail.victim.example");
    expect(await desk.deliver("abuse@mail.victim.example", letter, "a@b.example")).toStartWith(
      "550",
    );
  });

  test("is answered 452 when it cannot be stored", async () => {
    desk.data.databases
      .inbox(desk.workspaceId)
      .exec(
        "CREATE TRIGGER full BEFORE INSERT ON received_mail BEGIN SELECT RAISE(ABORT, 'disk full'); END",
      );

    expect(await desk.deliver(desk.bounceAddress(), letter, "a@b.example")).toStartWith("452");
  });
});
