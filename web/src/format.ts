import { signal } from "@preact/signals";
import { locale } from "./i18n.ts";

/** The time zone in which times are shown: that of the open workspace, otherwise the browser's. */
export const displayZone = signal(new Intl.DateTimeFormat().resolvedOptions().timeZone);

const cache = new Map<string, unknown>();

function cached<T>(key: string, make: () => T): T {
  const known = cache.get(key) as T | undefined;
  if (known !== undefined) {
    return known;
  }
  const made = make();
  cache.set(key, made);
  return made;
}

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale.value}${JSON.stringify(options)}`;
  return cached(key, () => new Intl.NumberFormat(locale.value, options));
}

/** 12345 → "12,345". */
export function formatNumber(value: number): string {
  return numberFormat({}).format(value);
}

/** 1234567 → "1.2M". */
export function formatCompact(value: number): string {
  return numberFormat({ notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** A share of a whole: 0.1234 → "12.3%"; an en dash when there is no whole. */
export function formatShare(part: number, whole: number): string {
  return whole === 0
    ? "–"
    : numberFormat({ style: "percent", maximumFractionDigits: 1 }).format(part / whole);
}

const byteUnits = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** 15600000 → "15.6 MB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  return numberFormat({
    style: "unit",
    unit: byteUnits[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: value < 100 && unit > 0 ? 1 : 0,
  }).format(value);
}

/** A rate in readable units: "14/s", "3.5/min", "20/h". */
export function formatRate(perSecond: number): string {
  const [value, unit] =
    perSecond >= 1 || perSecond === 0
      ? [perSecond, "s"]
      : perSecond * 60 >= 1
        ? [perSecond * 60, "min"]
        : [perSecond * 3600, "h"];
  return `${numberFormat({ maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)}/${unit}`;
}

function dateFormat(options: Intl.DateTimeFormatOptions, zone: string): Intl.DateTimeFormat {
  const key = `d${locale.value}${zone}${JSON.stringify(options)}`;
  return cached(key, () => new Intl.DateTimeFormat(locale.value, { timeZone: zone, ...options }));
}

/** Date and time with its zone: "Nov 21, 2026, 8:50:00 AM UTC". */
export function formatExact(at: number, zone = displayZone.value): string {
  return dateFormat(
    {
      year: "numeric",
      month: "short",
      day: "numeric",
      hour: "numeric",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "short",
    },
    zone,
  ).format(at);
}

/** "Nov 21, 2026, 8:50 AM". */
export function formatDateTime(at: number, zone = displayZone.value): string {
  return dateFormat({ dateStyle: "medium", timeStyle: "short" }, zone).format(at);
}

/** The time of day for a time of today, otherwise the date as well: "8:50 AM", "Nov 21, 2026, 8:50 AM". */
export function formatClock(at: number, now = Date.now(), zone = displayZone.value): string {
  return formatDate(at, zone) === formatDate(now, zone)
    ? dateFormat({ timeStyle: "short" }, zone).format(at)
    : formatDateTime(at, zone);
}

/** "Nov 21, 2026". */
export function formatDate(at: number, zone = displayZone.value): string {
  return dateFormat({ dateStyle: "medium" }, zone).format(at);
}

const DAY_SECONDS = 86_400;

/**
 * Labels for the ticks of a time axis. Ticks less than a day apart show the time of day; the date is on a second line
 * below the first tick of each day. Ticks that are further apart show the day, with the year below the first of each.
 *
 * @param ticks Unix ms, ascending.
 */
export function formatTicks(ticks: readonly number[], stepSeconds: number): string[] {
  const zone = displayZone.value;
  const isShort = stepSeconds < DAY_SECONDS;
  const first = isShort
    ? dateFormat({ timeStyle: "short" }, zone)
    : dateFormat({ day: "numeric", month: "short" }, zone);
  const second = isShort
    ? dateFormat({ day: "numeric", month: "short" }, zone)
    : dateFormat({ year: "numeric" }, zone);
  let above = "";
  return ticks.map((tick) => {
    const below = second.format(tick);
    const isNew = below !== above;
    above = below;
    return isNew ? `${first.format(tick)}\n${below}` : first.format(tick);
  });
}

const relativeSteps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Number.POSITIVE_INFINITY],
];

/** "3 minutes ago", "in 2 hours", "now". */
export function formatRelative(at: number, now = Date.now()): string {
  let value = (at - now) / 1000;
  for (const [unit, size] of relativeSteps) {
    if (Math.abs(value) < size || unit === "year") {
      const key = `r${locale.value}`;
      return cached(
        key,
        () => new Intl.RelativeTimeFormat(locale.value, { numeric: "auto" }),
      ).format(Math.abs(value) < 5 && unit === "second" ? 0 : Math.trunc(value), unit);
    }
    value /= size;
  }
  return "";
}

/** A duration: 4000 → "4 s", 150000 → "2 min 30 s", 7500000 → "2 h 5 min". */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts: [number, "day" | "hour" | "minute" | "second"][] = [
    [Math.floor(seconds / 86_400), "day"],
    [Math.floor(seconds / 3600) % 24, "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  const shown = first === -1 ? parts.slice(3) : parts.slice(first, first + 2);
  return shown
    .filter(([value], index) => value > 0 || index === 0)
    .map(([value, unit]) =>
      numberFormat({ style: "unit", unit, unitDisplay: "short" }).format(value),
    )
    .join(" ");
}

/** "a, b and c" in the reader's language. */
export function formatList(items: string[]): string {
  return cached(`l${locale.value}`, () => new Intl.ListFormat(locale.value)).format(items);
}
