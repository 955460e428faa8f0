import type { ComponentChildren } from "preact";
import { useRoute } from "preact-iso";
import { type Answer, api, apiUrl, ask } from "../../api.ts";
import { formatBytes } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { RelativeTime } from "../../ui/display.tsx";
import { t } from "./inbox.messages.ts";
import { MailPage } from "./mail-page.tsx";

type Mail = Answer<ReturnType<typeof api.instance.inbox>["get"]>;

/** One captured message: rendered, as text, and as its source. */
export function InboxMessagePage() {
  const workspace = useWorkspace();
  const id = Number(useRoute().params["messageId"]);
  const one = workspace.call.inbox({ id });
  return (
    <MailPage
      id={id}
      queryKey={["inbox", workspace.id]}
      back={{ label: t("title"), href: `${workspace.base}/inbox` }}
      rawUrl={apiUrl(`${workspace.api}/inbox/${id}/raw`)}
      factsOf={factsOf}
      read={() => ask(one.get())}
      remove={workspace.canEdit ? () => ask(one.delete()) : undefined}
    />
  );
}

/** One message of the instance's own test inbox. */
export function InstanceInboxMessagePage() {
  const id = Number(useRoute().params["instanceMessageId"]);
  const one = api.instance.inbox({ id });
  return (
    <MailPage
      id={id}
      queryKey={["inbox", "instance"]}
      back={{ label: t("instanceInbox"), href: "/instance/inbox" }}
      rawUrl={apiUrl(`/instance/inbox/${id}/raw`)}
      factsOf={factsOf}
      read={() => ask(one.get())}
      remove={() => ask(one.delete())}
    />
  );
}

const factsOf = (mail: Mail): [string, ComponentChildren][] => [
  [t("from"), mail.from || "<>"],
  [t("to"), mail.to],
  [t("received"), <RelativeTime key="at" at={mail.receivedAt} />],
  [t("size"), formatBytes(mail.sizeBytes)],
];
