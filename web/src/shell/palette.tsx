import { Search } from "lucide-preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Me } from "../session.ts";
import { type Command, currentCommands, matchScore } from "../ui/commands.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Key } from "../ui/display.tsx";
import { useFound } from "./palette-search.ts";
import { closeKeyboardDialog, keyboardDialog } from "./palette-state.ts";
import { t } from "./shell.messages.ts";

/** The command palette or the list of shortcuts, whichever is open. */
export function Palette({ me }: { me: Me }) {
  const open = keyboardDialog.value;
  if (open === "palette") {
    return <PaletteDialog me={me} />;
  }
  return open === "shortcuts" ? <ShortcutsDialog /> : null;
}

/** The matching commands, best first; in their own order when nothing is typed. */
export function findCommands(commands: Command[], query: string): Command[] {
  if (query.trim() === "") {
    return commands;
  }
  return commands
    .map((command) => ({ command, score: matchScore(query, command) }))
    .filter((one): one is { command: Command; score: number } => one.score !== undefined)
    .sort((a, b) => a.score - b.score)
    .map((one) => one.command);
}

function PaletteDialog({ me }: { me: Me }) {
  const box = useRef<HTMLDialogElement>(null);
  const listId = useId();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const named = useFound(me, query);
  const found = [...findCommands(currentCommands(), query).slice(0, 60), ...named];
  useEffect(() => {
    box.current?.showModal();
    return () => box.current?.close();
  }, []);
  const run = (command: Command | undefined) => {
    if (command !== undefined) {
      closeKeyboardDialog();
      // Runs after the dialog has returned the focus, so that the command can move it.
      requestAnimationFrame(() => command.run());
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((at + step + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(found[at]);
    }
  };
  return (
    <dialog
      ref={box}
      aria-label={t("palette")}
      class="dialog mt-[12vh] w-[min(560px,calc(100vw-24px))]"
      onCancel={closeKeyboardDialog}
      onMouseDown={(event) => event.target === box.current && closeKeyboardDialog()}
    >
      <div class="flex items-center gap-3 border-b border-line px-4">
        <Search size={16} aria-hidden="true" class="flex-none text-muted" />
        <input
          class="h-12 min-w-0 flex-1 bg-transparent text-lg outline-none"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={found[at] && `${listId}-${at}`}
          aria-label={t("palette")}
          placeholder={t("palettePlaceholder")}
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <Key>esc</Key>
      </div>
      <Results id={listId} found={found} at={at} query={query} onRun={run} onPoint={setAt} />
    </dialog>
  );
}

function Results({
  id,
  found,
  at,
  query,
  onRun,
  onPoint,
}: {
  id: string;
  found: Command[];
  at: number;
  query: string;
  onRun: (command: Command) => void;
  onPoint: (at: number) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });
  return (
    <div
      ref={list}
      id={id}
      role="listbox"
      aria-label={t("palette")}
      tabIndex={-1}
      class="max-h-[min(400px,60vh)] overflow-auto p-1.5"
    >
      {found.length === 0 && (
        <p class="px-3 py-6 text-center text-muted">{t("nothingFound", { query })}</p>
      )}
      {found.map((command, index) => (
        <div key={command.id} role="presentation">
          {isHeaded(command, found[index - 1], query) && (
            <div class="px-2 pt-2 pb-1 text-xs font-medium text-muted">{command.group}</div>
          )}
          <button
            id={`${id}-${index}`}
            type="button"
            role="option"
            aria-selected={index === at}
            tabIndex={-1}
            class="menu-item h-9"
            onClick={() => onRun(command)}
            onMouseMove={() => onPoint(index)}
          >
            <span class="flex-1 truncate">{command.label}</span>
            {command.shortcut !== undefined && <Shortcut keys={command.shortcut} />}
          </button>
        </div>
      ))}
    </div>
  );
}

/** While typing, commands of all groups are sorted by relevance, so only search results keep their heading. */
function isHeaded(command: Command, before: Command | undefined, query: string): boolean {
  return command.group !== before?.group && (query === "" || command.id.startsWith("/"));
}

function Shortcut({ keys }: { keys: string }) {
  return (
    <span class="flex flex-none items-center gap-1">
      {keys.split(" ").map((key) => (
        <Key key={key}>{key}</Key>
      ))}
    </span>
  );
}

function ShortcutsDialog() {
  const withKeys = currentCommands().filter((command) => command.shortcut !== undefined);
  const groups = [...new Set(withKeys.map((command) => command.group))];
  return (
    <Dialog title={t("keyboardShortcuts")} onClose={closeKeyboardDialog}>
      <div class="flex flex-col gap-5">
        {groups.map((group) => (
          <section key={group}>
            <h3 class="mb-1 text-sm font-medium text-muted">{group}</h3>
            <dl>
              {withKeys
                .filter((command) => command.group === group)
                .map((command) => (
                  <div
                    key={command.id}
                    class="flex min-h-8 items-center justify-between gap-4 border-b border-line last:border-0"
                  >
                    <dt>{command.label}</dt>
                    <dd>
                      <Shortcut keys={command.shortcut ?? ""} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <p class="flex items-center justify-between border-t border-line pt-3">
          {t("palette")} <Shortcut keys="Ctrl K" />
        </p>
      </div>
    </Dialog>
  );
}
