import { Elysia, t } from "elysia";
import { readInboundSettings } from "../../inbound/index.ts";
import { refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { changeInboundSettings } from "./inbound-settings.service.ts";

const fields = {
  mxHost: t.String({
    maxLength: 253,
    description: "What MX records point to; empty = the public URL's",
  }),
  bounceDomain: t.String({
    maxLength: 253,
    description:
      "Domain of return paths: its MX must lead here, and relays must take it as a sender; empty = none",
  }),
  certFile: t.String({
    maxLength: 4_000,
    description: "PEM chain for STARTTLS, from the next start",
  }),
  keyFile: t.String({ maxLength: 4_000, description: "Its key" }),
};
const InboundView = t.Object(
  {
    ...fields,
    port: t.Integer({ description: "Where it listens; the world's port 25 must lead there" }),
    takesFromOutside: t.Boolean({ description: "SMTP_IN_HOST lets others than this machine in" }),
  },
  { title: "InboundSettings" },
);

/** Settings for receiving mail. */
export const inboundSettingsRoutes = ({ guard, config, databases, outside, clock }: AppDeps) => {
  const view = () => ({
    ...readInboundSettings(databases.system),
    port: outside.inbound.port,
    takesFromOutside: config.smtpInHost !== "127.0.0.1",
  });
  return new Elysia({
    name: "inbound-settings",
    prefix: "/instance/inbound",
    detail: { tags: ["Instance"] },
  })
    .use(guard)
    .get("", view, {
      instanceAdmin: true,
      response: { 200: InboundView, ...refusals },
      detail: { summary: "Read how mail from outside gets here" },
    })
    .patch(
      "",
      ({ body, note }) => {
        changeInboundSettings(databases.system, body, clock());
        const detail = { fields: Object.keys(body) };
        note({ detail });
        return view();
      },
      {
        instanceAdmin: true,
        audit: "instance.inbound",
        body: t.Partial(t.Object(fields)),
        response: { 200: InboundView, ...refusals },
        detail: { summary: "Change bounce domain, MX name or certificate" },
      },
    );
};
