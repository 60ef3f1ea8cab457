import { mkdirSync, writeFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const LIBRARIES = new URL("../out/libraries-of-the-screens.txt", import.meta.url);

export default defineConfig({
  plugins: [svelte(), libraries()],
  clearScreen: false,
  // Fonts stay files: the page allows no data addresses.
  build: { target: "safari15", assetsInlineLimit: 0, reportCompressedSize: false },
});

/** Says which packages are in the screens, so that their licences come along (`cargo xtask package`). */
function libraries(): Plugin {
  return {
    name: "libraries",
    apply: "build",
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? Object.keys(file.modules) : []));
      const names = modules.flatMap((path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
      mkdirSync(new URL(".", LIBRARIES), { recursive: true });
      writeFileSync(LIBRARIES, [...new Set(names)].sort().join("\n") + "\n");
    },
  };
}
