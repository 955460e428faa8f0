import { runCli } from "./cli.ts";
import { demo } from "./commands/demo/demo.ts";
import { serve } from "./commands/serve.ts";
import { processTerminal } from "./commands/terminal.ts";

// What is made from here on is for this user alone, the files of SQLite and of other libraries as well.
process.umask(0o077);
process.exit(await runCli(process.argv.slice(2), processTerminal(process.env), { serve, demo }));
