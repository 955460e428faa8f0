import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { DAY_MS, HookFixture, type Webhook } from "../../../support/hook-fixture.ts";

let hooks: HookFixture;

beforeEach(() => {
  hooks = new HookFixture();
});
afterEach(() => hooks.app.close());

describe("the address", () => {
  const body = (seq: number, of = hooks.workspace) =>
    JSON.stringify({
      event: "hard_bounce",
      email: "r@reader.test",
      "message-id": hooks.messageId(seq, of),
    });

  test("of one workspace has no access to another's messages", async () => {
    const other = hooks.app.newWorkspace("Other");
    hooks.addMessages(other);
    const { url } = await hooks.webhook(hooks.addRoute("brevo"));

    expect(await (await hooks.post(url, body(1, other))).json()).toEqual({
      taken: 0,
      repeated: 0,
      unknown: 1,
    });
    expect(hooks.facts).toEqual([]);
  });

  test("is shown neither to people who may not change routes nor to another workspace", async () => {
    const routeId = hooks.addRoute("brevo");
    const other = hooks.app.newWorkspace("Other");
    const path = `/workspaces/${hooks.workspace.id}/routes/${routeId}/webhook`;

    expect(
      (await hooks.app.call({ role: "editor", workspaceId: hooks.workspace.id }, "GET", path))
        .status,
    ).toBe(403);
    expect(
      (await hooks.app.call({ role: "owner", workspaceId: other.id }, "GET", path)).status,
    ).toBe(404);
  });

  test.each([["google"], [""]])("does not exist for a route of the preset '%s'", async (preset) => {
    const routeId = hooks.addRoute(preset);
    const as = { role: "owner", workspaceId: hooks.workspace.id } as const;
    const path = `/workspaces/${hooks.workspace.id}/routes/${routeId}/webhook`;

    expect((await hooks.app.call(as, "GET", path)).status).toBe(404);
  });

  test("that is forged, of another provider, of a deleted route or outdated is not found", async () => {
    const routeId = hooks.addRoute("brevo");
    const { url } = await hooks.webhook(routeId);
    const forged = url.replace(/.$/, (end) => (end === "A" ? "B" : "A"));
    const status = async (to: string) => (await hooks.post(to, body(1))).status;

    expect(await status(url)).toBe(200);
    expect(await status(forged)).toBe(404);
    expect(await status(url.replace("/brevo/", "/mailjet/"))).toBe(404);
    expect(await status(url.replace("/brevo/", "/constructor/"))).toBe(404);

    const as = { role: "admin", workspaceId: hooks.workspace.id } as const;
    const path = `/workspaces/${hooks.workspace.id}/routes/${routeId}/webhook/renew`;
    const renewed = (await (await hooks.app.call(as, "POST", path)).json()) as Webhook;
    expect(await status(url)).toBe(404);
    expect(await status(renewed.url)).toBe(200);

    hooks.app.databases.workspace(hooks.workspace.id).exec("DELETE FROM route");
    expect(await status(renewed.url)).toBe(404);
  });

  test("a message from 30 days ago is not searched", async () => {
    const { url } = await hooks.webhook(hooks.addRoute("brevo"));
    hooks.now += 30 * DAY_MS;

    expect(await (await hooks.post(url, body(1))).json()).toMatchObject({ unknown: 1 });
  });
});
