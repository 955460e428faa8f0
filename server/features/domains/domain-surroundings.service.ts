// What the records of a domain follow from beside itself: this instance, and the workspace's routes.
import { readInboundSettings } from "../../inbound/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { presetOf, readRoutes } from "../routes/routes.service.ts";
import type { Surroundings } from "./domain-records.rules.ts";

/** Where checks are made: the files, and under which URL people reach this instance. */
export type DomainPlace = { system: Connection; publicUrl: string };

export function surroundingsOf(db: Connection, { system, publicUrl }: DomainPlace): Surroundings {
  const publicHost = URL.parse(publicUrl)?.hostname ?? "";
  const routes = readRoutes(db).items.filter(({ enabled }) => enabled);
  const includes = routes.flatMap(({ preset }) => presetOf(preset)?.spfInclude || []);
  return {
    publicHost,
    mxHost: readInboundSettings(system).mxHost || publicHost,
    includes: [...new Set(includes)],
    sources: routes.filter(({ kind }) => kind === "direct").flatMap(({ sources }) => sources),
  };
}
