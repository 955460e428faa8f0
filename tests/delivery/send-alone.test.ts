import { afterEach, expect, test } from "bun:test";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { RoutePools } from "../../server/delivery/run/route-pools.ts";
import { sendAlone } from "../../server/delivery/smtp/send-alone.ts";
import { oneOffTimeouts } from "../../server/delivery/smtp/timeouts.ts";
import { loopbackRoute, renderedMessage } from "../support/smtp-messages.ts";

const sockets = new Set<Socket>();
let server: Server | undefined;

afterEach(async () => {
  for (const socket of sockets) {
    socket.destroy();
  }
  sockets.clear();
  await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
});

async function relay(talk: (socket: Socket) => void): Promise<number> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    talk(socket);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

test("one message waits ten seconds for a greeting and half a minute for the dot, not as long as a campaign", () => {
  expect(oneOffTimeouts).toMatchObject({ connectMs: 10_000, greetingMs: 10_000, dotMs: 30_000 });
  for (const ms of Object.values(oneOffTimeouts)) {
    expect(ms).toBeLessThanOrEqual(30_000);
  }
});

test("a relay that accepts the connection and never greets is abandoned after the given time limit", async () => {
  const port = await relay(() => undefined);
  const egress = new RoutePools().make(loopbackRoute(port), { greetingMs: 150 });

  const outcome = await sendAlone(egress, renderedMessage());

  expect(outcome).toMatchObject({ kind: "broken", stage: "greeting", fault: "timeout" });
});

test("a relay that answers every command just in time is abandoned at the overall limit, before the dot", async () => {
  let data = "";
  const port = await relay((socket) => {
    socket.write("220 slow\r\n");
    socket.on("data", (bytes) => {
      data += String(bytes);
      // A reply that never ends: no single wait is too long.
      const drip = setInterval(() => socket.write("250-still here\r\n"), 20);
      socket.on("close", () => clearInterval(drip));
    });
  });
  const egress = new RoutePools().make(loopbackRoute(port), oneOffTimeouts);

  const outcome = await sendAlone(egress, renderedMessage(), 300);

  expect(outcome).toMatchObject({
    kind: "broken",
    fault: "timeout",
    error: "127.0.0.1 did not accept the message within 0.3 seconds",
  });
  expect(data).not.toContain("\r\n.\r\n");
});
