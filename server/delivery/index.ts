// The only door to delivery: what features and the wiring may ask of it.
export type * from "./facts.ts";
export * from "./tokens.ts";
export * from "./types.ts";
