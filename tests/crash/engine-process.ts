// The engine in a process that a test kills: `engine-process.ts <data folder>`. It gets no other input, so it must find
// its work in the files.
import { newDeliveryData } from "../support/delivery-data.ts";
import { startTestDelivery } from "../support/delivery-engine.ts";

const data = newDeliveryData(process.argv[2] ?? "");
const delivery = await startTestDelivery(data);
process.stdout.write(`${JSON.stringify(delivery.recovered)}\n`);
