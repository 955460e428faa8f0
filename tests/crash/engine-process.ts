// The engine in a process that a test kills: `engine-process.ts <data folder>`. It is told nothing else:
// what there is to do it must find out from its files.
import { newDeliveryData } from "../support/delivery-data.ts";
import { startTestDelivery } from "../support/delivery-engine.ts";

const data = newDeliveryData(process.argv[2] ?? "");
const delivery = await startTestDelivery(data);
process.stdout.write(`${JSON.stringify(delivery.recovered)}\n`);
