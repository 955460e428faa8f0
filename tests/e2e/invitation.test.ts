// An invitation as both sides see it: sent from the members page, mailed by the instance, accepted through the link.
import { expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { accessibilityFindings, phone, signedInPage } from "../support/browser.ts";
import { mailedInvitation, type SeededBinary } from "../support/seeded-binary.ts";
import { inBrowser } from "./in-browser.ts";

let seeded: SeededBinary;
let browser: Browser;
inBrowser((startedBinary, startedBrowser) => {
  seeded = startedBinary;
  browser = startedBrowser;
});

test("an invited person creates an account through the mailed link and becomes a member", async () => {
  const { workspace } = seeded;
  const next = `/w/${workspace.id}/settings/members`;
  const owner = await signedInPage(browser, seeded, { next });
  await owner.getByRole("button", { name: "Invite" }).first().click();
  await owner.getByLabel("Email").fill("grace@agency.test");
  await owner.getByRole("button", { name: "Send invitation" }).click();
  await owner.getByRole("cell", { name: /grace@agency\.test/ }).waitFor();

  const guest = await (await browser.newContext({ viewport: phone })).newPage();
  await guest.goto(await mailedInvitation(seeded.api, "grace@agency.test"));
  await guest.getByText("grace@agency.test is invited to join Acme Books.").waitFor();
  expect(await accessibilityFindings(guest)).toEqual([]);
  await guest.getByLabel("Your name").fill("Grace Hopper");
  await guest.getByLabel("New password", { exact: true }).fill("password12345");
  await guest.getByRole("button", { name: "Create account and accept" }).click();
  await guest.getByText(/easy to guess/).waitFor();
  await guest.getByLabel("New password", { exact: true }).fill("four unrelated words here");
  await guest.getByRole("button", { name: "Create account and accept" }).click();
  await guest.waitForURL(new RegExp(`/w/${workspace.id}`));

  await owner.reload();
  await owner.getByText("Grace Hopper").waitFor();
  expect(await owner.getByText("Open invitations").count()).toBe(0);
}, 90_000);

test("a person invited in German accepts and works in German, whatever their browser's language", async () => {
  const { binary, workspace, api } = seeded;
  const address = "greta@agency.test";
  await api.post(`${workspace.path}/members`, { email: address, role: "editor", locale: "de" });
  const link = await mailedInvitation(api, address);
  const context = await browser.newContext({ viewport: phone, locale: "en-GB" });
  const guest = await context.newPage();
  await guest.goto(link);
  await guest.getByLabel("Ihr Name").fill("Greta");
  expect(await guest.evaluate("document.documentElement.lang")).toBe("de");
  await guest.getByLabel("Neues Passwort", { exact: true }).fill("four unrelated words here");
  await guest.getByRole("button", { name: "Konto erstellen und annehmen" }).click();
  await guest.waitForURL(new RegExp(`/w/${workspace.id}`));
  await guest.getByRole("heading", { level: 1, name: "Übersicht" }).waitFor();

  // Another browser shows the person's language once they have signed in.
  const account = { binary, email: address, password: "four unrelated words here" };
  const other = await signedInPage(browser, account, { next: `/w/${workspace.id}` });
  await other.getByRole("heading", { level: 1, name: "Übersicht" }).waitFor();
}, 90_000);
