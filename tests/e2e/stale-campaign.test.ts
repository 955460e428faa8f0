// Two people edit one draft: the second person's unsaved text is not launched over what the first one saved.
import { expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { importContacts } from "../../server/commands/demo/seed.ts";
import { signedInPage } from "../support/browser.ts";
import type { SeededBinary } from "../support/seeded-binary.ts";
import { inBrowser } from "./in-browser.ts";

let seeded: SeededBinary;
let browser: Browser;

inBrowser((startedBinary, startedBrowser) => {
  seeded = startedBinary;
  browser = startedBrowser;
});

test("a draft whose last change could not be saved is not launched, and the page says why", async () => {
  const { api, workspace, binary } = seeded;
  const list = await importContacts(api, workspace, "email\nada@example.test\n", "All");
  const { id } = await api.post<{ id: number }>(`${workspace.path}/campaigns`, {
    name: "Shared draft",
    subject: "First",
    senderId: workspace.senderId,
    routeId: workspace.routeId,
    bodySource: '<p>Hello</p><a href="{{ unsubscribe_url }}">Stop</a>',
    audience: { everyone: false, includeLists: [list.listId], excludeLists: [] },
  });
  const page = await signedInPage(browser, seeded);
  await page.goto(`${binary.url}/w/${workspace.id}/campaigns/${id}`);
  const send = page.getByRole("button", { name: /^Send to 1 person now/ });
  await send.waitFor();

  await api.patch(`${workspace.path}/campaigns/${id}`, { subject: "Somebody else's" });
  await page.getByLabel("Subject").fill("Mine");
  await send.click();
  await page.getByText("Someone else changed this campaign").waitFor();

  const campaign = await api.get<{ status: string; subject: string }>(
    `${workspace.path}/campaigns/${id}`,
  );
  expect(campaign).toMatchObject({ status: "draft", subject: "Somebody else's" });
  expect(await page.getByText("Sending has started").count()).toBe(0);
  expect(page.url()).not.toContain("/report");
}, 60_000);
