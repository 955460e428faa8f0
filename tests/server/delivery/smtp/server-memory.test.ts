import { expect, test } from "bun:test";
import { ServerMemory } from "../../../../server/delivery/smtp/server-memory.ts";

const DAY = 24 * 3_600_000;

test("a host that fails with pipelining is used without it for three days", () => {
  const memory = new ServerMemory();

  memory.pipeliningFailed("mx.example", 0);

  expect(memory.mayPipeline("mx.example", 3 * DAY - 1)).toBe(false);
  expect(memory.mayPipeline("mx.example", 3 * DAY)).toBe(true);
  expect(memory.mayPipeline("other.example", 1)).toBe(true);
});

test("one connection lost during a command group is chance, two in a row are a pattern", () => {
  const memory = new ServerMemory();

  memory.flightBroke("mx.example", 0);
  memory.flightHeld("mx.example");
  memory.flightBroke("mx.example", 0);
  expect(memory.mayPipeline("mx.example", 1)).toBe(true);
  memory.flightBroke("mx.example", 0);
  expect(memory.mayPipeline("mx.example", 1)).toBe(false);
});

test("messages per connection are learned from a reply at once, from a silent end at the second time", () => {
  const memory = new ServerMemory();
  const cap = () => memory.messagesPerConnection("mx.example", 1);

  memory.connectionEnded("mx.example", 20, false, 0);
  expect(cap()).toBe(Number.POSITIVE_INFINITY);
  memory.connectionEnded("mx.example", 7, false, 0);
  expect(cap()).toBe(Number.POSITIVE_INFINITY);
  memory.connectionEnded("mx.example", 7, false, 0);
  expect(cap()).toBe(7);
  memory.connectionEnded("mx.example", 5, true, 0);
  expect(cap()).toBe(5);
  expect(memory.messagesPerConnection("mx.example", DAY)).toBe(Number.POSITIVE_INFINITY);
});

test("the memory is bounded however many hosts there are", () => {
  const memory = new ServerMemory();

  for (let n = 0; n < 20_000; n += 1) {
    memory.pipeliningFailed(`mx${n}.example`, 0);
  }

  expect(memory.mayPipeline("mx0.example", 1)).toBe(true);
  expect(memory.mayPipeline("mx19999.example", 1)).toBe(false);
});
