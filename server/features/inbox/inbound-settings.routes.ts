import { Elysia, t } from "elysia";
import { readInboundSettings } from "../../inbound/index.ts";
import { refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { changeInboundSettings } from "./inbound-settings.ts";

const fields = {
  mxHost: t.String({
    maxLength: 253,
    description: "The host to which MX records point; empty: the host of the public URL",
  }),
  bounceDomain: t.String({
    maxLength: 253,
    description:
      "The domain of return paths; its MX record must point to this server, and relays must accept it as the envelope sender. Empty for none",
  }),
  certFile: t.String({
    maxLength: 4_000,
    description: "Certificate chain for STARTTLS in PEM format; used from the next start",
  }),
  keyFile: t.String({
    maxLength: 4_000,
    description: "The certificate's private key in PEM format",
  }),
};
const InboundView = t.Object(
  {
    ...fields,
    port: t.Integer({
      description: "The port on which the server listens; public port 25 must be forwarded to it",
    }),
    takesFromOutside: t.Boolean({
      description: "True if SMTP_IN_HOST allows connections from other machines",
    }),
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
      detail: { summary: "Get the settings for receiving mail" },
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
        detail: { summary: "Change the bounce domain, MX name or certificate" },
      },
    );
};
