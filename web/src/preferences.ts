import { effect, signal } from "@preact/signals";

/** Appearance settings that this browser remembers. */
export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

function remembered<T extends string>(key: string, choices: readonly T[], fallback: T) {
  const stored = localStorage.getItem(key) as T | null;
  const value = signal<T>(stored !== null && choices.includes(stored) ? stored : fallback);
  effect(() => localStorage.setItem(key, value.value));
  return value;
}

export const theme = remembered<Theme>("swiftmail.theme", ["system", "light", "dark"], "system");
export const density = remembered<Density>(
  "swiftmail.density",
  ["comfortable", "compact"],
  "comfortable",
);

/** Applies the settings to <html> and keeps it up to date. */
export function applyPreferences(): void {
  const root = document.documentElement;
  effect(() => {
    root.style.colorScheme = theme.value === "system" ? "" : theme.value;
  });
  effect(() => {
    root.dataset["density"] = density.value;
  });
}
