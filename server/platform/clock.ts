/** Unix time in milliseconds. Passed in wherever a decision depends on time, so that tests own it. */
export type Clock = () => number;

/** What the host says the time is. It may step, both ways: for what people read and what outlives a restart. */
export const systemClock: Clock = () => Date.now();

const startedAt = Date.now() - performance.now();

/**
 * Unix time as it was at the start of this thread, and since then counted by a clock that never steps: for waiting.
 * Only times of one thread can be compared; `onWallClock` makes them fit for everybody else.
 */
export const steadyClock: Clock = () => startedAt + performance.now();

/** Both ways of telling the time. A test that has one clock gives it twice. */
export type Clocks = {
  /** Unix ms of the host. */
  wall: Clock;
  /** Never steps; see `steadyClock`. */
  steady: Clock;
};

export const systemClocks: Clocks = { wall: systemClock, steady: steadyClock };

/** When a steady time is or was by the host's clock, in whole unix ms. */
export function onWallClock(steadyMs: number, { wall, steady }: Clocks): number {
  return Math.ceil(wall() + steadyMs - steady());
}
