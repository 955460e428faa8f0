import { useQuery } from "@tanstack/preact-query";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, ask } from "../api.ts";
import { type Me, useRailWorkspaceId } from "../session.ts";
import type { Command } from "../ui/commands.ts";
import { t } from "./shell.messages.ts";

const LIMIT = 5;

/** Finds campaigns, contacts and templates by name, as commands that open them. */
export function useFound(me: Me, query: string): Command[] {
  const workspaceId = useRailWorkspaceId(me);
  const { route } = useLocation();
  const q = useSettled(query.trim());
  const { data } = useQuery({
    queryKey: ["palette", workspaceId, q],
    queryFn: () => search(workspaceId, q),
    enabled: workspaceId !== "" && q.length >= 2,
  });
  if (data === undefined || query.trim().length < 2) {
    return [];
  }
  return data.map(({ path, ...command }) => ({
    ...command,
    id: path,
    run: () => route(`/w/${workspaceId}${path}`),
  }));
}

async function search(workspaceId: string, q: string) {
  const workspace = api.workspaces({ workspaceId });
  const query = { q, limit: LIMIT };
  const [campaigns, contacts, templates] = await Promise.all([
    ask(workspace.campaigns.get({ query })),
    ask(workspace.contacts.get({ query })),
    ask(workspace.templates.get({ query })),
  ]);
  return [
    ...campaigns.items.map((one) => ({
      path: `/campaigns/${one.id}`,
      label: one.name,
      group: t("foundCampaigns"),
    })),
    ...contacts.items.map((one) => ({
      path: `/contacts/${one.id}`,
      label: one.address,
      group: t("foundContacts"),
    })),
    ...templates.items.map((one) => ({
      path: `/templates/${one.id}`,
      label: one.name,
      group: t("foundTemplates"),
    })),
  ];
}

/** The value after it has not changed for 150 ms. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 150);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
