/** A day of 24 hours, regardless of the calendar. */
export const DAY_MS = 86_400_000;
