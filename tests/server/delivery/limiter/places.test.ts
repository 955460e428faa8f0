import { expect, test } from "bun:test";
import { Places } from "../../../../server/delivery/limiter/places.ts";

/** Takes as many places as the owner may have now, at most `wanted`; says how many. */
function grab(places: Places, owner: string, wanted = Number.POSITIVE_INFINITY): number {
  let n = 0;
  while (n < wanted && places.has(owner)) {
    places.take(owner);
    n += 1;
  }
  return n;
}

test("who is alone may have all places", () => {
  const places = new Places(512);
  places.enter("a");
  expect(grab(places, "a")).toBe(512);
  expect(places.isFull).toBe(true);
});

test("thirteen that never give anything back leave a fourteenth its share", () => {
  const places = new Places(512);
  const hung = Array.from({ length: 13 }, (_, i) => `hung${i}`);
  for (const owner of [...hung, "well"]) {
    places.enter(owner);
  }
  for (const owner of hung) {
    grab(places, owner, 40);
  }

  expect(places.share).toBe(18);
  expect(grab(places, "well")).toBe(18);
  places.give("well");
  expect(places.has("well")).toBe(true);
});

test("however many there are, no more than half is kept for those who do not come", () => {
  const places = new Places(64);
  for (let i = 0; i < 500; i += 1) {
    places.enter(`w${i}`);
  }
  expect(places.share).toBe(1);
  expect(grab(places, "w0")).toBe(32);
  // Each of the others has one place, as long as there are any.
  let served = 0;
  for (let i = 1; i < 500; i += 1) {
    served += grab(places, `w${i}`, 1);
  }
  expect(served).toBe(32);
});

test("nothing is kept for who has left, and what it had comes back", () => {
  const places = new Places(32);
  places.enter("a");
  places.enter("b");
  expect(grab(places, "a")).toBe(30);
  places.leave("b");
  expect(grab(places, "a")).toBe(2);
  for (let i = 0; i < 32; i += 1) {
    places.give("a");
  }
  expect(places.taken).toBe(0);
  places.enter("b");
  expect(grab(places, "b")).toBe(30);
});
