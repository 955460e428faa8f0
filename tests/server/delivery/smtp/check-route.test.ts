import { afterEach, expect, test } from "bun:test";
import { checkRoute } from "../../../../server/delivery/smtp/check-route.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { startHostileSmtp } from "../../../support/hostile-smtp.ts";
import { loopbackRoute } from "../../../support/smtp-messages.ts";
import { closePeers, sink } from "./peers.ts";

const certificate = makeCertificate();
const login = { username: "ann", password: "right" };

afterEach(closePeers);

test("a good route passes every stage and no mail is sent", async () => {
  const { port, messages } = await sink({ certificate, login });
  const route = loopbackRoute(port, { security: "starttls", ...login });

  const { ok, steps } = await checkRoute(route, { ca: certificate.cert });

  expect(ok).toBe(true);
  expect(steps.map(({ stage }) => stage)).toEqual([
    "connect",
    "greeting",
    "starttls",
    "ehlo",
    "auth",
  ]);
  expect(steps.find(({ stage }) => stage === "starttls")?.message).toMatch(
    /TLSv1\.[23], certificate verified/,
  );
  expect(messages).toHaveLength(0);
});

test("a wrong password shows the server's reply, and the password is not repeated", async () => {
  const { port } = await sink({ certificate, login });
  const route = loopbackRoute(port, { security: "starttls", username: "ann", password: "wr0ng!" });

  const { ok, steps } = await checkRoute(route, { ca: certificate.cert });

  expect(ok).toBe(false);
  expect(steps.at(-1)).toEqual({
    stage: "auth",
    ok: false,
    message:
      'The server did not accept the username "ann" or its password. The server said: 535 5.7.8 Username and Password not accepted',
    cause: {
      code: "refused_password",
      params: { username: "ann", said: "535 5.7.8 Username and Password not accepted" },
    },
  });
  expect(JSON.stringify(steps)).not.toContain("wr0ng!");
});

test("expired, self-signed and misnamed certificates have different messages", async () => {
  const expired = makeCertificate({ expired: true });
  const misnamed = makeCertificate({ names: ["DNS:other.example"] });
  const check = async (served: typeof certificate, trusted: string | undefined) => {
    const { port } = await sink({ certificate: served });
    const route = loopbackRoute(port, { host: "localhost", security: "starttls" });
    const { ok, steps } = await checkRoute(route, trusted === undefined ? {} : { ca: trusted });
    expect(ok).toBe(false);
    expect(steps.at(-1)?.stage).toBe("starttls");
    return steps.at(-1)?.message;
  };

  expect(await check(expired, expired.cert)).toBe("The certificate of localhost has expired.");
  expect(await check(certificate, undefined)).toContain("is self-signed");
  expect(await check(misnamed, misnamed.cert)).toContain("is not for localhost");
});

test("a server without STARTTLS or AUTH is reported as such, with what to try", async () => {
  const plain = await sink({});
  const noTls = await checkRoute(loopbackRoute(plain.port, { security: "starttls" }));
  const noAuth = await checkRoute(loopbackRoute(plain.port, { username: "ann", password: "x" }));

  expect(noTls.steps.at(-1)).toMatchObject({ stage: "starttls", ok: false });
  expect(noTls.steps.at(-1)?.message).toContain("does not offer STARTTLS");
  expect(noAuth.steps.at(-1)).toMatchObject({ stage: "auth", ok: false });
  expect(noAuth.steps.at(-1)?.message).toContain("offers no sign-in");
});

test("an unresolvable name and a port where nothing listens have different messages", async () => {
  const { port, close } = await startHostileSmtp(() => Promise.resolve());
  await close();

  const unnamed = await checkRoute(loopbackRoute(port, { host: "smtp.does-not-exist.invalid" }));
  const deaf = await checkRoute(loopbackRoute(port));

  expect(unnamed.steps).toHaveLength(1);
  expect(unnamed.steps[0]).toMatchObject({ stage: "dns", ok: false });
  expect(deaf.steps[0]).toMatchObject({ stage: "connect", ok: false });
  expect(deaf.steps[0]?.message).toContain("connection refused");
});

test("choosing STARTTLS on a TLS port, or the reverse, gives a hint", async () => {
  const tls = await sink({ certificate, implicitTls: true });
  const starttls = await sink({ certificate });
  const timeouts = { greetingMs: 300, connectMs: 500 };

  const wrong = await checkRoute(loopbackRoute(tls.port, { security: "starttls" }), { timeouts });
  const other = await checkRoute(loopbackRoute(starttls.port, { security: "tls" }), { timeouts });

  expect(wrong.steps.at(-1)?.message).toContain("choose TLS");
  expect(other.steps.at(-1)?.message).toContain("choose STARTTLS");
});

test("an address that may not be used is never connected to", async () => {
  const { port, connections } = await sink({});

  const { ok, steps } = await checkRoute(loopbackRoute(port), { allowAddress: () => false });

  expect(ok).toBe(false);
  expect(steps[0]?.message).toContain("may not be used");
  expect(connections()).toBe(0);
});
