import { expect, test } from "bun:test";
import { AppError, because, invalidField, notFound } from "../../../../server/platform/errors.ts";
import { connect, serve } from "../../../../server/platform/workers/channel.ts";

const methods = {
  double: (n: number) => n * 2,
  later: async (text: string) => {
    await Bun.sleep(1);
    return `${text}!`;
  },
  refuse: (_: null) => {
    throw invalidField("text", because("operand_empty"));
  },
  miss: (_: null) => {
    throw notFound("list");
  },
};

function pair() {
  const { port1, port2 } = new MessageChannel();
  const lost: string[] = [];
  serve(port2, methods, (name) => lost.push(name));
  return { caller: connect<typeof methods>(port1), lost, close: () => port1.close() };
}

test("each call gets its own answer, in whatever order they finish", async () => {
  const { caller, close } = pair();

  const answers = await Promise.all([caller.call("later", "slow"), caller.call("double", 21)]);

  expect(answers).toEqual(["slow!", 42]);
  close();
});

test("a refusal crosses threads with its code, its fields and its reason", async () => {
  const { caller, close } = pair();

  const refusal: unknown = await caller.call("refuse", null).catch((error: unknown) => error);

  expect(refusal).toBeInstanceOf(AppError);
  expect((refusal as AppError).code).toBe("invalid_input");
  expect((refusal as AppError).fields[0]).toMatchObject({ code: "operand_empty" });
  const gone: unknown = await caller.call("miss", null).catch((error: unknown) => error);
  expect((gone as AppError).message).toBe("There is no such list.");
  expect((gone as AppError).reason).toEqual({ code: "no_such_list" });
  close();
});

test("an error that nobody awaits is reported where it happened", async () => {
  const { caller, lost, close } = pair();

  caller.tell("refuse", null);
  await caller.call("later", "after");

  expect(lost).toEqual(["refuse"]);
  close();
});

test("when the other thread has ended, waiting and later calls are refused", async () => {
  const { caller, close } = pair();

  const waiting = caller.call("later", "never");
  caller.fail(new Error("the worker ended"));

  await expect(waiting).rejects.toThrow("the worker ended");
  await expect(caller.call("double", 1)).rejects.toThrow("the worker ended");
  close();
});
