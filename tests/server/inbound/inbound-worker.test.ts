import { afterEach, expect, test } from "bun:test";
import { addressToken, loadTokenKeys } from "../../../server/delivery/tokens.ts";
import {
  type Inbound,
  type InboundFact,
  inboxPassword,
  startInbound,
} from "../../../server/inbound/index.ts";
import { AppError } from "../../../server/platform/errors.ts";
import { loadKeyRing } from "../../../server/platform/secrets.ts";
import { newTestApp, type TestApp } from "../../support/app.ts";
import { openDialogue, plainCredentials } from "../../support/smtp-dialogue.ts";

let fixture: TestApp;
let inbound: Inbound | undefined;
const facts: InboundFact[] = [];
let refuses = false;

afterEach(async () => {
  await inbound?.stop();
  inbound = undefined;
  fixture.close();
});

const start = (port: number) =>
  startInbound({
    dataDir: fixture.dataDir,
    masterKeyFile: undefined,
    port,
    recordFact: async (fact) => {
      if (refuses) {
        throw new AppError("unavailable", { text: "The journal cannot be written." });
      }
      facts.push(fact);
    },
  });

test("the thread accepts mail for a workspace of the directory, clears it on request and stops", async () => {
  fixture = newTestApp();
  const { id } = fixture.newWorkspace();
  inbound = await start(0);
  const client = await openDialogue(inbound.port);
  await client.say("EHLO client.test");
  const password = inboxPassword(loadKeyRing(fixture.dataDir), id);
  await client.say(`AUTH PLAIN ${plainCredentials(id, password)}`);
  await client.say("MAIL FROM:<a@acme.test>");
  await client.say("RCPT TO:<b@acme.test>");
  await client.say("DATA");

  const reply = await client.say("Subject: hello\r\n\r\n.");
  client.end();

  expect(reply).toStartWith("250");
  expect(fixture.databases.inbox(id).prepare("SELECT subject FROM test_message").all()).toEqual([
    { subject: "hello" },
  ]);
  expect(await inbound.clear(id)).toBe(1);
  expect(await inbound.clear(id)).toBe(0);
});

test("reports a port in use", async () => {
  fixture = newTestApp();
  inbound = await start(0);

  expect(start(inbound.port)).rejects.toThrow(/did not start.*(EADDRINUSE|in use)/i);
});

test("passes facts to the main thread, and answers 250 only when they are durable", async () => {
  fixture = newTestApp();
  const workspace = fixture.newWorkspace();
  const db = fixture.databases.workspace(workspace.id);
  db.exec(
    "INSERT INTO campaign (name, created_by, created_at, updated_at) VALUES ('n', 't', 0, 0)",
  );
  db.prepare("INSERT INTO campaign_content VALUES (1, ?)").run(
    JSON.stringify({ bounceDomain: "bounce.acme.test" }),
  );
  db.prepare(
    "INSERT INTO message (campaign_id, seq, contact_id, address, state, changed_at) VALUES (1, 1, 1, 'a@b.test', 3, ?)",
  ).run(Date.now());
  inbound = await start(0);
  const ref = { workspaceNumber: workspace.number, campaignId: 1, seq: 1 };
  const keys = loadTokenKeys(loadKeyRing(fixture.dataDir));
  const client = await openDialogue(inbound.port);
  const send = async () => {
    await client.say("MAIL FROM:<>");
    await client.say(`RCPT TO:<${addressToken(keys, "bounce", ref)}@bounce.acme.test>`);
    await client.say("DATA");
    return client.say("Subject: failure notice\r\n\r\n<a@b.test>:\r\n550 5.1.1 no such user\r\n.");
  };
  await client.say("EHLO client.test");
  refuses = true;

  expect(await send()).toStartWith("452");
  refuses = false;
  expect(await send()).toStartWith("250");
  client.end();
  expect(facts).toMatchObject([{ k: "bounce", w: workspace.id, c: 1, s: 1, enh: "5.1.1" }]);
});
