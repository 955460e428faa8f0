import { afterEach, beforeEach, expect, test } from "bun:test";
import PostalMime from "postal-mime";
import { readConfig } from "../../../../server/config.ts";
import { registerAuthJobs } from "../../../../server/features/auth/auth.jobs.ts";
import { forgetAskedMail } from "../../../../server/features/contact-mail/mail-cap.service.ts";
import { systemMailRoute } from "../../../../server/features/setup/system-mail.service.ts";
import { createMailer } from "../../../../server/platform/mail.ts";
import { Scheduler } from "../../../../server/platform/scheduler/scheduler.ts";
import {
  type AccountsApp,
  cookieOf,
  goodPassword,
  joinAs,
  mailBy,
  newAccountsApp,
  publicUrl,
  type SignedUp,
} from "../../../support/accounts.ts";
import { startSmtpSink } from "../../../support/smtp-sink.ts";

const DAY_MS = 86_400_000;
let fixture: AccountsApp;
let ada: SignedUp;
let members = "";

beforeEach(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp("ada@example.com");
  members = `/workspaces/${ada.workspaceId}/members`;
});
afterEach(() => fixture.close());

type Invited = { invitation: { id: string; email: string; role: string }; link: string | null };
const invite = (email: string, role = "editor", as = ada.cookie) =>
  fixture.call(as, "POST", members, { email, role });
async function tokenFor(email: string, role = "editor"): Promise<string> {
  const { link } = (await (await invite(email, role)).json()) as Invited;
  return new URL(link ?? "").searchParams.get("token") ?? "";
}
const memberEmails = async () => {
  const list = await fixture.call(ada.cookie, "GET", members);
  return ((await list.json()) as { items: { email: string }[] }).items.map(({ email }) => email);
};
const register = (token: string, name = "New Person") =>
  fixture.call(null, "POST", "/invitations/register", { token, name, password: goodPassword });
const accept = (cookie: string, token: string) =>
  fixture.call(cookie, "POST", "/invitations/accept", { token });

/** A relay for the instance's mail, and the jobs that send it. */
async function startMail() {
  const sink = await startSmtpSink();
  mailBy(fixture, sink.port);
  const { system } = fixture.databases;
  const scheduler = new Scheduler({ system, clock: () => fixture.clock.now, owner: "test" });
  const mail = createMailer(() => systemMailRoute(system, fixture.keyRing, 0));
  const config = readConfig({ PUBLIC_URL: publicUrl });
  registerAuthJobs(scheduler, {
    config,
    system,
    clock: () => fixture.clock.now,
    mail,
    forget: forgetAskedMail,
  });
  return { sink, scheduler };
}

test("an invitation does not reveal whether an account exists, and makes nobody a member", async () => {
  const bob = await fixture.signUp("bob@example.com");
  const known = await (await invite("Bob@Example.com")).json();
  const unknown = await (await invite("nobody@example.com")).json();

  expect(Object.keys(known as object)).toEqual(Object.keys(unknown as object));
  expect(known).toMatchObject({ invitation: { email: "Bob@Example.com", role: "editor" } });
  expect(JSON.stringify(known)).not.toContain('"name"');
  expect(await memberEmails()).toEqual(["ada@example.com"]);
  expect((await fixture.call(bob.cookie, "GET", members)).status).toBe(404);
  const open = await fixture.call(ada.cookie, "GET", `${members}/invitations`);
  expect(((await open.json()) as { items: unknown[] }).items).toHaveLength(2);
});

test("an invited person sees the workspace, chooses a name and a password, and becomes a member", async () => {
  const token = await tokenFor("new@example.com", "viewer");
  const what = await fixture.call(null, "POST", "/invitations/read", { token });
  expect(await what.json()).toEqual({
    email: "new@example.com",
    locale: "en",
    role: "viewer",
    workspaceName: "Workspace of ada@example.com",
  });

  expect((await register(token, "  ")).status).toBe(422);
  expect((await register(token)).status).toBe(200);
  const credentials = { email: "new@example.com", password: goodPassword };
  const cookie = cookieOf(await fixture.call(null, "POST", "/auth/sign-in", credentials));
  expect((await fixture.call(cookie, "GET", members)).status).toBe(200);
  expect((await invite("x@example.com", "viewer", cookie)).status).toBe(403);
  expect((await register(token)).status).toBe(404);
});

test("a person with an account accepts with it, and only with the invited address", async () => {
  const bob = await fixture.signUp("bob@example.com");
  const eve = await fixture.signUp("eve@example.com");
  const token = await tokenFor("bob@example.com");

  expect((await register(token)).status).toBe(409);
  expect((await accept(eve.cookie, token)).status).toBe(403);
  expect(await (await accept(bob.cookie, token)).json()).toEqual({ workspaceId: ada.workspaceId });
  expect((await accept(bob.cookie, token)).status).toBe(404);
  expect((await memberEmails()).sort()).toEqual(["ada@example.com", "bob@example.com"]);
});

