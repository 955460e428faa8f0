import type { Socket } from "bun";

/** What the sink does when a message's dot has arrived. `drop` accepts the message and disconnects without a reply. */
export type SinkAnswer = { reply: string } | { drop: true };

export type TcpSinkOptions = {
  /** Answers RCPT; default 250. */
  onRecipient?: (address: string) => string;
  /** Answers the dot; default 250. The message has arrived unless the reply refuses it. */
  onMessage?: (address: string, messageId: string) => SinkAnswer;
  /** Awaited before the reply to DATA; keeps messages waiting whose recipients are already accepted. */
  beforeData?: (address: string) => Promise<void>;
  /** Replies to MAIL on a connection that has delivered this many messages; default 250. A 421 closes it. */
  onSender?: (brought: number, from: string) => string;
  /** The greeting of the nth connection; default 220. A refusal closes it. */
  onConnection?: (nth: number) => string;
  /** Connections that are greeted at once; others get no greeting until one ends. */
  maxSessions?: number;
  /** Milliseconds before the reply to the dot. */
  delayMs?: number;
  /** Address and port to listen on; 127.0.0.1 and a free one unless said otherwise. */
  host?: string;
  port?: number;
};

export type Arrived = { address: string; messageId: string };

/**
 * A small, fast SMTP server that records which recipient got which message; for tests that count messages or kill the
 * sender.
 */
export type TcpSink = {
  port: number;
  arrived: Arrived[];
  /** Connections that are open now, and the maximum so far. */
  open: () => number;
  mostOpen: () => number;
  /** Connections ever made. */
  made: () => number;
  close(): void;
};

type Session = {
  text: string;
  address: string;
  inData: boolean;
  isGreeted: boolean;
  brought: number;
};

const END = "\r\n.\r\n";

export function startTcpSink(options: TcpSinkOptions = {}): TcpSink {
  const arrived: Arrived[] = [];
  let open = 0;
  let most = 0;
  let made = 0;
  let greeted = 0;
  const queue: Socket<Session>[] = [];
  const greetNext = () => {
    while (greeted < (options.maxSessions ?? Number.POSITIVE_INFINITY) && queue.length > 0) {
      const socket = queue.shift() as Socket<Session>;
      const greeting = options.onConnection?.(made) ?? "220 sink ESMTP";
      socket.data.isGreeted = true;
      greeted += 1;
      socket.write(`${greeting}\r\n`);
      if (!greeting.startsWith("2")) {
        socket.end();
      }
    }
  };
  const server = Bun.listen<Session>({
    hostname: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    socket: {
      open(socket) {
        open += 1;
        most = Math.max(most, open);
        made += 1;
        socket.data = { text: "", address: "", inData: false, isGreeted: false, brought: 0 };
        queue.push(socket);
        greetNext();
      },
      data(socket, bytes) {
        socket.data.text += bytes.toString("latin1");
        while (takeLine(socket, options, arrived)) {
          // Each turn takes one command or one message.
        }
      },
      close(socket) {
        open -= 1;
        if (socket.data.isGreeted) {
          greeted -= 1;
        } else {
          queue.splice(queue.indexOf(socket), 1);
        }
        greetNext();
      },
      error() {
        // Tests kill clients in the middle of a connection, so errors are expected.
      },
    },
  });
  return {
    port: server.port,
    arrived,
    open: () => open,
    mostOpen: () => most,
    made: () => made,
    close: () => server.stop(true),
  };
}

function takeLine(socket: Socket<Session>, options: TcpSinkOptions, arrived: Arrived[]): boolean {
  const session = socket.data;
  const end = session.inData ? session.text.indexOf(END) : session.text.indexOf("\r\n");
  if (end === -1) {
    return false;
  }
  const taken = session.text.slice(0, end);
  session.text = session.text.slice(end + (session.inData ? END.length : 2));
  if (session.inData) {
    session.inData = false;
    takeMessage(socket, taken, options, arrived);
  } else {
    answer(socket, taken, options);
  }
  return true;
}

function answer(socket: Socket<Session>, line: string, options: TcpSinkOptions): void {
  const session = socket.data;
  const verb = line.slice(0, 4).toUpperCase();
  if (verb === "EHLO") {
    socket.write("250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n");
  } else if (verb === "RCPT") {
    const address = /<(.*)>/.exec(line)?.[1] ?? "";
    const reply = options.onRecipient?.(address) ?? "250 2.1.5 ok";
    session.address = reply.startsWith("2") ? address : "";
    socket.write(`${reply}\r\n`);
  } else if (verb === "DATA") {
    void answerData(socket, options);
  } else if (verb === "QUIT") {
    socket.end("221 2.0.0 bye\r\n");
  } else if (verb === "MAIL") {
    answerSender(socket, line, options);
  } else {
    session.address = verb === "RSET" ? "" : session.address;
    socket.write("250 2.0.0 ok\r\n");
  }
}

function answerSender(socket: Socket<Session>, line: string, options: TcpSinkOptions): void {
  const from = /<(.*)>/.exec(line)?.[1] ?? "";
  const reply = options.onSender?.(socket.data.brought, from) ?? "250 2.1.0 ok";
  socket.data.address = "";
  socket.write(`${reply}\r\n`);
  if (reply.startsWith("421")) {
    socket.end();
  }
}

async function answerData(socket: Socket<Session>, options: TcpSinkOptions): Promise<void> {
  const session = socket.data;
  session.inData = session.address !== "";
  if (session.inData && options.beforeData !== undefined) {
    await options.beforeData(session.address);
  }
  socket.write(session.inData ? "354 go on\r\n" : "503 5.5.1 no recipient\r\n");
}

function takeMessage(
  socket: Socket<Session>,
  message: string,
  options: TcpSinkOptions,
  arrived: Arrived[],
): void {
  const { address } = socket.data;
  socket.data.brought += 1;
  const messageId = /^Message-ID: <(.*)>/im.exec(message)?.[1] ?? "";
  const said = options.onMessage?.(address, messageId) ?? { reply: "250 2.0.0 ok" };
  if ("drop" in said || said.reply.startsWith("2")) {
    arrived.push({ address, messageId });
  }
  if ("drop" in said) {
    socket.terminate();
  } else if (options.delayMs === undefined) {
    socket.write(`${said.reply}\r\n`);
  } else {
    setTimeout(() => socket.write(`${said.reply}\r\n`), options.delayMs);
  }
}
