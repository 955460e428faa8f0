import { ask } from "../../api.ts";
import { useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, type Tone } from "../../ui/display.tsx";
import { Menu } from "../../ui/menu.tsx";
import { attempt } from "../../ui/toast.tsx";
import { t } from "./contacts.messages.ts";
import type { ContactDetail, Membership } from "./use-contacts.ts";

const tones: Record<Membership["status"], Tone> = {
  pending: "warning",
  subscribed: "success",
  unsubscribed: "neutral",
};

/** The contact's list memberships, with buttons to subscribe and unsubscribe. */
export function ContactLists({
  contact,
  onChanged,
}: {
  contact: ContactDetail;
  onChanged: () => void;
}) {
  const workspace = useWorkspace();
  const lists = useChoices(workspace, "lists");
  const set = async (listId: number, status: "subscribed" | "unsubscribed") => {
    const member = workspace.call.lists({ id: listId }).contacts({ contactId: contact.id });
    if (await attempt(() => ask(member.put({ status })))) {
      onChanged();
    }
  };
  const others = (lists.data?.items ?? []).filter(
    (list) => !contact.lists.some((one) => one.id === list.id),
  );
  return (
    <div class="flex flex-col gap-3">
      {contact.lists.length === 0 && <p class="text-muted">{t("onNoList")}</p>}
      {contact.lists.map((one) => {
        const on = one.status === "subscribed";
        return (
          <div key={one.id} class="flex items-center justify-between gap-3">
            <span class="flex min-w-0 items-center gap-2">
              <span class="truncate">{one.name}</span>
              <Badge tone={tones[one.status]}>{t(one.status)}</Badge>
            </span>
            {workspace.canEdit && (
              <Button size="small" onClick={() => set(one.id, on ? "unsubscribed" : "subscribed")}>
                {on ? t("unsubscribe") : t("subscribe")}
              </Button>
            )}
          </div>
        );
      })}
      {workspace.canEdit && others.length > 0 && (
        <div>
          <Menu
            label={t("addToList")}
            align="start"
            buttonClass="button"
            button={t("addToList")}
            items={others.map((one) => ({
              label: one.name,
              onSelect: () => void set(one.id, "subscribed"),
            }))}
          />
        </div>
      )}
    </div>
  );
}
