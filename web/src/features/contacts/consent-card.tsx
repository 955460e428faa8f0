import { type Answer, apiUrl, ask } from "../../api.ts";
import { formatExact } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { sourceText } from "../../sources.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, RelativeTime, type Tone } from "../../ui/display.tsx";
import { Loaded } from "../../ui/states.tsx";
import { Pager } from "../../ui/table.tsx";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./consent.messages.ts";
import type { OneContact } from "./use-contacts.ts";

type Entry = Answer<OneContact["consent"]["get"]>["items"][number];

const tones: Record<Entry["action"], Tone> = {
  given: "success",
  withdrawn: "neutral",
  changed: "info",
};

/** A person's consent entries with wording and proof, newest first. */
export function ConsentCard({ contactId }: { contactId: number }) {
  const workspace = useWorkspace();
  const { consent } = workspace.call.contacts({ id: contactId });
  const { query, pager } = usePages<Entry>({
    key: ["consent", workspace.id, contactId],
    read: (cursor, signal) =>
      ask(consent.get({ query: { ...cursor, limit: 10 }, fetch: { signal } })),
  });
  const file = apiUrl(`${workspace.api}/consent/export`, { contactId, format: "json" });
  return (
    <Card
      title={t("consent")}
      action={
        workspace.canAdmin && (
          <ButtonLink size="small" href={file} download>
            {t("download")}
          </ButtonLink>
        )
      }
    >
      <Loaded query={query}>
        {(entries) =>
          entries.length === 0 ? (
            <p class="text-muted">{t("none")}</p>
          ) : (
            <>
              <ol class="flex flex-col gap-4">
                {entries.map((entry) => (
                  <li key={entry.id}>
                    <ConsentLine entry={entry} />
                  </li>
                ))}
              </ol>
              {pager.hasMore && <Pager {...pager} />}
            </>
          )
        }
      </Loaded>
    </Card>
  );
}

function ConsentLine({ entry }: { entry: Entry }) {
  const lists = entry.lists.map(({ name }) => name ?? t("deletedList")).join(", ");
  return (
    <div class="flex flex-col gap-1">
      <div class="flex items-baseline justify-between gap-4">
        <span class="flex min-w-0 flex-wrap items-center gap-2">
          <Badge tone={tones[entry.action]}>{t(entry.action)}</Badge>
          <span class="min-w-0 break-words">{lists === "" ? t("allMail") : lists}</span>
        </span>
        <span class="flex-none text-sm text-muted">
          <RelativeTime at={entry.at} />
        </span>
      </div>
      <p class="text-sm break-words text-muted">{originOf(entry).join(" · ")}</p>
      {entry.wording !== null && (
        <details class="text-sm">
          <summary class="text-muted">
            {t("wording")}
            {entry.wordingVersion !== null &&
              ` · ${t("version", { version: entry.wordingVersion })}`}
          </summary>
          <p class="mt-1 whitespace-pre-wrap break-words">{entry.wording}</p>
        </details>
      )}
    </div>
  );
}

function originOf(entry: Entry): string[] {
  if (entry.erasedAt !== null) {
    return [t("erased")];
  }
  const { form, proof } = entry;
  return [
    entry.actor === "contact" ? t("byContact") : t("byOther"),
    form === null ? sourceText(entry.source) : t("viaForm", { name: form.name ?? `#${form.id}` }),
    ...(entry.ip === "" ? [] : [t("fromIp", { ip: entry.ip })]),
    ...(proof === null
      ? []
      : [t("confirmedAt", { when: formatExact(proof.confirmedAt), ip: entry.ip })]),
    ...detailOf(entry),
  ];
}

function detailOf({ imported, detail }: Entry): string[] {
  if (imported === null) {
    return detail === "" ? [] : [sourceText(detail)];
  }
  const when = formatExact(Date.parse(imported.at));
  return [t("claimed", { when, source: sourceText(imported.source) })];
}
