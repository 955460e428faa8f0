import { useQuery } from "@tanstack/preact-query";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { formatDate } from "../../format.ts";
import { locale } from "../../i18n.ts";
import { reasonText } from "../../reasons.ts";
import { useWorkspace } from "../../session.ts";
import { Notice } from "../../ui/states.tsx";
import { t } from "./why.messages.ts";

type Why = Answer<ReturnType<WorkspaceApi["campaigns"]>["why"]["get"]>;

/** Explains why the person with this address is not a recipient; shows nothing when they are. */
export function WhyCard({ campaignId, email }: { campaignId: number; email: string }) {
  const workspace = useWorkspace();
  const why = useQuery({
    queryKey: ["why", workspace.id, campaignId, email, locale.value],
    queryFn: ({ signal }) =>
      ask(
        workspace.call
          .campaigns({ id: campaignId })
          .why.get({ query: { email, language: locale.value }, fetch: { signal } }),
      ),
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
      <p>{t(data.answer, { lists, until: formatDate(data.pausedUntil ?? 0) })}</p>
      <Segments why={data} />
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

/** The result of each segment of the audience, when segments are the reason. */
function Segments({ why }: { why: Why }) {
  const role = why.answer === "in_excluded_segment" ? "exclude" : "include";
  const isAboutSegments = why.answer === "in_no_segment" || why.answer === "in_excluded_segment";
  const segments = why.segments.filter(
    (one) => one.role === role && one.matches === (role === "exclude"),
  );
  if (!isAboutSegments || segments.length === 0) {
    return null;
  }
  return (
    <>
      <ul class="mt-2 flex list-disc flex-col gap-2 pl-5">
        {segments.map((one) => (
          <li key={one.segmentId}>
            {one.matches ? (
              t("didMatch", { name: one.name, words: one.words })
            ) : (
              <Missed {...one} />
            )}
            {one.isChanged && <span class="block">{t("segmentChanged")}</span>}
          </li>
        ))}
      </ul>
      <p class="mt-2 text-sm">{t("askedNow")}</p>
    </>
  );
}

function Missed({ name, words, missing, isChanged }: Why["segments"][number]) {
  const isFixed = missing.length === 0 && !isChanged;
  return (
    <>
      {t("didNotMatch", { name })}
      {isFixed && <span class="block">{t("frozenPeople")}</span>}
      {missing.map((part) => (
        <span key={part} class="block">
          {t("notMet", { words: part })}
        </span>
      ))}
      {missing.length === 0 && isChanged && words !== "" && (
        <span class="block">{t("ruleOf", { words })}</span>
      )}
    </>
  );
}
