import { api, ask } from "../../api.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Notice } from "../../ui/states.tsx";
import { attempt } from "../../ui/toast.tsx";
import { isOlderSystem, useDamage } from "./damage.tsx";
import { t } from "./older-system.messages.ts";

/** The notice that system.db is an older copy. Nothing runs until the administrator accepts the copy. */
export function OlderSystem() {
  const damage = useDamage();
  const notice = damage.data?.notices.find(isOlderSystem);
  if (notice === undefined) {
    return null;
  }
  const { id, records, path } = notice;
  const goOn = async () => {
    const question = { title: t("goOnQuestion"), body: t("goOnBody"), action: t("goOn") };
    if (
      (await confirm({ ...question, danger: true })) &&
      (await attempt(() => ask(api.instance.damage.notices({ id }).read.post())))
    ) {
      void damage.refetch();
    }
  };
  return (
    <Notice tone="error" title={t("title")}>
      <div class="flex flex-col gap-2">
        <p>
          {t("what")} {records > 0 && t("changes", { records })}
        </p>
        <p>{t("done")}</p>
        <p>{t("restore")}</p>
        <p>{t("check")}</p>
        <p class="break-all">{t("place", { path })}</p>
        <div>
          <Button size="small" onClick={goOn}>
            {t("goOn")}
          </Button>
        </div>
      </div>
    </Notice>
  );
}
