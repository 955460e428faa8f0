import { effect } from "@preact/signals";
import { QueryClientProvider } from "@tanstack/preact-query";
import { render } from "preact";
import { App } from "./app.tsx";
import { locale } from "./i18n.ts";
import { applyPreferences } from "./preferences.ts";
import { loadRefusalWords } from "./refusal.ts";
import { queryClient } from "./session.ts";
import "./styles.css";
import { installShortcuts } from "./ui/commands.ts";
import { Confirmations } from "./ui/confirm.tsx";
import { Toasts } from "./ui/toast.tsx";
import { installTooltips } from "./ui/tooltip.ts";

document.documentElement.lang = locale.value;
applyPreferences();
// The server gives reasons in English; this page translates them.
effect(() => {
  if (locale.value !== "en") {
    void loadRefusalWords();
  }
});
installTooltips();
installShortcuts();

const root = document.getElementById("app");
if (root !== null) {
  render(
    <QueryClientProvider client={queryClient}>
      <App />
      <Confirmations />
      <Toasts />
    </QueryClientProvider>,
    root,
  );
}
