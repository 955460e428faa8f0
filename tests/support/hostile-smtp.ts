import { type AddressInfo, createServer, type Socket } from "node:net";

/** The server's side of one connection: sends and receives exactly what the script wants. */
export class HostilePeer {
  readonly heard: string[] = [];
  #socket: Socket;
  #text = "";
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#text += chunk.toString("latin1");
      this.#wake();
    });
    const onClose = () => {
      this.#isClosed = true;
      this.#wake();
    };
    socket.on("close", onClose).on("end", onClose).on("error", onClose);
  }

  /** The client's address. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Everything received that no `line()` or `body()` has consumed. */
  get unread(): string {
    return this.#text;
  }

  /** Sends bytes as they are. */
  raw(bytes: string | Uint8Array): void {
    if (!this.#isClosed) {
      this.#socket.write(bytes);
    }
  }

  /** Sends reply lines. */
  say(...lines: string[]): void {
    this.raw(lines.map((line) => `${line}\r\n`).join(""));
  }

  /** Sends one byte per segment. */
  async trickle(text: string, pauseMs = 1): Promise<void> {
    for (const byte of Buffer.from(text)) {
      this.raw(Uint8Array.of(byte));
      await Bun.sleep(pauseMs);
    }
  }

  /** Takes the next command line; empty once the client is gone. */
  async line(): Promise<string> {
    const line = (await this.until("\r\n")).replace(/\r\n$/, "");
    this.heard.push(line);
    return line;
  }

  /** Takes everything up to and with the terminating dot; what there is when the client is gone. */
  async body(): Promise<string> {
    return await this.until("\r\n.\r\n");
  }

  async until(end: string): Promise<string> {
    while (!this.#text.includes(end)) {
      if (this.#isClosed) {
        const rest = this.#text;
        this.#text = "";
        return rest;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const at = this.#text.indexOf(end) + end.length;
    const taken = this.#text.slice(0, at);
    this.#text = this.#text.slice(at);
    return taken;
  }

  /** Greets, offers `extensions` and accepts the client up to MAIL. */
  async welcome(...extensions: string[]): Promise<void> {
    this.say("220 hostile.test ESMTP");
    await this.line();
    const offers = ["hostile.test", ...extensions];
    this.say(...offers.map((offer, at) => `250${at === offers.length - 1 ? " " : "-"}${offer}`));
  }

  /** Receives MAIL, RCPT and DATA and accepts each. */
  async acceptEnvelope(): Promise<void> {
    for (const reply of ["250 2.1.0 ok", "250 2.1.5 ok", "354 go on"]) {
      await this.line();
      this.say(reply);
    }
  }

  /** Closes the connection in the ordinary way. */
  close(): void {
    this.#socket.end();
  }

  /** Resets the connection. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Stops reading, so that the client's writes pile up. */
  stopReading(): void {
    this.#socket.pause();
  }

  startReading(): void {
    this.#socket.resume();
  }

  async closed(): Promise<void> {
    while (!this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

export type HostileSmtp = {
  port: number;
  /** One per connection, in order. */
  peers: HostilePeer[];
  close: () => Promise<void>;
};

/**
 * A TCP server on a free loopback port that follows a script, one call per connection (`nth` from 0).
 * A script that throws fails the test run as an unhandled rejection.
 */
export async function startHostileSmtp(
  script: (peer: HostilePeer, nth: number) => Promise<void>,
  { host = "127.0.0.1", port = 0 } = {},
): Promise<HostileSmtp> {
  const peers: HostilePeer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const peer = new HostilePeer(socket);
    peers.push(peer);
    void script(peer, peers.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    peers,
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
