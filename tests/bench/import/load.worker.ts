// Sends requests to the API at a steady pace while an import runs, and measures each from the moment it was due.
declare const self: Worker;

type Start = { base: string; actor: string; perSecond: number; ids: number; importId: number };

let running = false;
const latencies: number[] = [];
let errors = 0;

self.onmessage = ({ data }: MessageEvent<Start | "stop">) => {
  if (data === "stop") {
    running = false;
    self.postMessage({ latencies, errors });
  } else {
    running = true;
    void pace(data);
  }
};

async function pace(start: Start): Promise<void> {
  const begin = performance.now();
  for (let n = 0; running; n++) {
    const due = begin + (n * 1_000) / start.perSecond;
    await Bun.sleep(Math.max(0, due - performance.now()));
    void ask(start, n, due);
  }
}

/** Of ten requests, five read lists of contacts, two a contact, one the import, and two write. */
async function ask(start: Start, n: number, due: number): Promise<void> {
  const id = 1 + ((n * 7_919) % start.ids);
  const requests: [string, string, unknown?][] = [
    ["GET", "/contacts?limit=50"],
    ["GET", "/contacts?q=anna"],
    ["GET", "/contacts?status=mailable"],
    ["GET", "/contacts?sort=address&limit=50"],
    ["GET", "/lists"],
    ["GET", `/contacts/${id}`],
    ["GET", `/contacts/${id}/timeline`],
    ["GET", `/imports/${start.importId}`],
    ["PATCH", `/contacts/${id}`, { firstName: `Name ${n}` }],
    ["POST", "/contacts", { email: `load${n}@example.net` }],
  ];
  const [method, path, body] = requests[n % requests.length] ?? ["GET", "/contacts"];
  try {
    const response = await fetch(`${start.base}${path}`, {
      method,
      headers: { "x-test-actor": start.actor, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    errors += response.ok ? 0 : 1;
  } catch {
    errors += 1;
  }
  if (running) {
    latencies.push(performance.now() - due);
  }
}
