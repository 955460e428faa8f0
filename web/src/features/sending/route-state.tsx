import { Badge } from "../../ui/display.tsx";
import type { Route } from "./route.ts";
import { t } from "./sending.messages.ts";

/** Whether a sending method works, according to its last check. */
export function RouteState({ route }: { route: Route }) {
  if (!route.enabled) {
    return <Badge>{t("off")}</Badge>;
  }
  if (route.lastCheck === null) {
    return <Badge>{t("neverChecked")}</Badge>;
  }
  const { ok } = route.lastCheck;
  return <Badge tone={ok ? "success" : "error"}>{ok ? t("works") : t("fails")}</Badge>;
}
