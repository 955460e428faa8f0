import { afterEach, beforeEach, expect, test } from "bun:test";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { AppError } from "../../../server/platform/errors.ts";
import { createMailer, type MailRoute } from "../../../server/platform/mail.ts";
import { makeCertificate } from "../../support/certificates.ts";
import { freePort } from "../../support/free-port.ts";
import { refusal, type SmtpSink, startSmtpSink } from "../../support/smtp-sink.ts";

const sinks: SmtpSink[] = [];
let route: MailRoute | undefined;

beforeEach(() => {
  route = undefined;
});
afterEach(async () => {
  for (const sink of sinks.splice(0)) {
    await sink.close();
  }
});

const mailer = createMailer(() => route);
const message = { to: "ada@example.com", subject: "Grüße", text: "Hello\n.\nEnd" };

async function sinkWith(options: Parameters<typeof startSmtpSink>[0], change = {}) {
  const sink = await startSmtpSink(options);
  sinks.push(sink);
  route = {
    host: "127.0.0.1",
    port: sink.port,
    security: "none",
    verifyCertificate: true,
    username: "",
    password: "",
    mayConnect: () => true,
    fromName: "Système",
    fromEmail: "system@example.net",
    ...change,
  };
  return sink;
}

async function faultOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => new Error("it was sent"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) {
    throw error;
  }
  return error;
}

test("without a route nothing is sent, and the error says so", async () => {
  expect(mailer.isConfigured()).toBe(false);
  expect((await faultOf(mailer.send(message))).code).toBe("unavailable");
});

test("a message arrives complete, with the server's reply as its receipt", async () => {
  const sink = await sinkWith({});

  const receipt = await mailer.send({ ...message, messageId: "one@example.net" });

  expect(receipt.messageId).toBe("one@example.net");
  expect(receipt.reply).toStartWith("250");
  expect(sink.messages[0]).toMatchObject({ from: "system@example.net", to: ["ada@example.com"] });
  expect(sink.messages[0]?.raw).toContain("Message-ID: <one@example.net>");
  expect(sink.messages[0]?.raw).toContain("Auto-Submitted: auto-generated");
  expect(sink.messages[0]?.raw).toContain("Hello\r\n.\r\nEnd");
});

test("an unreachable server, a refusal and a wrong password are reported in the server's words", async () => {
  await sinkWith({}, { port: await freePort() });
  expect((await faultOf(mailer.send(message))).message).toContain("ECONNREFUSED");

  await sinkWith({ refuseRecipient: () => refusal(550, "No such user here") });
  expect((await faultOf(mailer.send(message))).message).toContain("No such user here");

  const login = { username: "shop", password: "right" };
  await sinkWith({ login }, { username: "shop", password: "wrong-s3cret" });
  const refused = await faultOf(mailer.send(message));
  expect(refused.code).toBe("unreachable");
  expect(refused.message).toContain("535");
  expect(refused.message).not.toContain("wrong-s3cret");
});

test("required STARTTLS with no offer or an untrusted certificate sends nothing", async () => {
  const certificate = makeCertificate();
  const untrusted = await sinkWith({ certificate }, { security: "starttls" });
  expect((await faultOf(mailer.send(message))).message).toContain("certificate");

  const plain = await sinkWith({}, { security: "starttls" });
  expect((await faultOf(mailer.send(message))).code).toBe("unreachable");
  expect([...untrusted.messages, ...plain.messages]).toEqual([]);
});

test("a line break in an address or subject starts no header", async () => {
  const sink = await sinkWith({});
  const subject = "Hi\r\nBcc: victim@example.com";

  await mailer.send({ ...message, subject });

  expect(sink.messages[0]?.to).toEqual(["ada@example.com"]);
  expect(sink.messages[0]?.raw).not.toMatch(/^Bcc:/m);
});

/** A server that accepts connections and handles them with `talk`. */
async function silentServer(talk: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  route = {
    host: "127.0.0.1",
    port,
    security: "none",
    verifyCertificate: true,
    username: "",
    password: "",
    mayConnect: () => true,
    fromName: "",
    fromEmail: "system@example.net",
  };
  return {
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const hasty = createMailer(() => route, { connectMs: 200, idleMs: 200, wholeMs: 700 });

test("a server that never greets is abandoned after the connection timeout", async () => {
  await using _server = await silentServer(() => undefined);
  const before = performance.now();

  const fault = await faultOf(hasty.send(message));

  expect(fault.code).toBe("unreachable");
  expect(fault.message).toContain("did not accept the message");
  expect(performance.now() - before).toBeWithin(150, 3_000);
});

test("a server that keeps sending a little is abandoned at the overall limit, and its connection closed", async () => {
  await using server = await silentServer((socket) => {
    socket.write("220 ready\r\n");
    const drip = setInterval(() => socket.write("250-and on\r\n"), 50);
    socket.on("close", () => clearInterval(drip));
  });
  const before = performance.now();

  const fault = await faultOf(hasty.send(message));

  expect(fault.message).toContain("it took longer than 0.7 seconds");
  expect(performance.now() - before).toBeWithin(600, 5_000);
  const [socket] = server.sockets;
  await Bun.sleep(100);
  expect(socket?.destroyed).toBe(true);
});
