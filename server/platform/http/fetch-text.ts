const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/**
 * Fetches a small text over https. Redirects are not followed, because the caller has checked only this URL.
 *
 * @throws Error when the URL is not https, the status is not 2xx, or it takes more than 10 s or 64 KiB.
 */
export async function fetchText(url: string): Promise<string> {
  if (!url.startsWith("https://")) {
    throw new Error(`not an https address: ${url.slice(0, 200)}`);
  }
  const response = await fetch(url, {
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) {
    throw new Error(`${new URL(url).host} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      throw new Error(`${new URL(url).host} sent more than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
