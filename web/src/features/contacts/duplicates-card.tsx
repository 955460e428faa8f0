import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Card } from "../../ui/display.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./contacts.messages.ts";
import type { OneContact } from "./use-contacts.ts";

type Duplicates = Answer<OneContact["duplicates"]["get"]>;
type Candidate = Duplicates["items"][number];

/** Possible duplicates of a contact, each with a button to merge them. Shows nothing when there are none. */
export function DuplicatesCard({
  contactId,
  onMerged,
}: {
  contactId: number;
  onMerged: () => void;
}) {
  const workspace = useWorkspace();
  const contact = workspace.call.contacts({ id: contactId });
  const found = useQuery({
    queryKey: ["duplicates", workspace.id, contactId],
    queryFn: () => ask(contact.duplicates.get()),
  });
  const merge = async ({ id, email }: Candidate) => {
    const sure = await confirm({
      title: t("mergeAsk", { email }),
      body: t("mergeBody"),
      action: t("merge"),
      danger: true,
    });
    if (sure && (await attempt(() => ask(contact.merge.post({ from: id }))))) {
      toast(t("merged"));
      await queryClient.invalidateQueries({ queryKey: ["duplicates", workspace.id, contactId] });
      await queryClient.invalidateQueries({ queryKey: ["timeline"] });
      await queryClient.invalidateQueries({ queryKey: ["contacts"] });
      onMerged();
    }
  };
  const items = found.data?.items ?? [];
  return items.length === 0 ? null : (
    <Card title={t("duplicates")}>
      <ul class="flex flex-col gap-3">
        {items.map((one) => (
          <li key={one.id} class="flex items-center justify-between gap-4">
            <span class="min-w-0">
              <a class="row-link block truncate" href={`${workspace.base}/contacts/${one.id}`}>
                {one.email}
              </a>
              <span class="block truncate text-sm text-muted">
                {one.why === "mailbox" ? t("dupMailbox") : t("dupName")}
              </span>
            </span>
            {workspace.canEdit && (
              <Button size="small" onClick={() => merge(one)}>
                {t("merge")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
