import type { ComponentChildren } from "preact";
import { useRoute } from "preact-iso";
import { type Answer, api, apiUrl, ask } from "../../api.ts";
import { formatBytes } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { RelativeTime } from "../../ui/display.tsx";
import { t } from "./inbox.messages.ts";
import { MailPage } from "./mail-page.tsx";
import { KindBadge } from "./received-kind.tsx";

type Mail = Answer<ReturnType<typeof api.instance.received>["get"]>;

/** A bounce, a complaint or a reply of the workspace. */
export function ReceivedMailPage() {
  const { id: workspaceId, base, api: apiBase, canEdit } = useWorkspace();
  const id = Number(useRoute().params["receivedId"]);
  const one = api.workspaces({ workspaceId }).received({ id });
  return (
    <MailPage
      id={id}
      queryKey={["received", workspaceId]}
      back={{ label: t("receivedTitle"), href: `${base}/inbox/received` }}
      rawUrl={apiUrl(`${apiBase}/received/${id}/raw`)}
      read={() => ask(one.get())}
      remove={canEdit ? () => ask(one.delete()) : undefined}
      factsOf={(mail) =>
        factsOf(mail, (campaignId, seq) => `${base}/campaigns/${campaignId}/recipients/${seq}`)
      }
      fromOutside
    />
  );
}

/** A message to postmaster@ or abuse@ of the instance. */
export function InstanceMailMessagePage() {
  const id = Number(useRoute().params["receivedId"]);
  const one = api.instance.received({ id });
  return (
    <MailPage
      id={id}
      queryKey={["received", "instance"]}
      back={{ label: t("instanceMail"), href: "/instance/mail" }}
      rawUrl={apiUrl(`/instance/received/${id}/raw`)}
      read={() => ask(one.get())}
      remove={() => ask(one.delete())}
      factsOf={(mail) => factsOf(mail, undefined)}
      fromOutside
    />
  );
}

function factsOf(
  mail: Mail,
  reportOf: ((campaignId: number, seq: number) => string) | undefined,
): [string, ComponentChildren][] {
  const { campaignId, seq } = mail;
  const isNamed = reportOf !== undefined && campaignId !== null && seq !== null;
  return [
    [t("kind"), <KindBadge key="kind" kind={mail.kind} />],
    [t("from"), mail.headerFrom || mail.from || "<>"],
    [t("to"), mail.to],
    ...(mail.said === "" ? [] : [[t("said"), mail.said] as [string, string]]),
    ...(isNamed
      ? [
          [
            t("about"),
            <a key="about" class="link" href={reportOf(campaignId, seq)}>
              {t("aboutMessage")}
            </a>,
          ] as [string, ComponentChildren],
        ]
      : []),
    [t("received"), <RelativeTime key="at" at={mail.receivedAt} />],
    [t("size"), formatBytes(mail.sizeBytes)],
  ];
}
