import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import type { OpenWorkspace } from "../../session.ts";
import { t } from "./queue.messages.ts";

export type Queue = Answer<WorkspaceApi["sending"]["queue"]["get"]>;
export type QueueSite = Queue["sites"][number];
export type QueueRoute = Queue["routes"][number];
export type Hold = Queue["holds"][number];
export type Quota = Queue["quotas"][number];

const LIVE_MS = 2_000;

/** The workspace's queue, reloaded while the page is open. */
export function useQueue(workspace: OpenWorkspace) {
  return useQuery({
    queryKey: ["queue", workspace.id],
    queryFn: () => ask(workspace.call.sending.queue.get()),
    refetchInterval: LIVE_MS,
  });
}

/** Describes a limit. Its id begins with the workspace and ends with what it applies to. */
export function limitWords({ level, id }: { level: string; id: string }, queue: Queue): string {
  const parts = id.split("/");
  const whom = siteName(parts.at(-1) ?? "", queue);
  if (level.startsWith("route")) {
    const route = queue.routes.find((one) => one.id === Number(parts[1]));
    const name = route?.name ?? t("route");
    return parts.length > 2 ? t("toWhom", { what: name, whom }) : name;
  }
  if (level === "source_provider" || level.startsWith("sender")) {
    return t("toWhom", { what: parts.at(-2) ?? "", whom });
  }
  const what = level.startsWith("campaign") ? t("theCampaign") : t("theWorkspace");
  return level.endsWith("_provider") ? t("toWhom", { what, whom }) : what;
}

function siteName(key: string, queue: Queue): string {
  return queue.sites.find((site) => site.siteKey === key)?.siteName ?? key;
}
