import { afterEach, beforeEach, expect, test } from "bun:test";
import { accessTokens } from "../../../../server/delivery/smtp/access-tokens.ts";
import { checkRoute } from "../../../../server/delivery/smtp/check-route.ts";
import { RoutePool } from "../../../../server/delivery/smtp/route-pool.ts";
import type { OAuthClient, Route } from "../../../../server/delivery/types.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { loopbackRoute, renderedMessage } from "../../../support/smtp-messages.ts";
import { refusal, type SmtpSink, startSmtpSink } from "../../../support/smtp-sink.ts";

const journal = { beforeDot: () => Promise.resolve() };
const certificate = makeCertificate();

let forms: URLSearchParams[] = [];
/** Answers of the token service, one after another; the last one repeats. */
let answers: [number, unknown][] = [];
let service: ReturnType<typeof Bun.serve>;
let now = 1_000_000;
const closers: (() => Promise<void>)[] = [];

beforeEach(() => {
  forms = [];
  now = 1_000_000;
  answers = [[200, { access_token: "token-1", expires_in: 3_600 }]];
  service = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      forms.push(new URLSearchParams(await request.text()));
      const [status, body] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, ""];
      return new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
    },
  });
});
afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
  await service.stop(true);
});

function client(changes: Partial<OAuthClient> = {}): OAuthClient {
  return {
    tokenUrl: `http://127.0.0.1:${service.port}/token`,
    clientId: "the client",
    clientSecret: "s&cret",
    refreshToken: "refresh-1",
    scope: "https://mail.example/send",
    ...changes,
  };
}

function tokens(changes: Partial<OAuthClient> = {}, route: Partial<Route> = {}) {
  return accessTokens({ oauth: client(changes), ...route }, { clock: () => now });
}

test("a refresh token is exchanged for access tokens as its service requires", async () => {
  expect(await tokens()()).toBe("token-1");

  expect(Object.fromEntries(forms[0] ?? [])).toEqual({
    grant_type: "refresh_token",
    client_id: "the client",
    client_secret: "s&cret",
    refresh_token: "refresh-1",
    scope: "https://mail.example/send",
  });
});

test("without a refresh token the client uses its own credentials", async () => {
  await tokens({ refreshToken: "" })();

  expect(forms[0]?.get("grant_type")).toBe("client_credentials");
  expect(forms[0]?.has("refresh_token")).toBe(false);
});

test("a token is reused until shortly before it expires, and fetched once for all that wait", async () => {
  const source = tokens();
  answers = [
    [200, { access_token: "token-1", expires_in: 3_600, refresh_token: "refresh-2" }],
    [200, { access_token: "token-2", expires_in: 3_600 }],
  ];

  expect(await Promise.all(Array.from({ length: 10 }, () => source()))).toEqual(
    Array(10).fill("token-1"),
  );
  now += 3_299_000;
  expect(await source()).toBe("token-1");
  now += 2_000;
  expect(await source()).toBe("token-2");
  expect(forms).toHaveLength(2);
  expect(forms[1]?.get("refresh_token")).toBe("refresh-2");
});

test("a refused token is not returned again", async () => {
  const source = tokens();
  answers = [
    [200, { access_token: "token-1" }],
    [200, { access_token: "token-2" }],
  ];

  expect(await source()).toBe("token-1");
  expect(await source("token-1")).toBe("token-2");
  expect(await source("token-1")).toBe("token-2");
  expect(forms).toHaveLength(2);
});

test("the service's answer is shown in a sentence; an outage of the service is not blamed on the settings", async () => {
  const failureOf = async (status: number, body: unknown) => {
    answers = [[status, body]];
    return await tokens()().catch((error: unknown) => error);
  };

  expect(
    await failureOf(400, {
      error: "invalid_grant",
      error_description: "The token\r\nhas expired.",
    }),
  ).toMatchObject({
    stage: "auth",
    fault: "config",
    message: expect.stringMatching(/invalid_grant: The token has expired\.\); grant access again/),
  });
  expect(await failureOf(503, "busy")).toMatchObject({ stage: "auth", fault: "connection" });
  expect(await failureOf(200, "<html>")).toMatchObject({ stage: "auth", fault: "config" });
  expect(await failureOf(200, { access_token: "a\r\nb" })).toMatchObject({ fault: "config" });
});

test("a secret is sent only over https, except to this machine where that is allowed", async () => {
  const failureOf = async (tokenUrl: string, route: Partial<Route> = {}) =>
    await tokens({ tokenUrl }, route)().catch((error: unknown) => error);
  const here = `http://127.0.0.1:${service.port}/token`;

  expect(await failureOf("http://login.example/token")).toMatchObject({ fault: "config" });
  expect(await failureOf("ftp://login.example/token")).toMatchObject({ fault: "config" });
  expect(await failureOf(here, { publicOnly: true })).toMatchObject({ fault: "config" });
  expect(await failureOf(`https://127.0.0.1:${service.port}/`, { publicOnly: true })).toMatchObject(
    {
      fault: "connection",
      message: expect.stringContaining("a network that may not be used"),
    },
  );
  expect(forms).toHaveLength(0);
});

async function relay(good: string[]): Promise<SmtpSink> {
  const sink = await startSmtpSink({
    certificate,
    login: { username: "", password: "" },
    authMethods: ["XOAUTH2"],
    server: {
      onAuth: (auth, _session, done) =>
        auth.username === "me@mail.example" && good.includes(auth.accessToken ?? "")
          ? done(null, { user: auth.username })
          : done(refusal(535, "5.7.3 Authentication unsuccessful")),
    },
  });
  closers.push(sink.close);
  return sink;
}

function pool(sink: SmtpSink): RoutePool {
  const made = new RoutePool(
    loopbackRoute(sink.port, {
      security: "starttls",
      username: "me@mail.example",
      oauth: client(),
    }),
    { ca: certificate.cert },
  );
  closers.unshift(() => made.close());
  return made;
}

test("sign-in at a relay uses XOAUTH2, with one token for all connections", async () => {
  const sink = await relay(["token-1"]);
  const route = pool(sink);

  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => route.send(renderedMessage(), journal)),
  );

  expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
  expect(sink.messages[0]?.user).toBe("me@mail.example");
  expect(forms).toHaveLength(1);
});

test("a token that the relay rejects is replaced once, and the message is sent", async () => {
  answers = [
    [200, { access_token: "withdrawn" }],
    [200, { access_token: "token-2" }],
  ];
  const route = pool(await relay(["token-2"]));

  expect((await route.send(renderedMessage(), journal)).kind).toBe("accepted");
  expect(forms).toHaveLength(2);
});

test("after a second refusal no new token is requested", async () => {
  answers = [
    [200, { access_token: "bad-1" }],
    [200, { access_token: "bad-2" }],
  ];
  const route = pool(await relay([]));

  expect(await route.send(renderedMessage(), journal)).toMatchObject({
    kind: "refused",
    stage: "auth",
    reply: { code: 535 },
  });
  expect(forms).toHaveLength(2);
});

test("a check of the route shows the token service's answer", async () => {
  answers = [[401, { error: "invalid_client", error_description: "no such secret" }]];
  const sink = await relay([]);
  const { route } = pool(sink);

  const check = await checkRoute(route, { ca: certificate.cert });

  expect(check.ok).toBe(false);
  expect(check.steps.at(-1)).toMatchObject({
    stage: "auth",
    message: expect.stringContaining("invalid_client: no such secret"),
  });
});
