import { systemClock } from "../../platform/clock.ts";
import { openDatabases } from "../../platform/db/databases.ts";
import { AppError, because } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import { serve } from "../../platform/workers/channel.ts";
import { lowerThreadPriority, niceness } from "../../platform/workers/niceness.ts";
import { DmarcDesk } from "./dmarc-desk.ts";
import type { DmarcMethods } from "./dmarc-thread.ts";

declare const self: Worker;

lowerThreadPriority(niceness.work);

let desk: DmarcDesk | undefined;

function opened(): DmarcDesk {
  if (desk === undefined) {
    throw new AppError("unavailable", because("report_thread_stopped"));
  }
  return desk;
}

const methods: DmarcMethods = {
  start({ dataDir }) {
    desk = new DmarcDesk(openDatabases(dataDir), systemClock);
  },
  take: ({ workspaceId, bytes }) => opened().take(workspaceId, Buffer.from(bytes)),
  takeMail: ({ workspaceIds, raw }) => opened().takeMail(workspaceIds, Buffer.from(raw)),
  takeInstanceMail: ({ raw }) => opened().takeInstanceMail(Buffer.from(raw)),
};

serve(self, methods, (name, error) =>
  log.error({ method: name, err: error }, "a request to the DMARC thread failed"),
);
