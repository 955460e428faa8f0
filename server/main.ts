import { runCli } from "./cli.ts";
import { demo } from "./commands/demo/demo.ts";
import { serve } from "./commands/serve.ts";
import { processTerminal } from "./commands/terminal.ts";

// Files created from here on are readable by this user only, including those of SQLite and other libraries.
process.umask(0o077);
process.exit(await runCli(process.argv.slice(2), processTerminal(process.env), { serve, demo }));
