import { formatList } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { Loaded } from "../../ui/states.tsx";
import { Checkbox, ChoiceCards } from "../../ui/toggles.tsx";
import { t } from "./campaigns.messages.ts";
import { Controls, Section } from "./section.tsx";
import type { CampaignEditor } from "./use-campaign-editor.ts";
import { type Audience, type Campaign, type List, useChoices } from "./use-campaigns.ts";

/** Whom the campaign reaches: everyone or lists, less other lists. */
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
  const lists = useChoices<List>(workspace.api, "lists");
  const { audience } = campaign;
  const set = (part: Partial<Audience>) => editor.change({ audience: { ...audience, ...part } });
  const names = (ids: number[]) =>
    formatList(ids.map((id) => lists.data?.items.find((one) => one.id === id)?.name ?? String(id)));
  return (
    <Section
      id="audience"
      title={t("audience")}
      state={campaign.sections.audience}
      summary={audience.everyone ? t("everyone") : names(audience.includeLists)}
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
        <Loaded query={lists} rows={2}>
          {({ items }) =>
            items.length === 0 ? (
              <p class="text-muted">
                {t("noLists")}{" "}
                <a class="link" href={`${workspace.base}/contacts/lists`}>
                  {t("makeList")}
                </a>
              </p>
            ) : (
              <div class="grid gap-6 sm:grid-cols-2">
                {!audience.everyone && (
                  <ListChooser
                    title={t("include")}
                    lists={items}
                    chosen={audience.includeLists}
                    onChange={(includeLists) => set({ includeLists })}
                  />
                )}
                <ListChooser
                  title={t("exclude")}
                  lists={items}
                  chosen={audience.excludeLists}
                  onChange={(excludeLists) => set({ excludeLists })}
                />
              </div>
            )
          }
        </Loaded>
      </Controls>
    </Section>
  );
}

function ListChooser({
  title,
  lists,
  chosen,
  onChange,
}: {
  title: string;
  lists: List[];
  chosen: number[];
  onChange: (ids: number[]) => void;
}) {
  return (
    <fieldset class="flex flex-col gap-2">
      <legend class="mb-2 text-sm font-medium">{title}</legend>
      {lists.map((list) => (
        <Checkbox
          key={list.id}
          label={list.name}
          hint={t("people", { count: list.subscribed })}
          checked={chosen.includes(list.id)}
          onChange={(on) =>
            onChange(on ? [...chosen, list.id] : chosen.filter((id) => id !== list.id))
          }
        />
      ))}
    </fieldset>
  );
}
