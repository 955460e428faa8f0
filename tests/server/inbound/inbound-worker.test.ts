import { afterEach, expect, test } from "bun:test";
import { type Inbound, inboxPassword, startInbound } from "../../../server/inbound/index.ts";
import { loadKeyRing } from "../../../server/platform/secrets.ts";
import { newTestApp, type TestApp } from "../../support/app.ts";
import { openDialogue, plainCredentials } from "../../support/smtp-dialogue.ts";

let fixture: TestApp;
let inbound: Inbound | undefined;

afterEach(async () => {
  await inbound?.stop();
  inbound = undefined;
  fixture.close();
});

const start = (port: number) =>
  startInbound({ dataDir: fixture.dataDir, masterKeyFile: undefined, port });

test("the thread takes mail for a workspace of the directory, clears it on request and stops", async () => {
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

test("says why when the port is taken", async () => {
  fixture = newTestApp();
  inbound = await start(0);

  expect(start(inbound.port)).rejects.toThrow(/did not start.*(EADDRINUSE|in use)/i);
});
