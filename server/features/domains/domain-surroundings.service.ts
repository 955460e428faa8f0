// What the records of a domain follow from beside itself: this instance, and the workspace's routes.
import { readInboundSettings } from "../../inbound/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import type { RouteOrigins } from "../ports.ts";
import type { Surroundings } from "./domain-records.rules.ts";

/** Where checks are made: the files, under which URL people reach this instance, and what its routes send from. */
export type DomainPlace = {
  system: Connection;
  publicUrl: string;
  routeOrigins: (db: Connection) => RouteOrigins;
};

export function surroundingsOf(db: Connection, place: DomainPlace): Surroundings {
  const publicHost = URL.parse(place.publicUrl)?.hostname ?? "";
  const mxHost = readInboundSettings(place.system).mxHost || publicHost;
  return { publicHost, mxHost, ...place.routeOrigins(db) };
}
