import { useQuery } from "@tanstack/preact-query";
import { type Answer, http, type WorkspaceApi } from "../../api.ts";
import { formatDate } from "../../format.ts";
import { reasonText } from "../../reasons.ts";
import { useWorkspace } from "../../session.ts";
import { Notice } from "../../ui/states.tsx";
import { t } from "./why.messages.ts";

type Why = Answer<ReturnType<WorkspaceApi["campaigns"]>["why"]["get"]>;

/** Why the person with this address is not among the recipients; nothing when they are. */
export function WhyCard({ campaignId, email }: { campaignId: string; email: string }) {
  const workspace = useWorkspace();
  const why = useQuery({
    queryKey: ["why", workspace.id, campaignId, email],
    queryFn: ({ signal }) =>
      http.get<Why>(`${workspace.api}/campaigns/${campaignId}/why`, { email }, signal),
    retry: false,
  });
  const { data } = why;
  if (data === undefined || data.answer === "recipient") {
    return null;
  }
  const lists = (data.excluded.length > 0 ? data.excluded : data.included)
    .map(({ name }) => name)
    .join(", ");
  return (
    <Notice tone="info" title={t("title", { address: data.address })}>
      <p>{t(data.answer, { lists })}</p>
      {data.suppression !== null && (
        <p>
          {t("suppressedSince", {
            time: formatDate(data.suppression.createdAt),
            reason: reasonText(data.suppression.reason),
          })}
        </p>
      )}
      {data.contactId !== null && (
        <p class="mt-2">
          <a class="link" href={`${workspace.base}/contacts/${data.contactId}`}>
            {t("openContact")}
          </a>
        </p>
      )}
    </Notice>
  );
}
