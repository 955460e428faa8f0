import { expect, test } from "bun:test";
import {
  ConnectionLimit,
  type LimitedPool,
} from "../../../../server/delivery/smtp/connection-limit.ts";

let now = 0;
const clock = () => now;

/** Opens a connection whenever it is allowed, and records the time. */
class Opener implements LimitedPool {
  open = 0;
  idle = 0;
  wants = 0;
  readonly openedAt: number[] = [];
  readonly #rooms: ConnectionLimit[];

  constructor(...rooms: ConnectionLimit[]) {
    this.#rooms = rooms;
  }

  pump(): void {
    while (this.open < this.wants) {
      const full = this.#rooms.find((room) => room.isFull);
      if (full !== undefined) {
        full.await(this);
        return;
      }
      this.open += 1;
      this.openedAt.push(now);
      for (const room of this.#rooms) {
        room.take(this);
      }
    }
  }

  close(): void {
    this.open -= 1;
    for (const room of this.#rooms) {
      room.give(this);
    }
  }

  yieldIdle(): boolean {
    if (this.idle === 0) {
      return false;
    }
    this.idle -= 1;
    this.wants -= 1;
    this.close();
    return true;
  }
}

function opener(wants: number, ...rooms: ConnectionLimit[]): Opener {
  const made = new Opener(...rooms);
  made.wants = wants;
  made.pump();
  return made;
}

test("a pool that finds no room is called when there is some, in turn", () => {
  const room = new ConnectionLimit({ max: 2, clock });
  const first = opener(2, room);
  const second = opener(1, room);
  const third = opener(1, room);
  expect([first.open, second.open, third.open]).toEqual([2, 0, 0]);

  first.wants = 0;
  first.close();
  expect([second.open, third.open]).toEqual([1, 0]);
  first.close();
  expect([second.open, third.open]).toEqual([1, 1]);
  expect(room.open).toBe(2);
});

test("unused connections make room at once", () => {
  const room = new ConnectionLimit({ max: 3, clock });
  const idle = opener(3, room);
  idle.idle = 3;

  const busy = opener(2, room);

  expect([idle.open, busy.open]).toEqual([1, 2]);
});

test("the share of a site shrinks with the number waiting, and is never zero", () => {
  const room = new ConnectionLimit({ max: 4, clock });
  const large = opener(4, room);
  expect(room.hasMoreThanItsShare(large)).toBe(false);
  const small = opener(1, room);

  expect(room.hasMoreThanItsShare(large)).toBe(true);
  large.wants = 3;
  large.close();
  expect(small.open).toBe(1);
  expect(room.hasMoreThanItsShare(large)).toBe(false);
});

test("new connections respect the pace after an initial burst", async () => {
  now = 1_000;
  const room = new ConnectionLimit({ max: 3, perMinute: 600, clock: () => now });
  const eager = opener(3, room);
  expect(eager.openedAt).toEqual([1_000, 1_000, 1_000]);

  const times: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    eager.close();
    eager.pump();
    while (eager.open < 3) {
      now += 10;
      // The timer uses real time; the pace is measured on the test's clock.
      eager.pump();
    }
    times.push(now);
  }

  expect(times).toEqual([1_100, 1_200, 1_300, 1_400]);
});

test("a pool waiting for the pace is called by a timer, and not once it has left", async () => {
  const room = new ConnectionLimit({ max: 1, perMinute: 3_000, clock: Date.now });
  const waiting = opener(1, room);
  waiting.close();
  const gone = opener(1, room);
  room.leave(gone);
  waiting.pump();
  expect(waiting.open).toBe(0);

  while (waiting.open === 0) {
    await Bun.sleep(5);
  }
  expect(gone.open).toBe(0);
});
