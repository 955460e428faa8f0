/** A day by the clock, whatever the calendar says of it. */
export const DAY_MS = 86_400_000;
