import { Elysia } from "elysia";
import { ProblemSchema, refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { InstanceChange, InstanceSettings, TestMail } from "./instance.schema.ts";
import {
  changeInstanceSettings,
  readInstanceSettings,
  sendSystemTest,
} from "./instance-settings.ts";

export const instanceRoutes = (deps: AppDeps) => {
  const { guard, config, databases, audit, clock, unnamedProxies } = deps;
  const { keyRing, mail } = deps;
  const desk = { config, databases, keyRing, mail, audit, unnamedProxies };
  return new Elysia({ name: "instance", prefix: "/instance", detail: { tags: ["Instance"] } })
    .use(guard)
    .get("/settings", () => readInstanceSettings(desk), {
      instanceAdmin: true,
      response: { 200: InstanceSettings, ...refusals },
      detail: { summary: "Get the instance's settings" },
    })
    .patch(
      "/settings",
      ({ actor, body }) => changeInstanceSettings(desk, actor.id, body, clock()),
      {
        instanceAdmin: true,
        audit: { within: ["instance.change"] },
        body: InstanceChange,
        response: { 200: InstanceSettings, ...refusals },
        detail: { summary: "Change the public URL or the settings for account emails" },
      },
    )
    .post("/settings/test-mail", ({ actor }) => sendSystemTest(desk, actor.id), {
      instanceAdmin: true,
      audit: "instance.test_mail",
      response: { 200: TestMail, 502: ProblemSchema, ...refusals },
      detail: { summary: "Send yourself a test message through the settings for account emails" },
    });
};
