import { expect, test } from "bun:test";
import { UnauthenticatedClients } from "../../../server/inbound/unauthenticated-clients.ts";

test("an address has at most twenty connections, and leaving frees one; this machine has any number", () => {
  const guests = new UnauthenticatedClients();
  const entered = Array.from({ length: 21 }, () => guests.enter("192.0.2.1"));

  expect(entered.filter(Boolean)).toHaveLength(20);
  expect(guests.enter("192.0.2.2")).toBe(true);
  // The refused one leaves as well.
  guests.leave("192.0.2.1");
  expect(guests.enter("192.0.2.1")).toBe(false);
  guests.leave("192.0.2.1");
  guests.leave("192.0.2.1");
  expect(guests.enter("192.0.2.1")).toBe(true);
  expect(Array.from({ length: 50 }, () => guests.enter("127.0.0.1")).every(Boolean)).toBe(true);
});

test("all unauthenticated messages together use a bounded number of bytes", () => {
  const guests = new UnauthenticatedClients(100);
  const [first, second] = [guests.hold(), guests.hold()];

  expect(first.take(60)).toBe(true);
  expect(second.take(60)).toBe(false);
  first.release();
  expect(second.take(60)).toBe(true);
  second.release();
  second.release();
  expect(first.take(100)).toBe(true);
});
