import { type Answer, http, type WorkspaceApi } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { RelativeTime } from "../../ui/display.tsx";
import { Loaded } from "../../ui/states.tsx";
import { Pager } from "../../ui/table.tsx";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./contacts.messages.ts";

type Entry = Answer<ReturnType<WorkspaceApi["contacts"]>["timeline"]["get"]>["items"][number];

const sentences = {
  created: "tlCreated",
  message: "tlMessage",
  event: "tlEvent",
  list: "tlList",
  suppressed: "tlSuppressed",
} as const;

/** What happened with a person, latest first. */
export function ContactTimeline({ path }: { path: string }) {
  const workspace = useWorkspace();
  const { query, pager } = usePages<Entry>({
    key: ["timeline", path],
    read: (cursor, signal) => http.get(`${path}/timeline`, { ...cursor, limit: 30 }, signal),
  });
  return (
    <Loaded query={query}>
      {(entries) =>
        entries.length === 0 ? (
          <p class="text-muted">{t("nothingYet")}</p>
        ) : (
          <>
            <ol class="flex flex-col gap-3">
              {entries.map((entry) => (
                <li key={entry.key} class="flex items-baseline justify-between gap-4">
                  <Sentence entry={entry} base={workspace.base} />
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
  );
}

function Sentence({ entry, base }: { entry: Entry; base: string }) {
  const text = t(sentences[entry.kind], {
    what: entry.what.replaceAll("_", " "),
    campaign: entry.campaignName ?? "",
    list: entry.listName ?? "",
  });
  return (
    <span class="min-w-0">
      {entry.campaignId !== null && entry.seq !== null ? (
        <a class="row-link" href={`${base}/campaigns/${entry.campaignId}/recipients/${entry.seq}`}>
          {text}
        </a>
      ) : (
        text
      )}
      {entry.detail !== "" && <span class="block truncate text-sm text-muted">{entry.detail}</span>}
    </span>
  );
}
