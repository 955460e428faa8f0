// The product's own path in a separate process: `product.ts <port> <recipients> <signed|unsigned|chained>`. `chained`
// means unsigned, over a route that allows the next message to follow right behind the dot.
import { newDeliveryData } from "../../support/delivery-data.ts";
import {
  exactCounts,
  portsWith,
  startTestDelivery,
  statusOf,
} from "../../support/delivery-engine.ts";
import { benchContent, benchKey, CONNECTIONS, peakRssMb } from "./work.ts";

const [port, recipients, signing] = process.argv.slice(2);
const total = Number(recipients);
const data = newDeliveryData();
const ws = data.newWorkspace();
data.addContacts(ws, total, ["gmail.com", "yahoo.com", "acme.example", "hotmail.com"]);
data
  .db(ws)
  .exec(`UPDATE contact SET last_name = 'Doe', fields = '{"city":"Lisbon","points":' || id || '}'`);
const id = data.addCampaign(ws, {
  port: Number(port),
  maxConnections: CONNECTIONS,
  content: benchContent,
});
const key = benchKey("acme.example");
const ports = portsWith(data, (route) => ({
  ...route,
  signDkim: signing === "signed",
  chainDot: signing === "chained",
}));
const delivery = await startTestDelivery(data, { ...ports, loadDkimKey: () => key });

const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
await delivery.prepareCampaign(ws, id);
const frozenAt = performance.now();
while (statusOf(data, ws, id).status !== "completed") {
  await Bun.sleep(20);
}
const endedAt = performance.now();
const cpu = process.cpuUsage(cpuBefore);
const counts = exactCounts(data, ws, id, total);
const attempts = data
  .db(ws)
  .prepare<[], { n: number; messages: number }>(
    "SELECT count(*) AS n, count(DISTINCT seq) AS messages FROM attempt",
  )
  .get();
await delivery.stop();
const damage = data.databases.system
  .prepare<[], { n: number }>("SELECT count(*) AS n FROM damage_notice")
  .get();
const rssMb = await peakRssMb();
data.close();
process.stdout.write(
  `${JSON.stringify({
    perSecond: Math.round((total * 1_000) / (endedAt - startedAt)),
    freezeMs: Math.round(frozenAt - startedAt),
    cpuMsPerMessage: (cpu.user + cpu.system) / 1_000 / total,
    sent: counts.sent,
    attempts: attempts?.n,
    attempted: attempts?.messages,
    damage: damage?.n,
    rssMb,
  })}\n`,
);
process.exit(0);
