/** The logo. Decorative beside a name; `title` makes it the name itself. */
export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" class="flex-none">
      <rect width="32" height="32" rx="8" fill="var(--color-primary)" />
      <path
        d="M7 12.5 25 7l-5.5 18-4.2-7.3z M15.3 17.7 25 7"
        fill="none"
        stroke="#fff"
        stroke-width="2.4"
        stroke-linejoin="round"
        stroke-linecap="round"
      />
    </svg>
  );
}
