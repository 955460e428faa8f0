import { Elysia } from "elysia";
import { refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { InstanceChange, InstanceSettings } from "./instance.schema.ts";
import { changeInstanceSettings, readInstanceSettings } from "./instance-settings.service.ts";

export const instanceRoutes = (deps: AppDeps) => {
  const { guard, config, databases, audit, clock, unnamedProxies } = deps;
  const desk = { config, databases, audit, unnamedProxies };
  return new Elysia({ name: "instance", prefix: "/instance", detail: { tags: ["Instance"] } })
    .use(guard)
    .get("/settings", () => readInstanceSettings(desk), {
      instanceAdmin: true,
      response: { 200: InstanceSettings, ...refusals },
      detail: { summary: "Read the instance's settings" },
    })
    .patch(
      "/settings",
      ({ actor, body }) => changeInstanceSettings(desk, actor.id, body, clock()),
      {
        instanceAdmin: true,
        body: InstanceChange,
        response: { 200: InstanceSettings, ...refusals },
        detail: { summary: "Change the public URL or how the instance mails" },
      },
    );
};
