import { afterEach, expect, test } from "bun:test";
import { openSession } from "../../../../server/delivery/smtp/session.ts";
import {
  closeHostile,
  failureOf,
  hostile,
  impatient,
  journal,
  sendTo,
  timeouts,
} from "../../../support/hostile-session.ts";
import { startHostileSmtp } from "../../../support/hostile-smtp.ts";
import { loopbackRoute, renderedMessage } from "../../../support/smtp-messages.ts";

afterEach(closeHostile);

test("bytes injected behind the STARTTLS reply end the connection before any secret is sent", async () => {
  const { port, peers } = await hostile(async (peer) => {
    await peer.welcome("STARTTLS", "AUTH PLAIN");
    await peer.line();
    peer.say("220 go ahead", "250-injected", "250 AUTH PLAIN");
    await peer.closed();
  });
  const route = loopbackRoute(port, { security: "starttls", username: "ann", password: "secret" });

  const failure = await openSession(route, { timeouts }).catch((error: unknown) => error);

  expect(failure).toMatchObject({ stage: "starttls", fault: "protocol" });
  expect(peers[0]?.heard).toHaveLength(2);
  expect(peers[0]?.unread).toBe("");
});

test("a server that answers the TLS handshake with text is a TLS fault", async () => {
  const failure = await failureOf(
    async (peer) => {
      await peer.welcome("STARTTLS");
      await peer.line();
      peer.say("220 go ahead");
      await Bun.sleep(20);
      peer.say("250 what handshake?");
      await peer.closed();
    },
    { security: "starttls" },
  );

  expect(failure).toMatchObject({ stage: "starttls", fault: "tls" });
});

test("without STARTTLS neither mail nor password is sent", async () => {
  const { port, peers } = await hostile(async (peer) => {
    await peer.welcome("AUTH PLAIN LOGIN");
    await peer.closed();
  });
  const route = loopbackRoute(port, { security: "starttls", username: "ann", password: "secret" });

  const failure = await openSession(route, { timeouts }).catch((error: unknown) => error);

  expect(failure).toMatchObject({ stage: "starttls", fault: "config" });
  expect(peers[0]?.heard).toHaveLength(1);
});

test("garbage, an endless line and wrong codes break only the session", async () => {
  expect(await failureOf(async (peer) => peer.say("SSH-2.0-OpenSSH_9.2"))).toMatchObject({
    stage: "greeting",
    fault: "protocol",
  });
  expect(
    await failureOf(async (peer) => {
      peer.raw(`220 ${"x".repeat(100_000)}`);
      await peer.closed();
    }),
  ).toMatchObject({ stage: "greeting", fault: "protocol" });
  expect(await failureOf(async (peer) => peer.say("354 mail?"))).toMatchObject({
    stage: "greeting",
    fault: "protocol",
  });
  const confused = await sendTo(async (peer) => {
    await peer.welcome();
    await peer.line();
    peer.say("354 already?");
    await peer.closed();
  });
  expect(confused).toMatchObject({ kind: "broken", stage: "mail", fault: "protocol" });
});

test("a flood of unrequested replies ends the connection", async () => {
  const { port, peers } = await hostile(async (peer) => {
    await peer.welcome();
    for (let n = 0; n < 100; n += 1) {
      peer.say("250 more");
    }
    await peer.closed();
  });
  const session = await openSession(loopbackRoute(port), { timeouts });
  await Bun.sleep(30);

  expect(session.isUsable).toBe(false);
  expect(await session.send(renderedMessage(), journal)).toMatchObject({ kind: "broken" });
  expect(peers[0]?.isClosed).toBe(true);
});

test("DATA accepted after a refused recipient never gets a dot", async () => {
  let after = "";
  const outcome = await sendTo(async (peer) => {
    await peer.welcome("PIPELINING");
    await peer.until("DATA\r\n");
    peer.say("250 ok", "550 5.1.1 no such user", "354 go ahead");
    after = await peer.body();
  });
  await Bun.sleep(20);

  expect(outcome).toMatchObject({ kind: "refused", stage: "rcpt", reply: { code: 550 } });
  expect(after).toBe("");
});

test("a peer that stops reading a large body is abandoned, one that reads slowly is not", async () => {
  const bytes = Buffer.from(`Subject: x\r\n\r\n${`${"x".repeat(76)}\r\n`.repeat(150_000)}`);
  const { port } = await hostile(async (peer, nth) => {
    await peer.welcome();
    await peer.acceptEnvelope();
    for (let pause = 0; pause < 8 && nth === 1; pause += 1) {
      peer.stopReading();
      await Bun.sleep(60);
      peer.startReading();
      await Bun.sleep(5);
    }
    if (nth === 0) {
      peer.stopReading();
      await peer.closed();
      return;
    }
    await peer.body();
    peer.say("250 ok");
  });
  const send = async () => {
    const session = await openSession(loopbackRoute(port), {
      timeouts: { ...timeouts, transferMs: 400 },
    });
    return await session.send({ ...renderedMessage(), bytes }, journal);
  };

  expect(await send()).toMatchObject({ kind: "broken", stage: "data", fault: "timeout" });
  expect((await send()).kind).toBe("accepted");
});

test("a TLS handshake that never ends times out", async () => {
  const { port } = await hostile(async (peer) => await peer.closed());
  const failure = await openSession(loopbackRoute(port, { security: "tls" }), {
    timeouts: impatient,
  }).catch((error: unknown) => error);

  expect(failure).toMatchObject({ stage: "starttls", fault: "timeout" });
});

test("a port without a listener is reported as a refused connection", async () => {
  const { port, close } = await startHostileSmtp(() => Promise.resolve());
  await close();

  const failure = await openSession(loopbackRoute(port), { timeouts }).catch((e: unknown) => e);

  expect(failure).toMatchObject({ stage: "connect", fault: "connection" });
  expect((failure as Error).message).toContain("connection refused");
});
