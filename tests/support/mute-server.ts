import { type AddressInfo, createServer, type Socket } from "node:net";

export type MuteServer = {
  port: number;
  /** Connections open now, and the maximum so far. */
  open: () => number;
  mostOpen: () => number;
  close: () => Promise<void>;
};

/** A server that accepts every connection and never sends anything. */
export async function startMuteServer(): Promise<MuteServer> {
  const sockets = new Set<Socket>();
  let most = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    most = Math.max(most, sockets.size);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    mostOpen: () => most,
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
