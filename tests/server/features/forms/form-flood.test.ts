import { afterAll, beforeAll, expect, test } from "bun:test";
import { FormFixture } from "./form-fixture.ts";

let fixture: FormFixture;
beforeAll(() => {
  fixture = new FormFixture();
});
afterAll(() => fixture.close());

test("rejected posts use up nothing of what the form accepts from others", async () => {
  const { send, freshChallenge } = await fixture.openForm();
  for (let n = 0; n < 72; n += 1) {
    const hurried = { email: `bot${n}@example.org`, ...freshChallenge() };
    expect(send(`198.51.100.${n % 12}`, hurried)).toBe("again");
    expect(send(`203.0.113.${n % 24}`, { email: "no address" })).toBe("again");
  }
  // A form accepts sixty at once from visitors without the proof of work.
  for (let n = 0; n < 60; n += 1) {
    expect(send(`192.0.2.${n}`, { email: `person${n}@example.org` })).toBe("taken");
  }
});

test("a network that sends only rejected posts, or fills the honeypot, is slowed down itself", async () => {
  const { send, freshChallenge } = await fixture.openForm();
  const hurried = () => send("198.51.100.77", { email: "bot@example.org", ...freshChallenge() });
  const answers = Array.from({ length: 12 }, hurried);
  expect(answers).toEqual([...Array(10).fill("again"), "slow", "slow"]);

  const trapped = () =>
    send("198.51.100.78", { email: "bot@example.org", website_url: "https://spam.example" });
  expect(Array.from({ length: 12 }, trapped).slice(10)).toEqual(["slow", "slow"]);
});

test("new networks get through while others have used up the form's allowance", async () => {
  const { send } = await fixture.openForm();
  const flood = Array.from({ length: 90 }, (_, n) =>
    send(`198.51.101.${n % 12}`, { email: `flood${n}@example.org` }),
  );
  expect(flood.filter((kind) => kind === "taken")).toHaveLength(60);
  expect(send("198.51.101.3", { email: "more@example.org" })).toBe("slow");
  expect(send("192.0.2.200", { email: "person@example.org" })).toBe("taken");
});
