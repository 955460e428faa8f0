import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "./ui.messages.ts";

/** A command for the palette, optionally with a shortcut. */
export type Command = {
  id: string;
  label: string;
  /** Additional words by which it is found. */
  keywords?: string;
  /** Its group heading in the palette. */
  group: string;
  /** One key ("n") or two in sequence ("g c"). */
  shortcut?: string;
  run: () => unknown;
};

const registered = signal<Command[]>([]);

/** All commands that are currently available. */
export function currentCommands(): Command[] {
  return registered.value;
}

/** A command of a page. Its group is "On this page" unless given. */
export type PageCommand = Omit<Command, "group"> & { group?: string };

/** Registers commands while the component is mounted. Those of the page come first. `deps` as in useEffect. */
export function useCommands(commands: () => PageCommand[], deps: unknown[]): void {
  useEffect(() => {
    const mine = commands().map((one) => ({ ...one, group: one.group ?? t("thisPage") }));
    const ids = new Set(mine.map((one) => one.id));
    const others = registered.value.filter((one) => !ids.has(one.id));
    const isOfPage = mine[0]?.group === t("thisPage");
    registered.value = isOfPage ? [...mine, ...others] : [...others, ...mine];
    return () => {
      registered.value = registered.value.filter((one) => !mine.includes(one));
    };
  }, deps);
}

/**
 * How well `query` matches a command: undefined for no match, lower is better. The letters only need to be in order.
 */
export function matchScore(
  query: string,
  command: Pick<Command, "label" | "keywords">,
): number | undefined {
  const wanted = query.trim().toLowerCase();
  const text = `${command.label} ${command.keywords ?? ""}`.toLowerCase();
  const at = text.indexOf(wanted);
  if (at !== -1) {
    return at === 0 || text[at - 1] === " " ? at : at + 50;
  }
  let from = 0;
  for (const letter of wanted.replaceAll(" ", "")) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) {
      return undefined;
    }
  }
  return 200 + from;
}

let pending = "";
let pendingTimer: ReturnType<typeof setTimeout> | undefined;

/** Runs the command whose shortcut is pressed, except while typing or in a dialog. Called once, in main.tsx. */
export function installShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.defaultPrevented ||
      isTyping(event)
    ) {
      return;
    }
    const keys = pending === "" ? event.key : `${pending} ${event.key}`;
    const commands = registered.value;
    const found = commands.find((one) => one.shortcut === keys);
    clearTimeout(pendingTimer);
    pending = "";
    if (found !== undefined) {
      event.preventDefault();
      found.run();
    } else if (commands.some((one) => one.shortcut?.startsWith(`${event.key} `))) {
      pending = event.key;
      pendingTimer = setTimeout(() => {
        pending = "";
      }, 1000);
    }
  });
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  return (
    target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    document.querySelector("dialog[open], [popover]:popover-open:not([popover=manual])") !== null
  );
}
