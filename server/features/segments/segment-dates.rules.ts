import type { FieldCondition } from "./segment-language.rules.ts";

/** The reference for a rule's dates. `now` is unix ms, `timeZone` an IANA name. */
export type Moment = { now: number; timeZone: string };

/** Calendar days as `YYYY-MM-DD`, both inclusive. An open end is omitted. */
export type DayRange = { from?: string; to?: string };

/** Points in time: `from` inclusive, `before` exclusive. */
export type TimeRange = { from?: number; before?: number };

const MONTH_DAY = { start: "YYYY-".length };

/** The days that a date condition covers; undefined for conditions on anniversaries or presence. */
export function dayRange(condition: FieldCondition, moment: Moment): DayRange | undefined {
  const { is, value } = condition;
  const today = todayIn(moment);
  const day = (by: number) => today.add({ days: by }).toString();
  switch (is) {
    case "on":
      return { from: String(value), to: String(value) };
    case "before":
      return { to: Temporal.PlainDate.from(String(value)).subtract({ days: 1 }).toString() };
    case "after":
      return { from: Temporal.PlainDate.from(String(value)).add({ days: 1 }).toString() };
    case "between_dates": {
      const [from = "", to = ""] = value as string[];
      return { from, to };
    }
    case "in_last_days":
      return { from: day(-Number(value)), to: day(0) };
    case "more_than_days_ago":
      return { to: day(-Number(value) - 1) };
    case "in_next_days":
      return { from: day(0), to: day(Number(value)) };
    default:
      return undefined;
  }
}

/** The times that days in a time zone cover: a day begins at its first instant there, even when clocks change. */
export function timeRange(range: DayRange, timeZone: string): TimeRange {
  const startOf = (day: Temporal.PlainDate) =>
    day.toZonedDateTime({ timeZone }).startOfDay().epochMilliseconds;
  return {
    ...(range.from === undefined ? {} : { from: startOf(Temporal.PlainDate.from(range.from)) }),
    ...(range.to === undefined
      ? {}
      : { before: startOf(Temporal.PlainDate.from(range.to).add({ days: 1 })) }),
  };
}

/** The first instant of the day `days` before today. */
export function sinceDays(days: number, moment: Moment): number {
  const day = todayIn(moment).subtract({ days });
  return day.toZonedDateTime({ timeZone: moment.timeZone }).startOfDay().epochMilliseconds;
}

/** `MM-DD` of today and the following `days`. A birthday on 29 February is celebrated on the 28th in other years. */
export function anniversaries(days: number, moment: Moment): string[] {
  const today = todayIn(moment);
  const found = new Set<string>();
  for (let by = 0; by <= Math.min(days, 366); by++) {
    const date = today.add({ days: by });
    found.add(date.toString().slice(MONTH_DAY.start));
    if (date.month === 2 && date.day === 28 && !date.inLeapYear) {
      found.add("02-29");
    }
  }
  return [...found];
}

function todayIn({ now, timeZone }: Moment): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
}