test("a withdrawn, replaced, expired or invented link does not work", async () => {
  const first = await tokenFor("new@example.com");
  const second = await tokenFor("new@example.com");
  expect((await register(first)).status).toBe(404);

  const { items } = (await (
    await fixture.call(ada.cookie, "GET", `${members}/invitations`)
  ).json()) as { items: { id: string }[] };
  expect(items).toHaveLength(1);
  const path = `${members}/invitations/${items[0]?.id}`;
  expect((await fixture.call(ada.cookie, "DELETE", path)).status).toBe(200);
  expect((await fixture.call(ada.cookie, "DELETE", path)).status).toBe(404);
  expect((await register(second)).status).toBe(404);

  const late = await tokenFor("new@example.com");
  fixture.clock.now += 7 * DAY_MS + 1;
  expect((await register(late)).status).toBe(404);
  expect((await register("made up")).status).toBe(404);
});

test("an invitation ends when its sender loses the right to invite", async () => {
  const admin = await joinAs(fixture, ada, "admin@example.com", "admin");
  const linkBy = async (email: string) => {
    const { link } = (await (await invite(email, "admin", admin.cookie)).json()) as Invited;
    return new URL(link ?? "").searchParams.get("token") ?? "";
  };
  const [first, second] = [await linkBy("one@example.com"), await linkBy("two@example.com")];
  const path = `${members}/${admin.userId}`;

  await fixture.call(ada.cookie, "PATCH", path, { role: "viewer" });
  expect((await register(first)).status).toBe(404);
  expect((await fixture.call(null, "POST", "/invitations/read", { token: first })).status).toBe(
    404,
  );

  await fixture.call(ada.cookie, "PATCH", path, { role: "admin" });
  await fixture.call(ada.cookie, "DELETE", path);
  expect((await register(second)).status).toBe(404);
});

test("an owner of the organization may invite and create keys whatever their role in the workspace", async () => {
  const bob = await joinAs(fixture, ada, "bob@example.com", "owner");
  const own = `${members}/${ada.userId}`;
  expect((await fixture.call(bob.cookie, "PATCH", own, { role: "viewer" })).status).toBe(200);

  expect((await register(await tokenFor("new@example.com", "admin"))).status).toBe(200);
  const keys = `/workspaces/${ada.workspaceId}/api-keys`;
  const wanted = { name: "Sync", scopes: ["contacts:write", "contacts:read"] };
  const made = await fixture.call(ada.cookie, "POST", keys, wanted);
  const { key } = (await made.json()) as { key: string };
  const contacts = `/workspaces/${ada.workspaceId}/contacts`;
  expect((await fixture.call(key, "POST", contacts, { email: "a@x.example" })).status).toBe(200);
});

test("a workspace can neither see nor withdraw another's invitations", async () => {
  const bob = await fixture.signUp("bob@example.com");
  const { invitation } = (await (await invite("new@example.com")).json()) as Invited;
  const foreign = `/workspaces/${bob.workspaceId}/members/invitations`;

  expect(await (await fixture.call(bob.cookie, "GET", foreign)).json()).toMatchObject({
    items: [],
  });
  const withdrawn = await fixture.call(bob.cookie, "DELETE", `${foreign}/${invitation.id}`);
  expect(withdrawn.status).toBe(404);
});

test("an administrator can neither invite an owner nor withdraw an owner's invitation", async () => {
  const admin = await joinAs(fixture, ada, "admin@example.com", "admin");
  const { invitation } = (await (await invite("new@example.com", "owner")).json()) as Invited;

  expect((await invite("other@example.com", "owner", admin.cookie)).status).toBe(403);
  const path = `${members}/invitations/${invitation.id}`;
  expect((await fixture.call(admin.cookie, "DELETE", path)).status).toBe(403);
  expect((await invite("new@example.com", "viewer", admin.cookie)).status).toBe(403);
  const open = await fixture.call(ada.cookie, "GET", `${members}/invitations`);
  expect(await open.json()).toMatchObject({ items: [{ id: invitation.id, role: "owner" }] });
});

test("a workspace may invite thirty times a day and an address three times, independently of other customers", async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 4; n++) {
    statuses.push((await invite("often@example.com")).status);
  }
  expect(statuses).toEqual([200, 200, 200, 429]);
  const bob = await fixture.signUp("bob@example.com");
  const other = `/workspaces/${bob.workspaceId}/members`;
  const same = { email: "often@example.com", role: "viewer" };
  for (let n = 0; n < 3; n++) {
    // Other workspaces do not use up this allowance, and it does not reveal that they invited the address.
    expect((await fixture.call(bob.cookie, "POST", other, same)).status).toBe(200);
  }
  const refused = await fixture.call(bob.cookie, "POST", other, same);
  expect(refused.status).toBe(429);
  expect(((await refused.json()) as { detail: string }).detail).toStartWith("This organization");

  for (let n = 0; n < 27; n++) {
    expect((await invite(`person${n}@example.com`)).status).toBe(200);
  }
  expect((await invite("one-more@example.com")).status).toBe(429);
  fixture.clock.now += DAY_MS + 1;
  expect((await invite("one-more@example.com")).status).toBe(200);
});

