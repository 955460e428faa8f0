// `bun run dev` runs the server, restarted on every change, and Vite with hot reload in front of it. Open Vite's URL;
// Vite passes the API and the public links to the server (see web/vite.config.ts).
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const env = { ...process.env, DATA_DIR: process.env["DATA_DIR"] ?? join(root, "data") };
const options = { cwd: root, env, stdin: "ignore", stdout: "inherit", stderr: "inherit" } as const;

const stub = Bun.spawn([process.execPath, "scripts/gen-stub.ts"], options);
await stub.exited;

const children = [
  Bun.spawn([process.execPath, "--watch", "--no-clear-screen", "server/main.ts", "serve"], options),
  Bun.spawn([process.execPath, "--bun", "node_modules/vite/bin/vite.js", "web"], options),
];
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    for (const child of children) {
      child.kill(signal);
    }
  });
}
// When one of the two ends, the other one is useless.
await Promise.race(children.map((child) => child.exited));
for (const child of children) {
  child.kill();
}
await Promise.all(children.map((child) => child.exited));
