import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { budget } from "./budget.ts";

const house = process.env.HOUSE_URL ?? "http://127.0.0.1:8000";
const toHouse = { target: house, changeOrigin: false };

// What only three dimensions need; its own folder's name decides, not a folder above it.
const THREE =
  /node_modules[\\/](three|@react-three|its-fine|suspend-react|zustand|react-use-measure)[\\/]/;

export default defineConfig({
  plugins: [react(), budget({ first_kb: 260, all_kb: 1200 })],
  resolve: { dedupe: ["three", "react", "react-dom"] },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": toHouse,
      "/fhir": toHouse,
      "/healthz": toHouse,
      "/assets/bodies": toHouse, // what the server baked; never part of this build
      "/world": { ...toHouse, ws: true },
    },
  },
  build: {
    outDir: "dist",
    target: "es2022",
    chunkSizeWarningLimit: 1600, // three comes late, in its own chunk; budget.ts holds the rest
    rolldownOptions: {
      input: { index: "index.html", share: "share.html", show: "show.html" },
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false, // or three takes React with it, and comes first
          groups: [
            { name: "three", test: THREE },
            { name: "vrm", test: /node_modules[\\/]@pixiv[\\/]/ }, // with the first avatar of that kind
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
          ],
        },
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["test/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
    testTimeout: 20_000, // slow machines are no failures
  },
});
