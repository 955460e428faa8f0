import { useQuery } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { templateProblem } from "../../template-problem.ts";
import { TextField } from "../../ui/field.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { Segmented } from "../../ui/toggles.tsx";
import { t } from "./campaigns.messages.ts";
import type { SaveState } from "./use-campaign-editor.ts";
import type { Campaign, OneCampaign, Preview } from "./use-campaigns.ts";

type View = "desktop" | "phone" | "text";

/**
 * The message as it will be sent to one contact, rendered by the same code. The frame has its own origin and runs no
 * scripts, whatever the message contains.
 */
export function CampaignPreview({
  call,
  campaign,
  saving,
  action,
}: {
  call: OneCampaign;
  campaign: Campaign;
  saving: SaveState;
  action: ComponentChildren;
}) {
  const workspaceId = useWorkspace().id;
  const [view, setView] = useState<View>("desktop");
  const [contactId, setContactId] = useState<number>();
  const preview = useQuery({
    queryKey: ["preview", workspaceId, campaign.id, campaign.version, contactId],
    queryFn: () => ask(call.preview.post(contactId === undefined ? {} : { contactId })),
    placeholderData: (last: Preview | undefined) => last,
    enabled: saving.kind !== "saving",
  });
  return (
    <div class="flex min-w-0 flex-col gap-3">
      <div class="flex flex-wrap items-end justify-between gap-3">
        <Segmented<View>
          label={t("preview")}
          value={view}
          onChange={setView}
          options={[
            { value: "desktop", label: t("desktop") },
            { value: "phone", label: t("phone") },
            { value: "text", label: t("plain") },
          ]}
        />
        {action}
      </div>
      <ContactChooser onChoose={setContactId} />
      <Loaded query={preview} rows={8}>
        {(data) => (
          <>
            <Problems problems={data.problems} />
            <div class="overflow-hidden rounded-lg border border-line bg-base-200">
              <p class="truncate border-b border-line bg-base-100 px-4 py-2 font-medium">
                {data.subject || "…"}
              </p>
              <Frame preview={data} view={view} />
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}

function Frame({ preview, view }: { preview: Preview; view: View }) {
  if (view === "text") {
    return (
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an area that scrolls must be reachable by keyboard
        tabIndex={0}
        class="h-[640px] overflow-auto p-4 font-mono text-xs leading-5 whitespace-pre-wrap"
      >
        {preview.text}
      </pre>
    );
  }
  return (
    <iframe
      title={t("preview")}
      sandbox=""
      srcdoc={preview.html}
      class={`mx-auto block h-[640px] bg-white ${view === "phone" ? "w-[375px] max-w-full" : "w-full"}`}
    />
  );
}

function Problems({ problems }: { problems: Preview["problems"] }) {
  const worst = problems.some((one) => one.severity === "error") ? "error" : "warning";
  return problems.length === 0 ? null : (
    <Notice tone={worst}>
      <ul class="flex flex-col gap-1">
        {problems.map((one) => (
          <li key={`${one.where} ${one.line} ${one.message}`}>{templateProblem(one)}</li>
        ))}
      </ul>
    </Notice>
  );
}

function ContactChooser({ onChoose }: { onChoose: (id: number | undefined) => void }) {
  const workspace = useWorkspace();
  const [text, setText] = useState("");
  const found = useQuery({
    queryKey: ["contact-choices", workspace.id, text],
    queryFn: ({ signal }) =>
      ask(workspace.call.contacts.get({ query: { q: text, limit: 6 }, fetch: { signal } })),
    enabled: text.length > 1,
  });
  const pick = (value: string) => {
    setText(value);
    onChoose(found.data?.items.find((one) => one.email === value)?.id);
  };
  return (
    <div>
      <TextField
        label={t("previewFor")}
        type="search"
        value={text}
        onInput={pick}
        placeholder={t("previewAnybody")}
      />
      {found.data !== undefined && !found.data.items.some((one) => one.email === text) && (
        <div class="mt-1 flex flex-wrap gap-1">
          {found.data.items.map((one) => (
            <button
              key={one.id}
              type="button"
              class="button button-small"
              onClick={() => {
                setText(one.email);
                onChoose(one.id);
              }}
            >
              {one.email}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
