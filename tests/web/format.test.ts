import { expect, test } from "bun:test";
import {
  formatBytes,
  formatDuration,
  formatExact,
  formatNumber,
  formatRate,
  formatRelative,
  formatShare,
} from "../../web/src/format.ts";
import { locale } from "../../web/src/i18n.ts";

const at = Date.UTC(2026, 10, 21, 8, 50, 0);

test("says how long ago in the largest unit that fits", () => {
  expect(formatRelative(at, at + 2_000)).toBe("now");
  expect(formatRelative(at, at + 90_000)).toBe("1 minute ago");
  expect(formatRelative(at, at + 3 * 3_600_000)).toBe("3 hours ago");
  expect(formatRelative(at, at + 26 * 3_600_000)).toBe("yesterday");
  expect(formatRelative(at + 2 * 3_600_000, at)).toBe("in 2 hours");
  expect(formatRelative(at, at + 800 * 86_400_000)).toBe("2 years ago");
});

test("an exact time names its zone", () => {
  expect(formatExact(at, "UTC").replaceAll("\u202f", " ")).toBe("Nov 21, 2026, 8:50:00 AM UTC");
  expect(formatExact(at, "Europe/Berlin")).toContain("GMT+1");
});

test("numbers follow the language of the interface", () => {
  locale.value = "de";
  expect(formatNumber(4812)).toBe("4.812");
  locale.value = "en";
  expect(formatNumber(4812)).toBe("4,812");
});

test("a share of nothing is a dash, not NaN", () => {
  expect(formatShare(0, 0)).toBe("–");
  expect(formatShare(1, 8)).toBe("12.5%");
});

test("sizes, rates and durations carry the unit that reads best", () => {
  expect(formatBytes(999)).toBe("999 bytes");
  expect(formatBytes(15_600_000)).toBe("15.6 MB");
  expect(formatRate(14)).toBe("14/s");
  expect(formatRate(0.5)).toBe("30/min");
  expect(formatRate(0.005)).toBe("18/h");
  expect(formatDuration(4_000)).toBe("4 sec");
  expect(formatDuration(150_000)).toBe("2 min 30 sec");
  expect(formatDuration(7_200_000)).toBe("2 hr");
  expect(formatDuration(0)).toBe("0 sec");
});
