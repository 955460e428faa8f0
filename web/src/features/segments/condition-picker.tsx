import { Plus } from "lucide-preact";
import { useState } from "preact/hooks";
import { TextField } from "../../ui/field.tsx";
import { Popover } from "../../ui/menu.tsx";
import { builtIn, firstAsked, mailKinds } from "./rule-language.ts";
import { t } from "./segments.messages.ts";
import type { Choices, Condition } from "./use-segments.ts";

type Entry = { group: string; label: string; condition: () => Condition };

/** A searchable menu of all kinds of conditions. */
export function ConditionPicker({
  choices,
  onPick,
}: {
  choices: Choices;
  onPick: (condition: Condition) => void;
}) {
  return (
    <Popover
      label={t("addCondition")}
      buttonClass="button button-small"
      button={
        <>
          <Plus size={14} aria-hidden="true" />
          {t("addCondition")}
        </>
      }
    >
      {(close) => (
        <Search
          entries={entriesOf(choices)}
          onPick={(entry) => {
            close();
            onPick(entry.condition());
          }}
        />
      )}
    </Popover>
  );
}

function Search({ entries, onPick }: { entries: Entry[]; onPick: (entry: Entry) => void }) {
  const [q, setQ] = useState("");
  const wanted = q.trim().toLocaleLowerCase();
  const found = entries.filter(({ label }) => label.toLocaleLowerCase().includes(wanted));
  const [first] = found;
  const groups = [...new Set(found.map(({ group }) => group))];
  return (
    <form
      class="flex w-72 max-w-[calc(100vw-2rem)] flex-col gap-2 p-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (first !== undefined) {
          onPick(first);
        }
      }}
    >
      <TextField
        label={t("findCondition")}
        hideLabel
        value={q}
        onInput={setQ}
        type="search"
        placeholder={t("findCondition")}
      />
      <div class="flex max-h-72 flex-col overflow-y-auto">
        {found.length === 0 && <p class="p-2 text-sm text-muted">{t("noCondition")}</p>}
        {groups.map((group) => (
          <div key={group} class="flex flex-col">
            <span class="px-2 pt-2 pb-1 text-sm text-muted">{group}</span>
            {found
              .filter((entry) => entry.group === group)
              .map((entry) => (
                <button
                  key={entry.label}
                  type="button"
                  class="menu-item text-left"
                  onClick={() => onPick(entry)}
                >
                  {entry.label}
                </button>
              ))}
          </div>
        ))}
      </div>
    </form>
  );
}

function entriesOf({ fields, tags, lists }: Choices): Entry[] {
  const mail = mailKinds.map((kind) => ({
    group: t("kind.mail"),
    label: t(`mail.${kind}`),
    condition: (): Condition => ({ mail: kind, has: true }),
  }));
  const custom = fields.map(({ key, label }) => ({
    group: t("kind.custom"),
    label,
    condition: () => firstAsked(`fields.${key}`, fields),
  }));
  const known = builtIn.map((field) => ({
    group: t("kind.field"),
    label: t(`field.${field}`),
    condition: () => firstAsked(field, fields),
  }));
  const membership: Entry[] = [
    {
      group: t("kind.group"),
      label: t("list"),
      condition: () => ({ list: lists[0]?.id ?? 0, status: "subscribed", has: true }),
    },
    {
      group: t("kind.group"),
      label: t("tag"),
      condition: () => ({ tag: tags[0]?.id ?? 0, has: true }),
    },
    {
      group: t("kind.group"),
      label: t("status"),
      condition: () => ({ status: "mailable", has: true }),
    },
  ];
  const event: Entry = {
    group: t("kind.event"),
    label: t("event"),
    condition: () => ({ event: "", has: true }),
  };
  return [...custom, ...known, ...membership, ...mail, event];
}
