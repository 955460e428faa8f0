import type { Connection } from "../../platform/db/driver.ts";
import { selectNames } from "./actors.store.ts";

/** Display names of people and API keys, by the id of the `Actor`. */
export const actorNames = (system: Connection, ids: readonly string[]): Map<string, string> =>
  new Map(selectNames(system, ids).map(({ id, name }) => [id, name]));
