import { runCli } from "./cli.ts";
import { demo } from "./commands/demo/demo.ts";
import { serve } from "./commands/serve.ts";
import { processTerminal } from "./commands/terminal.ts";

process.exit(await runCli(process.argv.slice(2), processTerminal(process.env), { serve, demo }));
