import { Ellipsis, type LucideIcon } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { t } from "./ui.messages.ts";

export type MenuItem =
  | {
      label: string;
      icon?: LucideIcon;
      onSelect?: () => unknown;
      href?: string;
      danger?: boolean;
      disabled?: boolean;
      /** Shown on the right: a shortcut or a count. */
      note?: ComponentChildren;
    }
  | "separator";

/** Positions a popover beside its anchor, within the window. */
export function placePopover(surface: HTMLElement, anchor: HTMLElement, align: "start" | "end") {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = surface;
  const left = align === "start" ? at.left : at.right - width;
  const below = at.bottom + 4 + height <= innerHeight - 8 || at.top < height + 12;
  surface.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  surface.style.top = `${below ? Math.min(at.bottom + 4, Math.max(8, innerHeight - height - 8)) : at.top - height - 4}px`;
}

/**
 * A button that opens a popover. The browser closes it on Esc or a click outside and restores the focus. `tip` is for
 * buttons with only an icon, whose label is then the accessible name. `children` receives a function that closes the
 * popover.
 */
export function Popover({
  label,
  button,
  children,
  align = "start",
  buttonClass = "button",
  role,
  tip,
}: {
  label: string;
  button: ComponentChildren;
  children: (close: () => void) => ComponentChildren;
  align?: "start" | "end";
  buttonClass?: string;
  role?: "menu" | "dialog";
  tip?: boolean;
}) {
  const id = useId();
  const surface = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const onToggle = (event: { newState: string }) => {
    const isOpen = event.newState === "open";
    setOpen(isOpen);
    requestAnimationFrame(() => {
      if (isOpen && surface.current !== null && anchor.current !== null) {
        placePopover(surface.current, anchor.current, align);
        const first = surface.current.querySelector<HTMLElement>(
          "input, [role^=menuitem], a, button",
        );
        first?.focus({ preventScroll: true });
      }
    });
  };
  return (
    <>
      <button
        ref={anchor}
        type="button"
        class={buttonClass}
        aria-label={tip ? label : undefined}
        aria-haspopup={role ?? "dialog"}
        aria-expanded={open}
        data-tip={tip ? label : undefined}
        popovertarget={id}
      >
        {button}
      </button>
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is menu or dialog, both of which take a label */}
      <div
        ref={surface}
        id={id}
        popover="auto"
        role={role === "menu" ? "menu" : "dialog"}
        aria-label={label}
        class="menu-surface"
        onToggle={onToggle}
      >
        {open && children(() => surface.current?.hidePopover())}
      </div>
    </>
  );
}

/** A menu of actions. Arrow keys, Home, End and first letters move; Enter runs the action. */
export function Menu({
  label = t("moreActions"),
  items,
  button,
  buttonClass = "button button-ghost button-square",
  align = "end",
}: {
  label?: string;
  items: MenuItem[];
  button?: ComponentChildren;
  buttonClass?: string;
  align?: "start" | "end";
}) {
  return (
    <Popover
      label={label}
      role="menu"
      align={align}
      buttonClass={buttonClass}
      tip={button === undefined}
      button={button ?? <Ellipsis size={16} aria-hidden="true" />}
    >
      {(close) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the menu role is on the popover; this only listens for its keys
        <div onKeyDown={moveFocus}>
          {items.map((item, index) => (
            <MenuRow key={index} item={item} close={close} />
          ))}
        </div>
      )}
    </Popover>
  );
}

function MenuRow({ item, close }: { item: MenuItem; close: () => void }) {
  if (item === "separator") {
    return <hr class="my-1 border-line" />;
  }
  const { icon: Icon, label, href, danger, note } = item;
  const className = `menu-item ${danger ? "menu-item-danger" : ""}`;
  const inside = (
    <>
      {Icon && <Icon size={15} aria-hidden="true" />}
      <span class="flex-1 truncate">{label}</span>
      {note !== undefined && <span class="text-xs text-muted">{note}</span>}
    </>
  );
  if (href !== undefined) {
    return (
      <a role="menuitem" href={href} class={className} onClick={close}>
        {inside}
      </a>
    );
  }
  return (
    <button
      type="button"
      role="menuitem"
      class={className}
      aria-disabled={item.disabled}
      onClick={() => {
        if (item.disabled !== true) {
          close();
          item.onSelect?.();
        }
      }}
    >
      {inside}
    </button>
  );
}

function moveFocus(event: KeyboardEvent): void {
  const menu = event.currentTarget as HTMLElement;
  const rows = [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const to: Record<string, number> = {
    ArrowDown: (at + 1) % rows.length,
    ArrowUp: (at - 1 + rows.length) % rows.length,
    Home: 0,
    End: rows.length - 1,
  };
  const next = to[event.key] ?? letterMatch(rows, at, event.key);
  if (next !== undefined && next >= 0) {
    event.preventDefault();
    rows[next]?.focus();
  }
}

function letterMatch(rows: HTMLElement[], at: number, key: string): number | undefined {
  if (key.length !== 1 || key === " ") {
    return undefined;
  }
  const starts = (row: HTMLElement) =>
    row.textContent.trim().toLowerCase().startsWith(key.toLowerCase());
  const after = rows.findIndex((row, index) => index > at && starts(row));
  return after === -1 ? rows.findIndex(starts) : after;
}
