import type { Socket } from "bun";

/** One message as its octets on the wire: dots stuffed, without the terminating dot. */
export type WireMessage = { mail: string; rcpt: string; octets: Buffer };

/** One client's commands on one connection, in order, without bodies. */
export type WireSession = { commands: string[]; messages: WireMessage[] };

export type WireRecorder = {
  port: number;
  sessions: WireSession[];
  messages(): WireMessage[];
  close(): void;
};

type State = { session: WireSession; bytes: Buffer; inData: boolean; mail: string; rcpt: string };

const DOT = Buffer.from("\r\n.\r\n");

/**
 * An SMTP server that accepts everything and keeps the exact octets of its clients, so that a test can inspect what
 * parsers hide: line ends, dots, the order of commands.
 *
 * @param extensions What EHLO offers.
 */
export function startWireRecorder(
  extensions: readonly string[] = ["PIPELINING", "8BITMIME", "SIZE 52428800"],
): WireRecorder {
  const sessions: WireSession[] = [];
  const server = Bun.listen<State>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        const session: WireSession = { commands: [], messages: [] };
        sessions.push(session);
        socket.data = { session, bytes: Buffer.alloc(0), inData: false, mail: "", rcpt: "" };
        socket.write("220 recorder ESMTP\r\n");
      },
      data(socket, bytes) {
        socket.data.bytes = Buffer.concat([socket.data.bytes, bytes]);
        while (takeNext(socket, extensions)) {
          // Each turn takes one command or one message.
        }
      },
      error() {
        // Clients may hang up at any time.
      },
    },
  });
  return {
    port: server.port,
    sessions,
    messages: () => sessions.flatMap((session) => session.messages),
    close: () => server.stop(true),
  };
}

function takeNext(socket: Socket<State>, extensions: readonly string[]): boolean {
  const state = socket.data;
  const end = state.bytes.indexOf(state.inData ? DOT : "\r\n");
  if (end === -1) {
    return false;
  }
  const taken = state.bytes.subarray(0, end);
  state.bytes = state.bytes.subarray(end + (state.inData ? DOT.length : 2));
  if (state.inData) {
    state.inData = false;
    const octets = Buffer.concat([taken, Buffer.from("\r\n")]);
    state.session.messages.push({ mail: state.mail, rcpt: state.rcpt, octets });
    socket.write("250 2.0.0 taken\r\n");
    return true;
  }
  answer(socket, taken.toString("latin1"), extensions);
  return true;
}

function answer(socket: Socket<State>, command: string, extensions: readonly string[]): void {
  const state = socket.data;
  state.session.commands.push(command);
  const verb = command.slice(0, 4).toUpperCase();
  if (verb === "EHLO") {
    const lines = ["recorder", ...extensions];
    const last = lines.length - 1;
    socket.write(lines.map((line, i) => `250${i === last ? " " : "-"}${line}\r\n`).join(""));
  } else if (verb === "DATA") {
    state.inData = true;
    socket.write("354 go on\r\n");
  } else if (verb === "QUIT") {
    socket.write("221 bye\r\n");
    socket.end();
  } else {
    state.mail = verb === "MAIL" ? (/<(.*?)>/.exec(command)?.[1] ?? "") : state.mail;
    state.rcpt = verb === "RCPT" ? (/<(.*?)>/.exec(command)?.[1] ?? "") : state.rcpt;
    socket.write("250 ok\r\n");
  }
}
