import { expect, test } from "bun:test";
import {
  displayZone,
  formatBytes,
  formatDuration,
  formatExact,
  formatNumber,
  formatRate,
  formatRelative,
  formatShare,
  formatTicks,
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

test("ticks of a time axis follow the language and the zone, and name each day or year once", () => {
  displayZone.value = "Europe/Berlin";
  const hours = [0, 6, 12, 18, 24].map((hour) => Date.UTC(2026, 10, 30, 21 + hour));
  const days = [0, 1, 2].map((day) => Date.UTC(2026, 11, 30 + day, 23));
  const plain = (labels: string[]) => labels.map((label) => label.replaceAll("\u202f", " "));

  expect(plain(formatTicks(hours, 21_600))).toEqual([
    "10:00 PM\nNov 30",
    "4:00 AM\nDec 1",
    "10:00 AM",
    "4:00 PM",
    "10:00 PM",
  ]);
  locale.value = "de";
  expect(plain(formatTicks(hours, 21_600)).slice(0, 3)).toEqual([
    "22:00\n30. Nov.",
    "04:00\n1. Dez.",
    "10:00",
  ]);
  expect(formatTicks(days, 86_400)).toEqual(["31. Dez.\n2026", "1. Jan.\n2027", "2. Jan."]);
  locale.value = "en";
});
