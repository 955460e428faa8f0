import { expect, test } from "bun:test";
import {
  ThreadOnDemand,
  type ThreadParts,
} from "../../../../server/platform/workers/thread-on-demand.ts";

type Echo = { start(request: null): void; say(request: string): string; stop(request: null): void };

/** Answers each call with its own request, except calls of `deafTo`. */
function worker(deafTo: string): Worker {
  const source = `
    self.onmessage = ({ data: { id, name, request } }) => {
      if (name !== ${JSON.stringify(deafTo)} && request !== ${JSON.stringify(deafTo)}) {
        self.postMessage({ t: "reply", id, ok: true, value: request });
      }
    };`;
  return new Worker(URL.createObjectURL(new Blob([source], { type: "application/javascript" })));
}

const parts = (open: () => Worker): ThreadParts<Echo> => ({
  name: "test",
  open,
  start: (caller) => caller.call("start", null),
  stop: (caller) => caller.call("stop", null),
  deathOf: () => new Error("try again"),
});

test("a thread that never starts is abandoned, and the next use starts another", async () => {
  let opened = 0;
  const thread = new ThreadOnDemand<Echo>({
    ...parts(() => {
      opened += 1;
      return worker(opened === 1 ? "start" : "");
    }),
    startMs: 200,
  });

  const waiting = [1, 2].map(() => thread.use((caller) => caller.call("say", "hello")));

  expect(await Promise.allSettled(waiting)).toMatchObject([
    { status: "rejected", reason: { message: "try again" } },
    { status: "rejected", reason: { message: "try again" } },
  ]);
  expect(await thread.use((caller) => caller.call("say", "hello"))).toBe("hello");
  expect(opened).toBe(2);
  await thread.stop();
});

test("a use that takes too long ends its thread, and the next use starts another", async () => {
  let opened = 0;
  const thread = new ThreadOnDemand<Echo>({
    ...parts(() => {
      opened += 1;
      return worker("hang");
    }),
    maxMs: 300,
  });

  const hung = thread.use((caller) => caller.call("say", "hang"));

  await expect(hung).rejects.toThrow("try again");
  expect(await thread.use((caller) => caller.call("say", "hello"))).toBe("hello");
  expect(opened).toBe(2);
  await thread.stop();
});

test("a thread that does not stop in time does not block the others from stopping", async () => {
  const thread = new ThreadOnDemand<Echo>({ ...parts(() => worker("hang")), maxMs: 300 });
  const hung = thread.use((caller) => caller.call("say", "hang"));

  await Promise.all([expect(hung).rejects.toThrow("try again"), thread.stop()]);
});