test("an invitation mail contains no text of its sender except plain names on one line", async () => {
  const { sink, scheduler } = await startMail();
  const { system } = fixture.databases;
  const bait = "Win a prize\n\nhttps://evil.example\r\nBcc: x@y.example";
  system.prepare("UPDATE user SET name = ?").run(bait);
  system.prepare("UPDATE workspace SET name = ?").run("News\r\n\r\nPay now");

  const { link } = (await (await invite("new@example.com")).json()) as Invited;
  await scheduler.runDue();

  expect(link).toBeNull();
  const raw = String(sink.messages[0]?.raw);
  expect(sink.messages.map(({ to }) => to)).toEqual([["new@example.com"]]);
  expect(raw).not.toContain("evil.example");
  expect(raw).toContain("ada@example.com invited you to join News Pay now.");
  const token =
    /token=(?:3D)?([\w-]+(?:=\r?\n[\w-]+)?)/.exec(raw)?.[1]?.replace(/=\r?\n/, "") ?? "";
  expect((await register(token)).status).toBe(200);
  await sink.close();
});

test("a person invited in German gets German mail and pages; so does one invited by a German speaker", async () => {
  const { sink, scheduler } = await startMail();
  const last = async () => await PostalMime.parse(String(sink.messages.at(-1)?.raw));
  const body = { email: "greta@example.com", role: "editor", locale: "de" };
  expect((await fixture.call(ada.cookie, "POST", members, body)).status).toBe(200);
  await scheduler.runDue();
  const invitation = await last();
  const token = /token=([\w-]+)/.exec(invitation.text ?? "")?.[1] ?? "";
  const read = await fixture.call(null, "POST", "/invitations/read", { token });
  await register(token, "Greta");
  const credentials = { email: "greta@example.com", password: goodPassword };
  const signedIn = await fixture.call(null, "POST", "/auth/sign-in", credentials);
  await fixture.call(null, "POST", "/auth/forgot", { email: "greta@example.com" });
  await scheduler.runDue();
  const reset = await last();
  await fixture.call(ada.cookie, "PATCH", "/auth/me", { locale: "de-AT" });
  await invite("hans@example.com");
  await scheduler.runDue();

  expect(invitation.subject).toStartWith("Einladung zu ");
  expect(invitation.text).toContain("ada hat Sie eingeladen, in ");
  expect(await read.json()).toMatchObject({ locale: "de" });
  expect(await signedIn.json()).toMatchObject({ user: { name: "Greta", locale: "de" } });
  expect(reset.subject).toBe("Passwort zurücksetzen");
  expect((await last()).subject).toStartWith("Einladung zu ");
  await sink.close();
});

test("no mail is sent for an invitation whose sender may not invite any more", async () => {
  const bob = await joinAs(fixture, ada, "bob@example.com", "admin");
  const { sink, scheduler } = await startMail();
  await invite("friend@example.com", "admin", bob.cookie);
  await fixture.call(ada.cookie, "PATCH", `${members}/${bob.userId}`, { role: "viewer" });
  await scheduler.runDue();

  expect(sink.messages.flatMap(({ to }) => to)).not.toContain("friend@example.com");
  const open = await fixture.call(ada.cookie, "GET", `${members}/invitations`);
  expect(((await open.json()) as { items: unknown[] }).items).toEqual([]);
  await sink.close();
});

test("a customer with more workspaces cannot send unlimited invitations", async () => {
  const { organizationId } = ada;
  const newWorkspace = async (name: string) => {
    const body = { organizationId, name, timeZone: "UTC", postalAddress: "1 Street" };
    const made = await fixture.call(ada.cookie, "POST", "/workspaces", body);
    return ((await made.json()) as { id: string }).id;
  };
  const statuses: number[] = [];
  for (let w = 0; w < 4; w++) {
    const path = `/workspaces/${await newWorkspace(`W${w}`)}/members`;
    for (let n = 0; n < 30; n++) {
      const who = { email: `p${w}.${n}@example.com`, role: "viewer" };
      statuses.push((await fixture.call(ada.cookie, "POST", path, who)).status);
    }
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(100);
  expect(statuses.slice(100)).toEqual(Array(20).fill(429));

  const bob = await fixture.signUp("bob@example.com");
  const other = `/workspaces/${bob.workspaceId}/members`;
  const who = { email: "friend@example.com", role: "viewer" };
  expect((await fixture.call(bob.cookie, "POST", other, who)).status).toBe(200);
});
