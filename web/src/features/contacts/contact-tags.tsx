import { X } from "lucide-preact";
import { useState } from "preact/hooks";
import { ask } from "../../api.ts";
import { refreshChoices, useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Badge } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { attempt } from "../../ui/toast.tsx";
import { t } from "./contacts.messages.ts";
import type { ContactDetail } from "./use-contacts.ts";

/** A contact's tags. Entering an unknown name creates a tag. */
export function ContactTags({
  contact,
  onChanged,
}: {
  contact: ContactDetail;
  onChanged: () => void;
}) {
  const workspace = useWorkspace();
  const [name, setName] = useState("");
  const known = useChoices(workspace, "tags");
  const apply = async (change: { add?: string[]; remove?: string[] }) => {
    const body = { ...change, ids: [contact.id] };
    const isDone = await attempt(() => ask(workspace.call.tags.apply.post(body)));
    if (isDone) {
      await refreshChoices("tags");
      onChanged();
    }
    return isDone;
  };
  const add = async (event: Event) => {
    event.preventDefault();
    if (name.trim() !== "" && (await apply({ add: [name.trim()] }))) {
      setName("");
    }
  };
  return (
    <div class="flex flex-col gap-3">
      {contact.tags.length === 0 && <p class="text-muted">{t("noTags")}</p>}
      <ul class="flex flex-wrap gap-2 empty:hidden">
        {contact.tags.map((tag) => (
          <li key={tag.id} class="flex min-w-0 items-center">
            <Badge dot={false}>{tag.name}</Badge>
            {workspace.canEdit && (
              <IconButton
                icon={X}
                size="small"
                label={t("removeTagNamed", { name: tag.name })}
                onClick={() => void apply({ remove: [tag.name] })}
              />
            )}
          </li>
        ))}
      </ul>
      {workspace.canEdit && (
        <form class="flex items-end gap-2" onSubmit={add}>
          <TextField label={t("newTag")} value={name} onInput={setName} list="known-tags" />
          <datalist id="known-tags">
            {(known.data?.items ?? []).map((tag) => (
              <option key={tag.id} value={tag.name} />
            ))}
          </datalist>
          <Button type="submit" disabled={name.trim() === ""}>
            {t("addTag")}
          </Button>
        </form>
      )}
    </div>
  );
}
