import { afterEach, expect, test } from "bun:test";
import { openSession } from "../../../../server/delivery/smtp/session.ts";
import {
  closeHostile,
  failureOf,
  hostile,
  impatient,
  journal,
  sendTo,
  servers,
  timeouts,
} from "../../../support/hostile-session.ts";
import type { HostilePeer } from "../../../support/hostile-smtp.ts";
import { loopbackRoute, renderedMessage } from "../../../support/smtp-messages.ts";

afterEach(closeHostile);

test("a server that answers one byte at a time is understood", async () => {
  const outcome = await sendTo(async (peer) => {
    await peer.trickle("220-hostile.test\r\n220 slow\r\n");
    await peer.line();
    await peer.trickle("250-hostile.test\r\n250 PIPELINING\r\n");
    await peer.until("DATA\r\n");
    await peer.trickle("250 ok\r\n250 ok\r\n354-go\r\n354 on\r\n");
    await peer.body();
    await peer.trickle("250 2.0.0 queued\r\n");
  });

  expect(outcome).toMatchObject({ kind: "accepted", reply: { enhanced: "2.0.0", text: "queued" } });
});

test("each stage has its own timeout", async () => {
  const silent = async (peer: HostilePeer) => await peer.closed();
  expect(await failureOf(silent, {}, impatient)).toMatchObject({
    stage: "greeting",
    fault: "timeout",
  });
  expect(
    await failureOf(
      async (peer) => {
        peer.say("220 hi");
        await peer.closed();
      },
      {},
      impatient,
    ),
  ).toMatchObject({ stage: "ehlo", fault: "timeout" });

  const stages = ["mail", "rcpt", "data"];
  for (const [answered, stage] of stages.entries()) {
    const outcome = await sendTo(
      async (peer) => {
        await peer.welcome("PIPELINING");
        await peer.until("DATA\r\n");
        peer.say(...["250 ok", "250 ok"].slice(0, answered));
        await peer.closed();
      },
      journal,
      impatient,
    );
    expect(outcome).toMatchObject({ kind: "broken", stage, fault: "timeout" });
  }
});

test("silence after the dot is ambiguous", async () => {
  const outcome = await sendTo(
    async (peer) => {
      await peer.welcome();
      await peer.acceptEnvelope();
      await peer.body();
      await peer.closed();
    },
    journal,
    impatient,
  );

  expect(outcome).toMatchObject({ kind: "ambiguous", error: expect.stringContaining("no reply") });
});

test("a connection closed or reset after the dot is ambiguous", async () => {
  for (const end of ["close", "reset"] as const) {
    const outcome = await sendTo(async (peer) => {
      await peer.welcome("PIPELINING");
      await peer.acceptEnvelope();
      await peer.body();
      peer[end]();
    });
    expect(outcome.kind).toBe("ambiguous");
  }
});

test("a nonsense reply after the dot is ambiguous, not a success", async () => {
  for (const reply of ["what?", "354 go on", "250-half\r\n550 other half"]) {
    const outcome = await sendTo(async (peer) => {
      await peer.welcome();
      await peer.acceptEnvelope();
      await peer.body();
      peer.say(reply);
      await peer.closed();
    });
    expect(outcome.kind).toBe("ambiguous");
  }
});

test("a refusal after the dot is a refusal, however many lines it has", async () => {
  const outcome = await sendTo(async (peer) => {
    await peer.welcome();
    await peer.acceptEnvelope();
    await peer.body();
    peer.say("550-5.7.26 Unauthenticated email from news.example", "550 5.7.26 is not accepted");
  });

  expect(outcome).toMatchObject({
    kind: "refused",
    stage: "dot",
    reply: {
      code: 550,
      enhanced: "5.7.26",
      text: "Unauthenticated email from news.example is not accepted",
    },
  });
});

test("a connection lost before the dot means certainly not sent", async () => {
  for (const end of ["close", "reset"] as const) {
    let called = 0;
    const outcome = await sendTo(
      async (peer) => {
        await peer.welcome();
        await peer.line();
        peer[end]();
      },
      {
        beforeDot: async () => {
          called += 1;
        },
      },
    );
    expect(outcome).toMatchObject({ kind: "broken", stage: "mail", fault: "connection" });
    expect(called).toBe(0);
  }
});

test("the dot is written only after the journal has it", async () => {
  let written = "";
  let durable = false;
  const outcome = await sendTo(
    async (peer) => {
      await peer.welcome("PIPELINING");
      await peer.acceptEnvelope();
      written = await peer.body();
      expect(durable).toBe(true);
      peer.say("250 ok");
    },
    {
      beforeDot: async () => {
        const peer = servers.at(-1)?.peers[0];
        await Bun.sleep(30);
        expect(peer?.unread).toEndWith("Hello.\r\n");
        durable = true;
      },
    },
  );

  expect(outcome.kind).toBe("accepted");
  expect(written).toEndWith("Hello.\r\n.\r\n");
});

