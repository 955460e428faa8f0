// The compiled binary sends a real campaign through a real Postfix: STARTTLS with a verified certificate, AUTH.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApiClient, apiClient } from "../../server/commands/demo/api-client.ts";
import {
  answerSetup,
  importContacts,
  launchCampaign,
  type ReadyWorkspace,
  untilCompleted,
} from "../../server/commands/demo/seed.ts";
import { type RunningBinary, startBinary } from "../support/binary.ts";
import { dkimpyVerdict, mailauthVerdict } from "../support/dkim-verifiers.ts";
import { assertBulkMessage } from "../support/message-checks.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { setupToken } from "../support/seeded-binary.ts";

const RECIPIENTS = 300;
const DOMAIN = "acme-books.example";

let postfix: Postfix;
let binary: RunningBinary;
let api: ApiClient;
let workspace: ReadyWorkspace;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-postfix-test-"));
  postfix = await startPostfix();
  writeFileSync(join(folder, "ca.pem"), postfix.certificate);
  binary = await startBinary({ env: { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") } });
  api = apiClient(binary.url);
  workspace = await answerSetup(api, {
    token: await setupToken(binary),
    email: "ada@agency.test",
    password: "correct horse battery staple",
    publicUrl: "https://mail.acme-books.example",
    workspaceName: "Acme Books",
  });
  await api.patch("/instance/settings", { allowPrivateRelays: true });
}, 60_000);

afterAll(async () => {
  await binary?.dispose();
  postfix?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const relay = (changes: Record<string, unknown> = {}) => ({
  name: "Postfix",
  kind: "relay",
  host: "localhost",
  port: postfix.port,
  security: "starttls",
  verifyCertificate: true,
  username: postfix.username,
  password: postfix.password,
  ...changes,
});

type Check = { ok: boolean; steps: { stage: string; ok: boolean; message: string }[] };

test("a relay is checked up to its sign-in, and a wrong password is shown in the server's words", async () => {
  const { kind: _kind, name: _name, ...settings } = relay();
  const good = await api.post<Check>(`${workspace.path}/routes/check`, settings);
  const bad = await api.post<Check>(`${workspace.path}/routes/check`, {
    ...settings,
    password: "wrong",
  });

  expect(good).toMatchObject({ ok: true });
  expect(good.steps.map((step) => step.stage)).toContain("starttls");
  expect(bad.ok).toBe(false);
  expect(bad.steps.at(-1)).toMatchObject({ stage: "auth", ok: false });
  expect(bad.steps.at(-1)?.message).toMatch(/535|authentication failed/i);
});

test("every message arrives exactly once, well-formed and signed so that two verifiers agree", async () => {
  type Domain = { records: { purpose: string; value: string }[] };
  const domain = await api.post<Domain>(`${workspace.path}/domains`, { name: DOMAIN });
  const record = domain.records.find(({ purpose }) => purpose === "dkim")?.value ?? "";
  const route = await api.post<{ id: number }>(`${workspace.path}/routes`, relay());
  const rows = Array.from(
    { length: RECIPIENTS },
    (_, i) => `Reader${i}@example${i % 5}.test,Zoë ${i}`,
  );
  const list = await importContacts(
    api,
    workspace,
    ["email,first name", ...rows].join("\n"),
    "All",
  );

  const startedAt = Date.now();
  const campaign = await launchCampaign(api, workspace, {
    name: "Through Postfix",
    subject: "Für {{ contact.first_name }}: 20 % 📚",
    preheader: "",
    starter: "newsletter",
    listId: list.listId,
    routeId: route.id,
  });
  const sent = await untilCompleted(api, workspace, campaign, 60_000);
  await postfix.settle();

  const delivered = postfix.delivered();
  const recipients = delivered.map((raw) => /^Delivered-To: (.*)$/m.exec(raw)?.[1]?.trim());
  expect(sent).toBe(RECIPIENTS);
  expect(delivered.length).toBe(RECIPIENTS);
  expect(new Set(recipients).size).toBe(RECIPIENTS);
  for (const raw of delivered.slice(0, 10)) {
    const message = asSent(raw);
    const to = /^Delivered-To: (.*)$/m.exec(raw)?.[1]?.trim() ?? "";
    const mail = await assertBulkMessage(message, {
      envelopeTo: to,
      domain: DOMAIN,
      sentAt: startedAt,
      signed: true,
    });
    expect(mail.subject).toMatch(/^Für Zoë \d+: 20 % 📚$/);
    expect(await mailauthVerdict(message, record)).toEqual(["pass"]);
    expect(dkimpyVerdict(message, record)).toBe("pass");
  }
}, 120_000);

/** The message as we sent it: without the trace lines that Postfix adds, with CRLF line ends. */
function asSent(raw: string): Uint8Array {
  const lines = raw.replaceAll("\r\n", "\n").split("\n");
  const ours = lines.findIndex(
    (line) => !/^(Return-Path|X-Original-To|Delivered-To|Received):|^[ \t]/.test(line),
  );
  return Buffer.from(lines.slice(ours).join("\r\n"), "latin1");
}
