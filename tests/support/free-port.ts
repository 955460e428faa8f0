import { freePort as freePortOf } from "../../server/platform/free-port.ts";

/** A currently unused TCP port of the loopback interface. */
export function freePort(): Promise<number> {
  return freePortOf("127.0.0.1");
}
