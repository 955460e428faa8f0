import { expect, test } from "bun:test";
import { limitKey } from "../../../../server/delivery/limiter/limit-state.ts";
import { Traffic } from "../../../../server/delivery/run/traffic.ts";
import { onWallClock } from "../../../../server/platform/clock.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 20, 12);
const key = limitKey("source_provider", "w/1/192.0.2.1/google");
const warmUp = { perSecond: 50 / 86_400, burst: 1, quotas: { day: 50 } };

/** A host whose clock can be set; the steady clock does not notice. */
function host() {
  let steady = START;
  let wall = START;
  return {
    clocks: { steady: () => steady, wall: () => wall },
    pass(ms: number) {
      steady += ms;
      wall += ms;
    },
    step(ms: number) {
      wall += ms;
    },
  };
}

test("ten restarts in a row send no message of a warm-up out of turn", () => {
  const { clocks, pass } = host();
  let traffic = new Traffic(undefined, clocks);
  let sent = 0;
  for (let restart = 0; restart < 10; restart += 1) {
    traffic.limiter.setLimits(key, warmUp);
    sent += traffic.limiter.admit([key], clocks.steady()).ok ? 1 : 0;
    pass(60_000);
    traffic = new Traffic(traffic.state(), clocks);
  }
  expect(sent).toBe(1);

  // One every 28.8 minutes, restarts or not.
  pass(20 * 60_000);
  traffic.limiter.setLimits(key, warmUp);
  expect(traffic.limiter.admit([key], clocks.steady()).ok).toBe(true);
});

test("a limit's state survives a restart that does not ask for it", () => {
  const { clocks } = host();
  const first = new Traffic(undefined, clocks);
  first.limiter.setLimits(key, warmUp);
  first.limiter.admit([key], clocks.steady());

  const second = new Traffic(first.state(), clocks);
  const third = new Traffic(second.state(), clocks);
  third.limiter.setLimits(key, warmUp);

  expect(third.limiter.admit([key], clocks.steady()).ok).toBe(false);
});

test("a clock that steps back an hour stops nothing, and what is stored is in the host's time", () => {
  const { clocks, pass, step } = host();
  const traffic = new Traffic(undefined, clocks);
  const route = limitKey("route", "w/1");
  traffic.limiter.setLimits(route, { perSecond: 10, burst: 1, quotas: { day: 100 } });
  traffic.limiter.admit([route], clocks.steady());
  traffic.limiter.settle([route], clocks.steady(), "success");
  const site = limitKey("route_site", "w/1/mx.example");
  traffic.limiter.suspend(site, clocks.steady() + 2 * HOUR, "cannot be reached");

  step(-HOUR);
  pass(100);

  expect(traffic.limiter.admit([route], clocks.steady()).ok).toBe(true);
  const state = traffic.state();
  expect(state.suspensions).toEqual([
    {
      level: "route_site",
      id: "w/1/mx.example",
      untilMs: START + HOUR,
      reason: "cannot be reached",
    },
  ]);
  // A new process counts from the host's time: the suspension ends when it would have ended.
  const fresh = { steady: clocks.wall, wall: clocks.wall };
  const restarted = new Traffic(state, fresh);
  expect(restarted.limiter.closedUntil(site, clocks.wall())).toBe(START + HOUR);
  restarted.limiter.setLimits(route, { quotas: { day: 2 } });
  expect(restarted.limiter.admit([route], clocks.wall()).ok).toBe(false);
});

test("times shown to people are whole milliseconds of the host's clock", () => {
  const { clocks, step } = host();
  step(-HOUR);
  expect(onWallClock(START + 0.25, clocks)).toBe(START - HOUR + 1);
  expect(Number.isInteger(onWallClock(START + 1_234.567, clocks))).toBe(true);
});
