// What the records of a domain depend on besides the domain: this instance and the workspace's sending methods.
import { readInboundSettings } from "../../inbound/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import type { RouteOrigins } from "../ports.ts";
import type { Surroundings } from "./domain-records.rules.ts";

/** The context of a check: the databases, the public URL, and where the workspace's mail is sent from. */
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
