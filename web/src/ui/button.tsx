import type { LucideIcon } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { Spinner } from "./spinner.tsx";

const variants = {
  default: "button",
  primary: "button button-primary",
  danger: "button button-danger",
  ghost: "button button-ghost",
};
const sizes = { small: "button-small", medium: "", large: "button-large" };

type Look = {
  variant?: keyof typeof variants;
  size?: keyof typeof sizes;
  icon?: LucideIcon;
  class?: string;
};

export type ButtonProps = Look & {
  children: ComponentChildren;
  type?: "button" | "submit";
  onClick?: (event: MouseEvent) => unknown;
  disabled?: boolean;
  /** Shows a spinner and ignores clicks without changing the width. */
  busy?: boolean;
  tip?: string;
  autofocus?: boolean;
  form?: string;
};

/** A button whose label is a verb. Use at most one `primary` per view. */
export function Button({
  variant = "default",
  size = "medium",
  icon: Icon,
  busy = false,
  disabled = false,
  type = "button",
  children,
  tip,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled || busy}
      aria-busy={busy}
      data-tip={tip}
      class={`${variants[variant]} ${sizes[size]} ${rest.class ?? ""}`}
    >
      {busy ? <Spinner /> : Icon && <Icon size={15} aria-hidden="true" />}
      {children}
    </button>
  );
}

/** A link that looks like a button. For navigation only, never for actions. */
export function ButtonLink({
  variant = "default",
  size = "medium",
  icon: Icon,
  href,
  children,
  download,
  ...rest
}: Look & { href: string; children: ComponentChildren; download?: boolean; target?: string }) {
  return (
    <a
      {...rest}
      href={href}
      download={download}
      class={`${variants[variant]} ${sizes[size]} ${rest.class ?? ""}`}
    >
      {Icon && <Icon size={15} aria-hidden="true" />}
      {children}
    </a>
  );
}

/** A square button with only an icon; `label` is its name and its tooltip. */
export function IconButton({
  icon: Icon,
  label,
  onClick,
  variant = "ghost",
  size = "medium",
  disabled = false,
  ...rest
}: {
  icon: LucideIcon;
  label: string;
  onClick?: (event: MouseEvent) => unknown;
  variant?: keyof typeof variants;
  size?: keyof typeof sizes;
  disabled?: boolean;
  class?: string;
  popovertarget?: string;
  "aria-expanded"?: boolean;
}) {
  return (
    <button
      {...rest}
      type="button"
      aria-label={label}
      data-tip={label}
      disabled={disabled}
      onClick={onClick}
      class={`${variants[variant]} ${sizes[size]} button-square ${rest.class ?? ""}`}
    >
      <Icon size={16} aria-hidden="true" />
    </button>
  );
}
