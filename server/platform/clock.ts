/** Unix time in milliseconds. Passed in wherever a decision depends on time, so that tests own it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
