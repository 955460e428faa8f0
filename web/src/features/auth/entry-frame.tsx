import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Logo } from "../../shell/logo.tsx";

/** The plain page around a single form: sign-in, password reset. */
export function EntryFrame({
  title,
  description,
  children,
  foot,
}: {
  title: string;
  description?: ComponentChildren;
  children: ComponentChildren;
  foot?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · SwiftMail`;
  }, [title]);
  return (
    <main class="grid min-h-dvh grid-rows-[1fr_auto_1.6fr] justify-items-center px-4 py-10">
      <div class="row-start-2 w-full max-w-[360px]">
        <div class="mb-6 flex flex-col items-center gap-4 text-center">
          <Logo size={36} />
          <div>
            <h1 class="text-xl">{title}</h1>
            {description !== undefined && <p class="mt-1 text-pretty text-muted">{description}</p>}
          </div>
        </div>
        <div class="card p-5 shadow-raised sm:p-6">{children}</div>
        {foot !== undefined && <p class="mt-4 text-center text-muted">{foot}</p>}
      </div>
    </main>
  );
}
