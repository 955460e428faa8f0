import type { Rendered, Route } from "../../server/delivery/types.ts";

/** A route to a loopback port, unencrypted, with few connections. */
export function loopbackRoute(port: number, changes: Partial<Route> = {}): Route {
  return {
    id: 1,
    workspaceId: "01hzzzzzzzzzzzzzzzzzzzzzzz",
    name: "loopback",
    kind: "relay",
    host: "127.0.0.1",
    port,
    security: "none",
    verifyCertificate: true,
    username: "",
    password: "",
    maxConnections: 5,
    maxPerSecond: undefined,
    maxPerConnection: 100,
    signDkim: false,
    ...changes,
  };
}

/** A finished message, as the renderer returns it. */
export function renderedMessage(changes: Partial<Rendered> & { body?: string } = {}): Rendered {
  const { body = "Hello.\r\n", ...rest } = changes;
  return {
    envelopeFrom: "bounce@news.example",
    envelopeTo: "ann@reader.example",
    messageId: "<1@news.example>",
    bytes: Buffer.from(`Subject: News\r\nMessage-ID: <1@news.example>\r\n\r\n${body}`),
    needsSmtpUtf8: false,
    needs8bit: false,
    ...rest,
  };
}
