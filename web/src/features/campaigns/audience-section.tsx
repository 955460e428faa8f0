import { formatList } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { Loaded } from "../../ui/states.tsx";
import { Checkbox, ChoiceCards } from "../../ui/toggles.tsx";
import { t } from "./campaigns.messages.ts";
import { Controls, Section } from "./section.tsx";
import type { CampaignEditor } from "./use-campaign-editor.ts";
import { type Audience, type Campaign, type Named, useAudienceChoices } from "./use-campaigns.ts";

/** Selects the audience: everyone, or lists and segments, minus excluded lists and segments. */
export function AudienceSection({
  editor,
  campaign,
  editable,
}: {
  editor: CampaignEditor;
  campaign: Campaign;
  editable: boolean;
}) {
  const workspace = useWorkspace();
  const choices = useAudienceChoices(workspace);
  const { audience } = campaign;
  const lacksList = campaign.sections.audience.problems.some(({ code }) => code === "list_deleted");
  const missing = (id: number) => t(lacksList ? "deletedChoice" : "otherChoice", { id });
  const set = (part: Partial<Audience>) => editor.change({ audience: { ...audience, ...part } });
  const { includeSegments = [], excludeSegments = [] } = audience;
  const nameOf = (from: Named[] | undefined, id: number) =>
    from?.find((one) => one.id === id)?.name ?? missing(id);
  const names = [
    ...audience.includeLists.map((id) => nameOf(choices.data?.lists, id)),
    ...includeSegments.map((id) => nameOf(choices.data?.segments, id)),
  ];
  return (
    <Section
      id="audience"
      title={t("audience")}
      state={campaign.sections.audience}
      summary={audience.everyone ? t("everyone") : formatList(names)}
    >
      <Controls editable={editable}>
        <ChoiceCards
          label={t("whom")}
          value={audience.everyone ? "everyone" : "lists"}
          onChange={(value) => set({ everyone: value === "everyone" })}
          options={[
            { value: "everyone", label: t("everyone"), hint: t("everyoneHint") },
            { value: "lists", label: t("byLists"), hint: t("byListsHint") },
          ]}
        />
        <Loaded query={choices} rows={2}>
          {({ lists, segments }) =>
            lists.length + segments.length === 0 && !lacksList ? (
              <p class="text-muted">
                {t("noLists")}{" "}
                <a class="link" href={`${workspace.base}/contacts/lists`}>
                  {t("makeList")}
                </a>
              </p>
            ) : (
              <div class="grid gap-6 sm:grid-cols-2">
                {!audience.everyone && (
                  <div class="flex flex-col gap-5">
                    <Chooser
                      title={t("include")}
                      items={withMissing(lists, audience.includeLists, missing)}
                      chosen={audience.includeLists}
                      onChange={(includeLists) => set({ includeLists })}
                    />
                    <Chooser
                      title={t("includeSegments")}
                      items={segments}
                      chosen={includeSegments}
                      onChange={(next) => set({ includeSegments: next })}
                    />
                  </div>
                )}
                <div class="flex flex-col gap-5">
                  <Chooser
                    title={t("exclude")}
                    items={withMissing(lists, audience.excludeLists, missing)}
                    chosen={audience.excludeLists}
                    onChange={(excludeLists) => set({ excludeLists })}
                  />
                  <Chooser
                    title={t("excludeSegments")}
                    items={segments}
                    chosen={excludeSegments}
                    onChange={(next) => set({ excludeSegments: next })}
                  />
                </div>
              </div>
            )
          }
        </Loaded>
      </Controls>
    </Section>
  );
}

/** Keeps selected items that no longer exist visible, so that they can be removed. */
function withMissing(items: Named[], chosen: number[], nameOf: (id: number) => string): Named[] {
  const known = new Set(items.map(({ id }) => id));
  const gone = chosen.filter((id) => !known.has(id));
  return [...items, ...gone.map((id) => ({ id, name: nameOf(id), count: null }))];
}

function Chooser({
  title,
  items,
  chosen,
  onChange,
}: {
  title: string;
  items: Named[];
  chosen: number[];
  onChange: (ids: number[]) => void;
}) {
  if (items.length === 0) {
    return null;
  }
  return (
    <fieldset class="flex flex-col gap-2">
      <legend class="mb-2 text-sm font-medium">{title}</legend>
      {items.map(({ id, name, count }) => (
        <Checkbox
          key={id}
          label={name}
          {...(count === null ? {} : { hint: t("people", { count }) })}
          checked={chosen.includes(id)}
          onChange={(on) => onChange(on ? [...chosen, id] : chosen.filter((one) => one !== id))}
        />
      ))}
    </fieldset>
  );
}
