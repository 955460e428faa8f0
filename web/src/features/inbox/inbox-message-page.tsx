import { useQuery } from "@tanstack/preact-query";
import { Download, Paperclip } from "lucide-preact";
import { useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { api, apiUrl, ask } from "../../api.ts";
import { formatBytes } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/copy.tsx";
import { Card, Facts, RelativeTime } from "../../ui/display.tsx";
import { MessageFrame } from "../../ui/message-frame.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { Segmented } from "../../ui/toggles.tsx";
import { t } from "./inbox.messages.ts";

const readMail = (workspaceId: string, id: number) =>
  ask(api.workspaces({ workspaceId }).inbox({ id }).get());

type Mail = Awaited<ReturnType<typeof readMail>>;

/** One captured message: as a reader sees it, as text, and as it came over the wire. */
export function InboxMessagePage() {
  const workspace = useWorkspace();
  const id = Number(useRoute().params["messageId"]);
  const query = useQuery({
    queryKey: ["inbox-message", workspace.id, id],
    queryFn: () => readMail(workspace.id, id),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <PageHeader
        title={query.data?.subject || t("noSubject")}
        trail={[{ label: t("title"), href: `${workspace.base}/inbox` }]}
        actions={
          <ButtonLink href={apiUrl(`${workspace.api}/inbox/${id}/raw`)} icon={Download} download>
            {t("download")}
          </ButtonLink>
        }
      />
      <PageBody>
        <Loaded query={query}>{(mail) => <Message mail={mail} />}</Loaded>
      </PageBody>
    </>
  );
}

function Message({ mail }: { mail: Mail }) {
  const [view, setView] = useState<"html" | "text" | "headers">(
    mail.html === null ? "text" : "html",
  );
  return (
    <>
      <Card>
        <Facts
          items={[
            [t("from"), mail.from || "<>"],
            [t("to"), mail.to],
            [t("received"), <RelativeTime key="at" at={mail.receivedAt} />],
            [t("size"), formatBytes(mail.sizeBytes)],
          ]}
        />
        {mail.attachments.length > 0 && <Attachments mail={mail} />}
      </Card>
      {mail.notShown !== null && <Notice tone="warning" title={mail.notShown} />}
      <Card flush>
        <Tabs
          label={t("view")}
          value={view}
          onChange={setView}
          tabs={[
            { value: "html", label: t("html") },
            { value: "text", label: t("text") },
            { value: "headers", label: t("headers") },
          ]}
        >
          {view === "html" && <Html mail={mail} />}
          {view === "text" && <Part text={mail.text} label={t("text")} none={t("noText")} />}
          {view === "headers" && (
            <Part
              text={mail.headers.map((one) => `${one.name}: ${one.value}`).join("\n")}
              label={t("headers")}
              none=""
            />
          )}
        </Tabs>
      </Card>
    </>
  );
}

function Attachments({ mail }: { mail: Mail }) {
  return (
    <ul aria-label={t("attachments")} class="mt-3 flex flex-wrap gap-2 border-t border-line pt-3">
      {mail.attachments.map((one) => (
        <li key={one.name} class="flex items-center gap-1.5 text-sm">
          <Paperclip size={14} aria-hidden="true" class="text-muted" />
          {one.name} <span class="text-muted">{formatBytes(one.sizeBytes)}</span>
        </li>
      ))}
    </ul>
  );
}

function Html({ mail }: { mail: Mail }) {
  const [width, setWidth] = useState<"desktop" | "phone">("desktop");
  if (mail.html === null) {
    return <p class="p-4 text-muted">{t("noHtml")}</p>;
  }
  return (
    <>
      <div class="flex justify-end border-b border-line px-4 py-2">
        <Segmented
          label={t("width")}
          value={width}
          onChange={setWidth}
          options={[
            { value: "desktop", label: t("desktop") },
            { value: "phone", label: t("phone") },
          ]}
        />
      </div>
      <MessageFrame html={mail.html} title={mail.subject || t("noSubject")} width={width} />
    </>
  );
}

function Part({ text, label, none }: { text: string | null; label: string; none: string }) {
  return (
    <div class="p-4">
      {text === null ? <p class="text-muted">{none}</p> : <CodeBlock label={label} text={text} />}
    </div>
  );
}
