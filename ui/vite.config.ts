import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  // Fonts stay files: the page allows no data addresses.
  build: { target: "safari15", assetsInlineLimit: 0, reportCompressedSize: false },
});
