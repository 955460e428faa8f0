import { expect, test } from "bun:test";
import { Places } from "../../../../server/delivery/limiter/places.ts";

/** Takes as many places as the owner may have now, at most `wanted`; returns how many. */
function grab(places: Places, owner: string, wanted = Number.POSITIVE_INFINITY): number {
  let n = 0;
  while (n < wanted && places.has(owner)) {
    places.take(owner);
    n += 1;
  }
  return n;
}

/** Ends and replaces messages of the owner until it has no more places than before. */
function grow(places: Places, owner: string): number {
  let held = grab(places, owner);
  for (;;) {
    const before = held;
    for (let i = 0; i < before; i += 1) {
      places.give(owner);
      grab(places, owner);
    }
    held = places.heldBy(owner);
    if (held === before) {
      return held;
    }
  }
}

test("an owner whose messages finish may soon have a third of all places", () => {
  const places = new Places(1_024, 1 / 8);
  expect(grab(places, "a")).toBe(114);
  expect(grow(places, "a")).toBe(342);
});

test("owners whose messages never finish leave places to the next, however many came before", () => {
  const places = new Places(1_024, 1 / 8);
  const left = Array.from({ length: 25 }, (_, hung) => {
    grab(places, `hung${hung}`);
    return places.max - places.taken;
  });

  expect(left[12]).toBeGreaterThan(200);
  expect(left[24]).toBeGreaterThan(40);
  expect(grow(places, "well")).toBeGreaterThan(10);
});

test("owners that sent well before they hang leave places as well", () => {
  const places = new Places(1_024, 1 / 8);
  for (let hung = 0; hung < 6; hung += 1) {
    grow(places, `hung${hung}`);
  }
  expect(places.max - places.taken).toBeGreaterThan(80);
  expect(grow(places, "well")).toBeGreaterThan(25);
});

test("hundreds of owners with one message each use every place", () => {
  const places = new Places(64, 1 / 8);
  for (let i = 0; i < 64; i += 1) {
    expect(grab(places, `w${i}`, 1)).toBe(1);
  }
  expect(places.isFull).toBe(true);
  expect(places.has("late")).toBe(false);
});

test("an owner that returned everything starts like a new one", () => {
  const places = new Places(1_024, 1 / 8);
  const most = grow(places, "a");
  for (let i = 0; i < most; i += 1) {
    places.give("a");
  }
  expect(places.taken).toBe(0);
  expect(places.heldBy("a")).toBe(0);
  expect(grab(places, "a")).toBe(114);
});
