import { gzipSync } from "node:zlib";
import preact from "@preact/preset-vite";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type Plugin } from "vite";

const INITIAL_JS_LIMIT = 60 * 1024;

/** Prints what a first visit downloads, and fails the build when it is more than the design allows. */
function initialSize(): Plugin {
  return {
    name: "initial-size",
    apply: "build",
    generateBundle(_, bundle) {
      const seen = new Set<string>();
      const add = (file: string) => {
        const chunk = bundle[file];
        if (chunk?.type === "chunk" && !seen.has(file)) {
          seen.add(file);
          chunk.imports.forEach(add);
        }
      };
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk" && chunk.isEntry) {
          add(chunk.fileName);
        }
      }
      let bytes = 0;
      for (const file of seen) {
        const chunk = bundle[file];
        bytes += chunk?.type === "chunk" ? gzipSync(chunk.code, { level: 9 }).length : 0;
      }
      this.info(`initial JS ${(bytes / 1024).toFixed(1)} KiB gzip in ${seen.size} file(s)`);
      if (bytes > INITIAL_JS_LIMIT) {
        this.error(`initial JS is above ${INITIAL_JS_LIMIT / 1024} KiB gzip`);
      }
    },
  };
}

const api = process.env["SWIFTMAIL_API"] ?? "http://localhost:8080";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [preact(), tailwindcss(), initialSize()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: ["chrome125", "firefox128", "safari17.5"],
    // A data: URL would need a wider content security policy than the product serves.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": api, "/healthz": api } },
});
