import { expect, test } from "bun:test";
import { createServer } from "node:net";
import { freePort } from "../../../server/platform/free-port.ts";

test("free ports are below those of outgoing connections, and can be listened to", async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort("127.0.0.1")));

  expect(Math.max(...ports)).toBeLessThan(32_768);
  expect(Math.min(...ports)).toBeGreaterThan(1_024);
  for (const port of ports.slice(0, 3)) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  }
});

test("an address that this machine does not have is said, not tried for ever", async () => {
  await expect(freePort("203.0.113.1")).rejects.toThrow("EADDRNOTAVAIL");
});
