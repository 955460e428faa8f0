import { connect, type Socket } from "node:net";

/** A manual SMTP client: sends exactly the given bytes. */
export type SmtpDialogue = {
  /** Sends text or bytes as they are; the caller writes the CRLF. */
  write(bytes: string | Uint8Array): void;
  /** Waits for one complete reply (all its lines) and returns it, lines joined by LF. */
  reply(): Promise<string>;
  /** `write` with CRLF added, then `reply`. */
  say(line: string): Promise<string>;
  end(): void;
};

/** Connects to a port on loopback and reads the greeting. */
export async function openDialogue(port: number): Promise<SmtpDialogue> {
  const socket: Socket = connect(port, "127.0.0.1");
  let buffer = "";
  let wake: (() => void) | undefined;
  let closed = false;
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    buffer += text;
    wake?.();
  });
  const onEnd = () => {
    closed = true;
    wake?.();
  };
  socket.on("close", onEnd);
  socket.on("error", onEnd);

  const reply = async (): Promise<string> => {
    for (;;) {
      const complete = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(buffer);
      if (complete !== null) {
        buffer = buffer.slice(complete[0].length);
        return complete[0].replaceAll("\r", "").trimEnd();
      }
      if (closed) {
        throw new Error(`connection closed; unread: ${buffer}`);
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const dialogue: SmtpDialogue = {
    write: (bytes) => void socket.write(bytes),
    reply,
    say(line) {
      socket.write(`${line}\r\n`);
      return reply();
    },
    end: () => socket.destroy(),
  };
  await reply();
  return dialogue;
}

/** The argument of AUTH PLAIN. */
export function plainCredentials(user: string, password: string): string {
  return Buffer.from(`\0${user}\0${password}`).toString("base64");
}
