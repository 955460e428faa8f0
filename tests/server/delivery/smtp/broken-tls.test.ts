import { afterEach, expect, test } from "bun:test";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type TLSSocket } from "node:tls";
import { openSession } from "../../../../server/delivery/smtp/session.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { loopbackRoute, renderedMessage } from "../../../support/smtp-messages.ts";

const certificate = makeCertificate();
const journal = { beforeDot: () => Promise.resolve() };
const servers: Server[] = [];

/** Speaks SMTP inside TLS at once, and ends the connection after `last` was heard. */
async function tlsServer(last: string, end: (socket: TLSSocket) => void): Promise<number> {
  const server = createServer(certificate, (socket) => {
    socket.on("error", () => undefined);
    socket.write("220 tls.test\r\n");
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (text.includes(last)) {
        end(socket);
        return;
      }
      if (text.endsWith("DATA\r\n")) {
        socket.write("250 ok\r\n250 ok\r\n354 go\r\n");
      } else if (/^EHLO .*\r\n$/.test(text)) {
        socket.write("250-tls.test\r\n250 PIPELINING\r\n");
        text = "";
      }
    });
  });
  server.on("tlsClientError", () => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
  }
});

const ends: [string, (socket: TLSSocket) => void][] = [
  ["closed", (socket) => socket.end()],
  ["cut off without a TLS goodbye", (socket) => socket.destroy()],
];

for (const [how, end] of ends) {
  test(`an encrypted connection ${how} after the dot is ambiguous`, async () => {
    const port = await tlsServer("\r\n.\r\n", end);
    const session = await openSession(loopbackRoute(port, { security: "tls" }), {
      ca: certificate.cert,
    });

    const outcome = await session.send(renderedMessage(), journal);

    expect(outcome.kind).toBe("ambiguous");
    expect(session.isUsable).toBe(false);
  });

  test(`an encrypted connection ${how} before the dot is certainly not sent`, async () => {
    const port = await tlsServer("RCPT", end);
    const session = await openSession(loopbackRoute(port, { security: "tls" }), {
      ca: certificate.cert,
    });

    const outcome = await session.send(renderedMessage(), journal);

    expect(outcome).toMatchObject({ kind: "broken", fault: "connection" });
  });

  test(`an encrypted connection ${how} while nothing is being sent is noticed`, async () => {
    const port = await tlsServer("EHLO", end);
    const failure = await openSession(loopbackRoute(port, { security: "tls" }), {
      ca: certificate.cert,
    }).catch((error: unknown) => error);

    expect(failure).toMatchObject({ stage: "ehlo", fault: "connection" });
  });
}

test("a server that supports nothing newer than TLS 1.1 is not used", async () => {
  const old = createServer({ ...certificate, minVersion: "TLSv1", maxVersion: "TLSv1.1" });
  old.on("tlsClientError", () => undefined);
  servers.push(old);
  await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
  const { port } = old.address() as AddressInfo;

  const failure = await openSession(loopbackRoute(port, { security: "tls" }), {
    ca: certificate.cert,
  }).catch((error: unknown) => error);

  expect(failure).toMatchObject({ stage: "starttls", fault: "tls" });
  // The version is the cause: a client that accepts older ones can connect.
  const lax = connect({ port, host: "127.0.0.1", ca: certificate.cert, minVersion: "TLSv1" });
  await new Promise<void>((resolve, reject) =>
    lax.on("secureConnect", resolve).on("error", reject),
  );
  expect(lax.getProtocol()).toBe("TLSv1.1");
  lax.destroy();
});
