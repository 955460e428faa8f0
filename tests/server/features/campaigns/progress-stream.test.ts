import { afterEach, beforeEach, expect, test } from "bun:test";
import { progressEvents } from "../../../../server/features/campaigns/progress.service.ts";
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

test("after signing out, a person gets no further progress of a campaign", async () => {
  const toItsEnd = await watch(ada.cookie);

  await fixture.call(ada.cookie, "POST", "/auth/sign-out");

  expect(await toItsEnd()).toBe(0);
}, 20_000);

test("after removal from the workspace, a person gets none either", async () => {
  const bob = await joinAs(fixture, ada, "bob@example.com", "viewer");
  const toItsEnd = await watch(bob.cookie);

  const members = `/workspaces/${ada.workspaceId}/members`;
  await fixture.call(ada.cookie, "DELETE", `${members}/${bob.userId}`);

  expect(await toItsEnd()).toBe(0);
}, 20_000);

test("a read that fails after the reader has left breaks nothing", async () => {
  const broken: unknown[] = [];
  const note = (error: unknown) => broken.push(error);
  process.on("unhandledRejection", note);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<boolean>();
  const { databases, clock } = fixture;
  const campaignId = Number(path.split("/").at(-2));
  const { body } = progressEvents(
    { databases, engine: { running: () => undefined } as never, clock: () => clock.now },
    { workspaceId: ada.workspaceId, campaignId },
    () => {
      asked.resolve();
      return answer.promise;
    },
  );
  const reader = body?.getReader();
  await reader?.read();
  await asked.promise;

  await reader?.cancel();
  answer.reject(new Error("the workspace was closed"));
  await Bun.sleep(50);

  process.off("unhandledRejection", note);
  expect(broken).toEqual([]);
}, 20_000);
