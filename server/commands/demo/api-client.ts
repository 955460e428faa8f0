/**
 * Uses the product's API like a signed-in browser: one cookie jar, our own Origin, errors as exceptions, and a wait
 * when rate-limited.
 */
export type ApiClient = {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  patch<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<T>;
  /** Sends a file as the only body. */
  upload<T>(path: string, file: File): Promise<T>;
};

/** Creates a client of the server at `baseUrl`. Its methods throw an Error with the server's message when refused. */
export function apiClient(baseUrl: string): ApiClient {
  const cookies = new Map<string, string>();

  const call = async <T>(method: string, path: string, init: RequestInit): Promise<T> => {
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      ...init,
      method,
      headers: {
        origin: baseUrl,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
      cookies.set(name, value);
    }
    const text = await response.text();
    if (response.status === 429) {
      await Bun.sleep(1_000 * Number(response.headers.get("retry-after") ?? 1));
      return await call(method, path, init);
    }
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 600)}`);
    }
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
  const json = (body: unknown, headers: Record<string, string> = {}): RequestInit =>
    body === undefined
      ? { headers }
      : { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };

  return {
    get: (path) => call("GET", path, {}),
    post: (path, body) => call("POST", path, json(body)),
    patch: (path, body, headers) => call("PATCH", path, json(body, headers)),
    upload(path, file) {
      const form = new FormData();
      form.set("file", file);
      return call("POST", path, { body: form });
    },
  };
}

/** Polls until `isReady` returns true. @throws Error naming `what` after `timeoutMs`. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T>,
  isReady: (answer: T) => boolean,
  timeoutMs: number,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isReady(answer)) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`${what} took longer than ${timeoutMs / 1000} s: ${JSON.stringify(answer)}`);
    }
    await Bun.sleep(150);
  }
}
