import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { alone } from "./alone.ts";

/** The page that checks receipts: one file that stands alone. */
export default defineConfig({
  plugins: [react(), alone()],
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: false, // the client lies there already
    target: "es2022",
    modulePreload: false,
    rolldownOptions: { input: { verify: "verify.html" }, output: { codeSplitting: false } },
  },
});
