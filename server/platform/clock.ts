/** Unix time in milliseconds. Passed in wherever a decision depends on time, so that tests can control it. */
export type Clock = () => number;

/**
 * The host's clock, which may be stepped forwards or backwards. Use it for times that people read or that must survive
 * a restart.
 */
export const systemClock: Clock = () => Date.now();

const startedAt = Date.now() - performance.now();

/**
 * Unix time at the start of this thread, advanced by a monotonic clock; use it for waiting. Its times are only
 * comparable within one thread; `onWallClock` converts them for other uses.
 */
export const steadyClock: Clock = () => startedAt + performance.now();

/** Both clocks. A test with a single clock passes it for both. */
export type Clocks = {
  /** Unix ms of the host. */
  wall: Clock;
  /** Monotonic; see `steadyClock`. */
  steady: Clock;
};

export const systemClocks: Clocks = { wall: systemClock, steady: steadyClock };

/** Converts a steady time to the host's clock, in whole unix ms. */
export function onWallClock(steadyMs: number, { wall, steady }: Clocks): number {
  return Math.ceil(wall() + steadyMs - steady());
}
