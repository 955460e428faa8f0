import { X } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, http, type WorkspaceApi } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
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

type Entry = Answer<ReturnType<WorkspaceApi["contacts"]>["timeline"]["get"]>["items"][number];

const sentences = {
  created: "tlCreated",
  message: "tlMessage",
  event: "tlEvent",
  list: "tlList",
  suppressed: "tlSuppressed",
  note: "tlNote",
  edit: "tlEdit",
  consent: "tlConsent",
  custom_event: "tlCustomEvent",
} as const satisfies Record<Entry["kind"], string>;

const refresh = () => queryClient.invalidateQueries({ queryKey: ["timeline"] });

/** What happened with a person, latest first, and notes that people write about them. */
export function ContactTimeline({ path }: { path: string }) {
  const workspace = useWorkspace();
  const kinds = useUrlState().get("show");
  const { query, pager } = usePages<Entry>({
    key: ["timeline", path, kinds],
    read: (cursor, signal) => http.get(`${path}/timeline`, { ...cursor, kinds, limit: 30 }, signal),
  });
  return (
    <div class="flex flex-col gap-4">
      {workspace.canEdit && <NoteForm path={path} />}
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
                    <Sentence entry={entry} base={workspace.base} path={path} />
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

function NoteForm({ path }: { path: string }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const saved = await attempt(() => http.post(`${path}/notes`, { text }));
    setBusy(false);
    if (saved) {
      setText("");
      await refresh();
    }
  };
  return (
    <form class="flex flex-col items-start gap-2" onSubmit={save}>
      <TextArea label={t("writeNote")} value={text} onInput={setText} rows={2} />
      {text.trim() !== "" && (
        <Button type="submit" busy={busy}>
          {t("addNote")}
        </Button>
      )}
    </form>
  );
}

function Sentence({ entry, base, path }: { entry: Entry; base: string; path: string }) {
  const isMerge = entry.kind === "edit" && entry.what === "merge";
  const text = isMerge
    ? t("tlMerge")
    : t(sentences[entry.kind], {
        what: entry.kind === "edit" ? changed(entry.detail) : entry.what.replaceAll("_", " "),
        campaign: entry.campaignName ?? "",
        list: entry.listName ?? "",
      });
  const detail = entry.kind === "edit" ? differences(entry.detail) : entry.detail;
  return (
    <span class="min-w-0">
      {entry.campaignId !== null && entry.seq !== null ? (
        <a class="row-link" href={`${base}/campaigns/${entry.campaignId}/recipients/${entry.seq}`}>
          {text}
        </a>
      ) : (
        text
      )}
      {entry.actorName !== null && (
        <span class="text-sm text-muted"> {t("tlBy", { name: entry.actorName })}</span>
      )}
      {entry.kind === "note" ? (
        <Note entry={entry} path={path} />
      ) : (
        detail !== "" && <span class="block truncate text-sm text-muted">{detail}</span>
      )}
    </span>
  );
}

function Note({ entry, path }: { entry: Entry; path: string }) {
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
      (await attempt(() => http.delete(`${path}/notes/${entry.what}`)))
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
    .map((name) => name.replace(/^fields\./, ""))
    .join(", ");
}

function differences(detail: string): string {
  const shown = (value: unknown) => (value === null || value === "" ? "–" : String(value));
  return Object.values(JSON.parse(detail) as Changes)
    .map(({ from, to }) => `${shown(from)} → ${shown(to)}`)
    .join("; ");
}
