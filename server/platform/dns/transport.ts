import { createSocket } from "node:dgram";
import { connect, isIP } from "node:net";

/** Number of unrelated packets after which forgery is assumed and TCP is used. */
const MAX_STRANGERS = 16;

/** Someone sends forged answers in the server's name; TCP is not vulnerable to this. */
export class TooManyForgedPackets extends Error {
  override readonly name = "TooManyStrangers";
}

/** A name server. */
export type DnsServer = { address: string; port: number };

/** Parses a packet; undefined when it does not answer the query. */
export type ReadPacket<T> = (bytes: Uint8Array) => T | undefined;

/**
 * Parses `127.0.0.1`, `127.0.0.1:5353`, `::1` or `[::1]:5353`.
 *
 * @throws Error when it is not an IP address.
 */
export function parseServer(text: string): DnsServer {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = /^([\d.]+):(\d+)$/.exec(text);
  const [address = text, port = "53"] = (bracketed ?? plain ?? []).slice(1);
  // A zone (`fe80::1%eth0`) is part of the address.
  if (isIP(address.replace(/%.*$/, "")) === 0 || Number(port) > 65_535) {
    throw new Error(`"${text}" is not the address of a name server, such as 192.0.2.1 or [::1]:53`);
  }
  return { address, port: Number(port) };
}

/**
 * Sends a query over UDP and waits for the answer. Each query uses its own socket, and thus a random port, and accepts
 * packets only from the queried server (RFC 5452 §9).
 *
 * @throws Error when there is no answer within `timeoutMs`; TooManyStrangers.
 */
export function askUdp<T>(
  { address, port }: DnsServer,
  query: Uint8Array,
  timeoutMs: number,
  read: ReadPacket<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIP(address) === 4 ? "udp4" : "udp6");
    let strangers = 0;
    let isOver = false;
    const end = (settle: () => void) => {
      if (!isOver) {
        isOver = true;
        clearTimeout(timer);
        socket.close();
        settle();
      }
    };
    const fail = (error: Error) => end(() => reject(error));
    const timer = setTimeout(() => fail(new Error("no answer")), timeoutMs);
    socket.on("error", fail);
    socket.on("message", (bytes) => {
      const answer = isOver ? undefined : read(bytes);
      if (answer !== undefined) {
        end(() => resolve(answer));
      } else if (++strangers > MAX_STRANGERS) {
        fail(new TooManyForgedPackets("too many unexpected answers"));
      }
    });
    socket.connect(port, address, () => {
      if (!isOver) {
        socket.send(query);
      }
    });
  });
}

/**
 * Sends a query over TCP, one per connection (RFC 7766).
 *
 * @throws Error when there is no answer within `timeoutMs`, or the response is not an answer to the query.
 */
export function askTcp<T>(
  { address, port }: DnsServer,
  query: Uint8Array,
  timeoutMs: number,
  read: ReadPacket<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    let received = Buffer.alloc(0);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const fail = (message: string) => end(() => reject(new Error(message)));
    const timer = setTimeout(() => fail("no answer"), timeoutMs);
    socket.on("error", (error) => fail(error.message));
    socket.on("close", () => fail("the connection was closed"));
    socket.on("connect", () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(query.length);
      socket.write(Buffer.concat([length, query]));
    });
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const length = received.length < 2 ? undefined : received.readUInt16BE(0);
      if (length !== undefined && received.length >= 2 + length) {
        const answer = read(received.subarray(2, 2 + length));
        end(() => (answer === undefined ? reject(new Error("not an answer")) : resolve(answer)));
      }
    });
  });
}
