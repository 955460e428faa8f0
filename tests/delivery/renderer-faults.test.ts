import { expect, test } from "bun:test";
import { buildAndTry } from "../../server/delivery/render/preview.ts";
import { rememberFaults } from "../../server/delivery/threads/renderer.ts";

const source = {
  subject: "Hi",
  preheader: "",
  fromName: "Acme",
  fromEmail: "news@acme.test",
  replyTo: "",
  bodyKind: "html" as const,
  bodySource: "<p>{% nothing %}</p>",
  textSource: null,
  trackOpens: false,
  trackClicks: false,
  workspace: { id: "a", number: 1, name: "Acme", postalAddress: "" },
  publicUrl: "https://mail.example.net",
  domain: "acme.test",
  name: "May",
  bounceDomain: "",
};

test("faults of a text are computed once, however many ask at the same time", async () => {
  const built: string[] = [];
  const faults = rememberFaults(async (lane, asked) => {
    built.push(`${lane} ${asked.bodySource}`);
    return await buildAndTry(asked, undefined, 0);
  });

  const [first, second] = await Promise.all([faults(source), faults(source)]);
  const third = await faults({ ...source, name: "June" });
  const other = await faults({ ...source, bodySource: "<p>Hi</p>" });

  expect(first).toEqual([
    {
      severity: "error",
      where: "html",
      message: 'There is no tag "nothing".',
      line: 1,
      column: 4,
    },
  ]);
  expect(second).toEqual(first);
  expect(third).toEqual(first);
  expect(other).toEqual([]);
  expect(built).toEqual(["editing <p>{% nothing %}</p>", "editing <p>Hi</p>"]);
});

test("a failed check is repeated when asked again", async () => {
  let isFull = true;
  const faults = rememberFaults(async (_lane, asked) => {
    if (isFull) {
      throw new Error("too much waits");
    }
    return await buildAndTry(asked, undefined, 0);
  });

  await expect(faults(source)).rejects.toThrow("too much waits");
  isFull = false;

  expect(await faults(source)).toHaveLength(1);
});
