import { Paperclip } from "lucide-preact";
import { useState } from "preact/hooks";
import type { Answer, WorkspaceApi } from "../../api.ts";
import { formatBytes } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/copy.tsx";
import { Card } from "../../ui/display.tsx";
import { namesRemoteContent } from "../../ui/fenced-document.ts";
import { MessageFrame } from "../../ui/message-frame.tsx";
import { Notice } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { Segmented } from "../../ui/toggles.tsx";
import { t } from "./inbox.messages.ts";

/** The content of a stored message, as the API returns it. */
export type MailContent = Pick<
  Answer<ReturnType<WorkspaceApi["inbox"]>["get"]>,
  "subject" | "html" | "text" | "source" | "headers" | "attachments" | "notShown"
>;

type View = "html" | "text" | "headers" | "source";

/**
 * Shows a message rendered, as text, and as its source.
 *
 * @param fromOutside True for mail from outside: its images are loaded only when the reader asks for them.
 */
export function MailView({
  mail,
  fromOutside = false,
}: {
  mail: MailContent;
  fromOutside?: boolean;
}) {
  const [view, setView] = useState<View>(mail.html === null ? "text" : "html");
  const [remote, setRemote] = useState(!fromOutside);
  const headers = mail.headers.map((one) => `${one.name}: ${one.value}`).join("\n");
  return (
    <>
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
            { value: "source", label: t("source") },
          ]}
        >
          {view === "html" && (
            <Html mail={mail} remote={remote} onShowRemote={() => setRemote(true)} />
          )}
          {view === "text" && <Part text={mail.text} label={t("text")} none={t("noText")} />}
          {view === "headers" && <Part text={headers} label={t("headers")} none="" />}
          {view === "source" && (
            <Part text={mail.source} label={t("source")} none={t("noSource")} />
          )}
        </Tabs>
      </Card>
    </>
  );
}

/** The attachments of a message; shows nothing when there are none. */
export function Attachments({ mail }: { mail: Pick<MailContent, "attachments"> }) {
  if (mail.attachments.length === 0) {
    return null;
  }
  return (
    <ul aria-label={t("attachments")} class="mt-3 flex flex-wrap gap-2 border-t border-line pt-3">
      {mail.attachments.map((one, index) => (
        <li key={`${index}-${one.name}`} class="flex items-center gap-1.5 text-sm">
          <Paperclip size={14} aria-hidden="true" class="text-muted" />
          {one.name || one.type} <span class="text-muted">{formatBytes(one.sizeBytes)}</span>
        </li>
      ))}
    </ul>
  );
}

function Html({
  mail,
  remote,
  onShowRemote,
}: {
  mail: MailContent;
  remote: boolean;
  onShowRemote: () => void;
}) {
  const [width, setWidth] = useState<"desktop" | "phone">("desktop");
  const [scheme, setScheme] = useState<"light" | "dark">("light");
  if (mail.html === null) {
    return <p class="p-4 text-muted">{t("noHtml")}</p>;
  }
  return (
    <>
      {!remote && namesRemoteContent(mail.html) && (
        <div class="border-b border-line p-4">
          <Notice
            title={t("picturesBlocked")}
            action={<Button onClick={onShowRemote}>{t("showPictures")}</Button>}
          >
            {t("picturesBlockedWhy")}
          </Notice>
        </div>
      )}
      <div class="flex flex-wrap justify-end gap-2 border-b border-line px-4 py-2">
        <Segmented
          label={t("scheme")}
          value={scheme}
          onChange={setScheme}
          options={[
            { value: "light", label: t("light") },
            { value: "dark", label: t("dark") },
          ]}
        />
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
      <MessageFrame
        html={mail.html}
        title={mail.subject || t("noSubject")}
        remote={remote}
        width={width}
        dark={scheme === "dark"}
      />
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
