import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  type AccountsApp,
  joinAs,
  newAccountsApp,
  type SignedUp,
} from "../../../support/accounts.ts";

let fixture: AccountsApp;
let ada: SignedUp;
let path = "";
beforeEach(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp("ada@example.com");
  const campaigns = `/workspaces/${ada.workspaceId}/campaigns`;
  const made = await fixture.call(ada.cookie, "POST", campaigns, { name: "May" });
  path = `${campaigns}/${((await made.json()) as { id: number }).id}/progress`;
});
afterEach(() => fixture.close());

async function watch(as: string) {
  const response = await fixture.call(as, "GET", path);
  const reader = response.body?.getReader();
  await reader?.read();
  return async () => {
    for (let events = 0; ; events++) {
      const part = await reader?.read();
      if (part?.done !== false) {
        return events;
      }
    }
  };
}

test("who signs out sees no more of a campaign's progress", async () => {
  const toItsEnd = await watch(ada.cookie);

  await fixture.call(ada.cookie, "POST", "/auth/sign-out");

  expect(await toItsEnd()).toBe(0);
}, 20_000);

test("who is taken out of the workspace sees no more either", async () => {
  const bob = await joinAs(fixture, ada, "bob@example.com", "viewer");
  const toItsEnd = await watch(bob.cookie);

  const members = `/workspaces/${ada.workspaceId}/members`;
  await fixture.call(ada.cookie, "DELETE", `${members}/${bob.userId}`);

  expect(await toItsEnd()).toBe(0);
}, 20_000);
