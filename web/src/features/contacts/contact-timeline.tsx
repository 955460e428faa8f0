import { X } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, ask, given } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { sourcePath } from "../../sources.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { RelativeTime } from "../../ui/display.tsx";
import { TextArea } from "../../ui/field.tsx";
import { FilterChips } from "../../ui/filters.tsx";
import { Loaded } from "../../ui/states.tsx";
import { Pager } from "../../ui/table.tsx";
import { attempt } from "../../ui/toast.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./contacts.messages.ts";
import { t as words } from "./timeline.messages.ts";
import { entryWords } from "./timeline-words.ts";
import type { OneContact } from "./use-contacts.ts";

type Entry = Answer<OneContact["timeline"]["get"]>["items"][number];

const refresh = () => queryClient.invalidateQueries({ queryKey: ["timeline"] });

/** A contact's history, newest first, with notes. */
export function ContactTimeline({ contactId }: { contactId: number }) {
  const workspace = useWorkspace();
  const contact = workspace.call.contacts({ id: contactId });
  const kinds = useUrlState().get("show");
  const { query, pager } = usePages<Entry>({
    key: ["timeline", workspace.id, contactId, kinds],
    read: (cursor, signal) =>
      ask(
        contact.timeline.get({ query: given({ ...cursor, kinds, limit: 30 }), fetch: { signal } }),
      ),
  });
  return (
    <div class="flex flex-col gap-4">
      {workspace.canEdit && <NoteForm contact={contact} />}
      <div>
        <FilterChips
          filters={[
            {
              param: "show",
              label: t("tlShow"),
              options: [
                { value: "message,event", label: t("tlMail") },
                { value: "list,consent,suppressed", label: t("tlSubscriptions") },
                { value: "note", label: t("tlNotes") },
                { value: "edit,created", label: t("tlEdits") },
                { value: "custom_event", label: t("tlEvents") },
              ],
            },
          ]}
        />
      </div>
      <Loaded query={query}>
        {(entries) =>
          entries.length === 0 ? (
            <p class="text-muted">{t("nothingYet")}</p>
          ) : (
            <>
              <ol class="flex flex-col gap-3">
                {entries.map((entry) => (
                  <li key={entry.key} class="flex items-baseline justify-between gap-4">
                    <Sentence entry={entry} base={workspace.base} contact={contact} />
                    <span class="flex-none text-sm text-muted">
                      <RelativeTime at={entry.at} />
                    </span>
                  </li>
                ))}
              </ol>
              {pager.hasMore && <Pager {...pager} />}
            </>
          )
        }
      </Loaded>
    </div>
  );
}

function NoteForm({ contact }: { contact: OneContact }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const saved = await attempt(() => ask(contact.notes.post({ text })));
    setBusy(false);
    if (saved) {
      setText("");
      await refresh();
    }
  };
  return (
    <form class="flex flex-col items-start gap-2" onSubmit={save}>
      <div class="w-full">
        <TextArea label={t("writeNote")} value={text} onInput={setText} rows={2} />
      </div>
      {text.trim() !== "" && (
        <Button type="submit" busy={busy}>
          {t("addNote")}
        </Button>
      )}
    </form>
  );
}

function Sentence({ entry, base, contact }: { entry: Entry; base: string; contact: OneContact }) {
  const { text, detail } = said(entry);
  const actor = entry.actor === "contact" ? words("byContact") : entry.actorName;
  return (
    <span class="min-w-0">
      {entry.campaignId !== null && entry.seq !== null ? (
        <a class="row-link" href={`${base}/campaigns/${entry.campaignId}/recipients/${entry.seq}`}>
          {text}
        </a>
      ) : (
        text
      )}
      {actor !== null && (
        <span class="text-sm text-muted">
          {" "}
          {entry.actor === "contact" ? actor : t("tlBy", { name: actor })}
        </span>
      )}
      {entry.kind === "note" ? (
        <Note entry={entry} contact={contact} />
      ) : (
        detail !== "" && <Detail detail={detail} page={sourcePath(entry.detail)} base={base} />
      )}
    </span>
  );
}

function Detail({
  detail,
  page,
  base,
}: {
  detail: string;
  page: string | undefined;
  base: string;
}) {
  return (
    <span class="block text-sm text-muted [overflow-wrap:anywhere]">
      {page === undefined ? (
        detail
      ) : (
        <a class="link" href={base + page}>
          {detail}
        </a>
      )}
    </span>
  );
}

function said(entry: Entry): { text: string; detail: string } {
  switch (entry.kind) {
    case "note":
      return { text: t("tlNote"), detail: "" };
    case "edit":
      return entry.what === "merge"
        ? { text: t("tlMerge"), detail: differences(entry.detail) }
        : {
            text: t("tlEdit", { what: changed(entry.detail) }),
            detail: differences(entry.detail),
          };
    case "custom_event":
      return { text: t("tlCustomEvent", { what: entry.what }), detail: properties(entry.detail) };
    default:
      return entryWords(entry);
  }
}

function Note({ entry, contact }: { entry: Entry; contact: OneContact }) {
  const workspace = useWorkspace();
  const remove = async () => {
    const question = {
      title: t("removeNoteAsk"),
      body: entry.detail,
      action: t("removeNote"),
      danger: true,
    };
    if (
      (await confirm(question)) &&
      (await attempt(() => ask(contact.notes({ noteId: entry.what }).delete())))
    ) {
      await refresh();
    }
  };
  return (
    <span class="flex items-start gap-2">
      <span class="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">{entry.detail}</span>
      {workspace.canEdit && (
        <IconButton icon={X} label={t("removeNote")} size="small" onClick={remove} />
      )}
    </span>
  );
}

type Changes = Record<string, { from: unknown; to: unknown }>;

function changed(detail: string): string {
  return Object.keys(JSON.parse(detail) as Changes)
    .map(fieldName)
    .join(", ");
}

const names: Record<string, () => string> = {
  email: () => t("email"),
  firstName: () => t("firstName"),
  lastName: () => t("lastName"),
  language: () => t("language"),
  country: () => t("country"),
  city: () => t("city"),
  timeZone: () => t("timeZone"),
  trackingOff: () => t("trackingOff"),
};

const fieldName = (name: string) =>
  Object.hasOwn(names, name) ? names[name]?.() : name.replace(/^fields\./, "");

function properties(detail: string): string {
  return Object.entries(JSON.parse(detail) as Record<string, unknown>)
    .map(([name, value]) => `${name}: ${shown(value)}`)
    .join(", ");
}

function shown(value: unknown): string {
  const text = Array.isArray(value) ? value.join(", ") : String(value ?? "");
  return text === "" ? "–" : text;
}

function differences(detail: string): string {
  return Object.values(JSON.parse(detail) as Changes)
    .map(({ from, to }) => `${shown(from)} → ${shown(to)}`)
    .join("; ");
}
