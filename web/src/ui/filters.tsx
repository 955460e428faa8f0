import { ListFilter, Search, X } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Menu, Popover } from "./menu.tsx";
import { t } from "./ui.messages.ts";
import { useUrlState } from "./url-state.ts";

/** The row above a list: search and filters at the start, actions at the end. */
export function Toolbar({
  children,
  end,
}: {
  children: ComponentChildren;
  end?: ComponentChildren;
}) {
  return (
    <div class="flex min-h-12 flex-wrap items-center gap-2 border-b border-line px-4 py-2">
      <div class="flex min-w-0 flex-1 flex-wrap items-center gap-2">{children}</div>
      {end !== undefined && <div class="flex flex-none items-center gap-1">{end}</div>}
    </div>
  );
}

/** A search box that updates `?q=` 250 ms after the last key. `/` focuses it. */
export function SearchBox({
  label = t("search"),
  param = "q",
}: {
  label?: string;
  param?: string;
}) {
  const url = useUrlState();
  const current = url.get(param) ?? "";
  const [text, setText] = useState(current);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(current), [current]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (next: string, afterMs: number) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => url.set({ [param]: next.trim(), cursor: undefined }), afterMs);
  };
  return (
    <div class="input input-group w-full sm:w-64">
      <Search size={14} aria-hidden="true" class="flex-none text-muted" />
      <input
        type="search"
        data-search
        aria-label={label}
        placeholder={label}
        value={text}
        onInput={(event) => change(event.currentTarget.value, 250)}
        onKeyDown={(event) => event.key === "Escape" && text !== "" && change("", 0)}
      />
      {text !== "" && (
        <button
          type="button"
          aria-label={t("clearSearch")}
          class="rounded text-muted hover:text-base-content"
          onClick={() => change("", 0)}
        >
          <X size={14} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

export type FilterChoice = {
  /** The query parameter that stores it. */
  param: string;
  label: string;
  options: { value: string; label: string }[];
};

/** Filters as chips, stored in the URL. A menu adds one, and its chip changes or removes it. */
export function FilterChips({ filters }: { filters: FilterChoice[] }) {
  const url = useUrlState();
  const active = filters.filter((filter) => url.get(filter.param) !== undefined);
  const rest = filters.filter((filter) => url.get(filter.param) === undefined);
  const set = (param: string, value: string | undefined) =>
    url.set({ [param]: value, cursor: undefined });
  return (
    <>
      {active.map((filter) => (
        <Chip
          key={filter.param}
          filter={filter}
          value={url.get(filter.param) ?? ""}
          onSet={(value) => set(filter.param, value)}
        />
      ))}
      {rest.length > 0 && <AddFilter filters={rest} onSet={set} />}
      {active.length > 1 && (
        <button
          type="button"
          class="button button-ghost text-muted"
          onClick={() =>
            url.set(Object.fromEntries(active.map((filter) => [filter.param, undefined])))
          }
        >
          {t("clearFilters")}
        </button>
      )}
    </>
  );
}

function AddFilter({
  filters,
  onSet,
}: {
  filters: FilterChoice[];
  onSet: (param: string, value: string) => void;
}) {
  return (
    <Popover
      label={t("addFilter")}
      buttonClass="button border-dashed"
      button={
        <>
          <ListFilter size={14} aria-hidden="true" />
          {t("addFilter")}
        </>
      }
    >
      {(close) =>
        filters.map((filter) => (
          <fieldset key={filter.param} class="pb-1">
            <legend class="px-2 pt-1.5 pb-0.5 text-xs font-medium text-muted">
              {filter.label}
            </legend>
            {filter.options.map((option) => (
              <button
                key={option.value}
                type="button"
                class="menu-item"
                onClick={() => {
                  close();
                  onSet(filter.param, option.value);
                }}
              >
                {option.label}
              </button>
            ))}
          </fieldset>
        ))
      }
    </Popover>
  );
}

function Chip({
  filter,
  value,
  onSet,
}: {
  filter: FilterChoice;
  value: string;
  onSet: (value: string | undefined) => void;
}) {
  const label = filter.options.find((option) => option.value === value)?.label ?? value;
  return (
    <span class="inline-flex">
      <Menu
        label={`${filter.label}: ${label}`}
        align="start"
        buttonClass="button rounded-r-none border-r-0"
        button={
          <>
            <span class="text-muted">{filter.label}</span>
            {label}
          </>
        }
        items={filter.options.map((option) => ({
          label: option.label,
          onSelect: () => onSet(option.value),
        }))}
      />
      <button
        type="button"
        aria-label={t("removeFilter", { name: filter.label })}
        class="button rounded-l-none px-2 text-muted"
        onClick={() => onSet(undefined)}
      >
        <X size={13} aria-hidden="true" />
      </button>
    </span>
  );
}