test("a journal that cannot be written prevents the dot and abandons the message", async () => {
  const outcome = await sendTo(
    async (peer) => {
      await peer.welcome();
      await peer.acceptEnvelope();
      await peer.body();
    },
    { beforeDot: () => Promise.reject(new Error("no space left on device")) },
  );
  await Bun.sleep(20);

  expect(outcome).toEqual({ kind: "abandoned" });
  expect(servers[0]?.peers[0]?.isClosed).toBe(true);
  expect(servers[0]?.peers[0]?.unread).not.toContain("\r\n.\r\n");
});

test("an abort before the dot withdraws the message at any stage", async () => {
  for (const answers of [0, 1, 2, 3]) {
    const abort = new AbortController();
    let body = "";
    const outcome = await sendTo(
      async (peer) => {
        await peer.welcome();
        for (const reply of ["250 ok", "250 ok", "354 go"].slice(0, answers)) {
          await peer.line();
          peer.say(reply);
        }
        setTimeout(() => abort.abort(), 20);
        body = await peer.body();
      },
      {
        signal: abort.signal,
        beforeDot: () => new Promise((resolve) => setTimeout(resolve, 60)),
      },
    );
    await Bun.sleep(20);

    expect(outcome).toEqual({ kind: "abandoned" });
    expect(body).not.toContain("\r\n.\r\n");
  }
});

test("an abort at the moment the journal has finished still prevents the dot", async () => {
  const abort = new AbortController();
  let body = "";
  const outcome = await sendTo(
    async (peer) => {
      await peer.welcome();
      await peer.acceptEnvelope();
      body = await peer.body();
    },
    {
      signal: abort.signal,
      beforeDot: async () => {
        queueMicrotask(() => abort.abort());
      },
    },
  );
  await Bun.sleep(20);

  expect(outcome).toEqual({ kind: "abandoned" });
  expect(body).not.toContain("\r\n.\r\n");
});

test("an abort after the dot changes nothing: the reply is still awaited", async () => {
  const abort = new AbortController();
  const outcome = await sendTo(
    async (peer) => {
      await peer.welcome();
      await peer.acceptEnvelope();
      await peer.body();
      abort.abort();
      await Bun.sleep(30);
      peer.say("250 ok");
    },
    { signal: abort.signal, beforeDot: () => Promise.resolve() },
  );

  expect(outcome.kind).toBe("accepted");
});

test("a server that refuses while the body is being sent never gets the dot", async () => {
  let body = "";
  const outcome = await sendTo(
    async (peer) => {
      await peer.welcome();
      await peer.acceptEnvelope();
      await peer.until("Hello.");
      peer.say("552 5.3.4 too much mail");
      body = await peer.body();
    },
    { beforeDot: () => Bun.sleep(40) },
  );

  expect(outcome).toMatchObject({ kind: "refused", stage: "data", reply: { code: 552 } });
  expect(body).not.toContain("\r\n.\r\n");
});

test("421 closes the connection at every stage, and is reported as a refusal at that stage", async () => {
  const stages = ["mail", "rcpt", "data"] as const;
  for (const pipelining of [true, false]) {
    for (const [answered, stage] of stages.entries()) {
      const { port, peers } = await hostile(async (peer) => {
        await peer.welcome(...(pipelining ? ["PIPELINING"] : []));
        const replies = [...["250 ok", "250 ok"].slice(0, answered), "421 4.3.2 shutting down"];
        for (const reply of replies) {
          await peer.line();
          peer.say(reply);
        }
        await peer.closed();
      });
      const session = await openSession(loopbackRoute(port), { timeouts });

      const outcome = await session.send(renderedMessage(), journal);
      await Bun.sleep(10);

      expect(outcome).toMatchObject({ kind: "refused", stage, reply: { code: 421 } });
      expect(session.isUsable).toBe(false);
      expect(peers[0]?.isClosed).toBe(true);
    }
  }
});

test("421 before a session is ready is a refusal of that stage", async () => {
  expect(await failureOf(async (peer) => peer.say("421 4.7.0 too many connections"))).toMatchObject(
    { name: "SmtpRefusal", stage: "greeting", reply: { code: 421 } },
  );
  expect(
    await failureOf(async (peer) => {
      peer.say("220 hi");
      await peer.line();
      peer.say("421 4.7.0 not you");
    }),
  ).toMatchObject({ name: "SmtpRefusal", stage: "ehlo" });
});

test("a server that only supports HELO is used with HELO, one command at a time", async () => {
  const { port, peers } = await hostile(async (peer) => {
    peer.say("220 old.test");
    await peer.line();
    peer.say("502 unknown command");
    await peer.line();
    peer.say("250 old.test");
    for (const reply of ["250 ok", "250 ok", "354 go"]) {
      await peer.line();
      expect(peer.unread).toBe("");
      peer.say(reply);
    }
    await peer.body();
    peer.say("250 ok");
  });
  const session = await openSession(loopbackRoute(port), {
    timeouts,
    heloName: "mta.news.example",
  });

  expect((await session.send(renderedMessage(), journal)).kind).toBe("accepted");
  expect(peers[0]?.heard).toEqual([
    "EHLO mta.news.example",
    "HELO mta.news.example",
    "MAIL FROM:<bounce@news.example>",
    "RCPT TO:<ann@reader.example>",
    "DATA",
  ]);
});
