import { afterAll, beforeAll, expect, test } from "bun:test";
import { FetchRefused, fetchGuarded } from "../../../server/platform/guarded-fetch.ts";
import { makeCertificate } from "../../support/certificates.ts";

const one = makeCertificate({ names: ["DNS:one.example"] });
const limits = { timeoutMs: 2_000, maxBytes: 1_000, mayConnect: () => true };
const here = () => Promise.resolve(["127.0.0.1"]);
let server: ReturnType<typeof Bun.serve>;
let plain: ReturnType<typeof Bun.serve>;
let paths: string[] = [];

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: one,
    fetch: (request) => new Response(`hello ${request.headers.get("host")}`),
  });
  plain = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 30,
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      paths.push(pathname);
      if (pathname === "/away") {
        return Response.redirect(`http://127.0.0.1:${plain.port}/inside`, 302);
      }
      if (pathname === "/slow") {
        await Bun.sleep(5_000);
      }
      return new Response("x".repeat(pathname === "/big" ? 1_001 : 10));
    },
  });
});
afterAll(async () => {
  await server.stop(true);
  await plain.stop(true);
});

async function refusal(url: string, changes = {}): Promise<string> {
  return await fetchGuarded(url, { ...limits, addressesOf: here, ...changes }).then(
    () => "fetched",
    (error: unknown) => (error instanceof FetchRefused ? error.message : `bug: ${error}`),
  );
}

test("the connection uses the checked address and the requested name", async () => {
  const url = `https://one.example:${server.port}/`;

  const got = await fetchGuarded(url, { ...limits, addressesOf: here, ca: one.cert });

  expect(got).toMatchObject({ status: 200, text: `hello one.example:${server.port}` });
});

test("a certificate for another name is refused, also right after a valid one", async () => {
  const ca = one.cert;
  expect(await refusal(`https://one.example:${server.port}/`, { ca })).toBe("fetched");

  expect(await refusal(`https://two.example:${server.port}/`, { ca })).toContain("ALTNAME");
  expect(await refusal(`https://one.example:${server.port}/`)).toContain("SELF_SIGNED");
});

test("a forbidden address is not connected to, whether given or resolved", async () => {
  paths = [];
  const mayConnect = (address: string) => !address.startsWith("127.");

  for (const host of ["127.0.0.1", "inside.example"]) {
    expect(await refusal(`http://${host}:${plain.port}/x`, { mayConnect })).toContain(
      "a network that may not be used",
    );
  }
  expect(paths).toEqual([]);
});

test("a redirect is returned, not followed", async () => {
  paths = [];

  const got = await fetchGuarded(`http://127.0.0.1:${plain.port}/away`, limits);

  expect(got.status).toBe(302);
  expect(paths).toEqual(["/away"]);
});

test("time and size are limited", async () => {
  expect(await refusal(`http://127.0.0.1:${plain.port}/big`)).toContain("more than 1 KB");
  expect(await refusal(`http://127.0.0.1:${plain.port}/slow`, { timeoutMs: 100 })).toContain(
    "did not answer within 1 s",
  );
  const never = () => new Promise<string[]>(() => undefined);
  expect(await refusal("http://slow.example/", { timeoutMs: 100, addressesOf: never })).toContain(
    "did not answer",
  );
  expect(await refusal("not an address")).toContain("is not a web address");
});
