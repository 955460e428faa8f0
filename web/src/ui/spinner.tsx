/** A small spinner. The waiting element itself has `aria-busy`. */
export function Spinner({ size = 14 }: { size?: number }) {
  return (
    <svg class="animate-spin" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <circle
        cx="8"
        cy="8"
        r="6.5"
        fill="none"
        stroke="currentColor"
        stroke-opacity="0.25"
        stroke-width="2"
      />
      <path
        d="M14.5 8A6.5 6.5 0 0 0 8 1.5"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
      />
    </svg>
  );
}
