import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/**
 * Puts everything a page needs into the page itself, so that it can be saved, mailed and opened
 * with no network; its own policy then forbids it to ask for anything at all.
 */
export function alone(): Plugin {
  return {
    name: "alone",
    enforce: "post",
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const scripts = files.filter((each) => each.type === "chunk");
      const styles = files.filter(
        (each) => each.type === "asset" && each.fileName.endsWith(".css"),
      );
      const pages = files.filter(
        (each) => each.type === "asset" && each.fileName.endsWith(".html"),
      );
      const [page] = pages;
      const [script] = scripts;
      if (pages.length !== 1 || scripts.length !== 1 || page?.type !== "asset" || !script) {
        this.error("A page that stands alone is one page and one script.");
      }
      const code = script.type === "chunk" ? script.code.replaceAll("</script", "<\\/script") : "";
      const css = styles.map((each) => (each.type === "asset" ? String(each.source) : "")).join("");
      if (/url\((?!['"]?data:)/.test(css)) this.error("The page's style asks for another file.");
      const own = createHash("sha256").update(code).digest("base64");
      const policy =
        `default-src 'none'; script-src 'sha256-${own}'; style-src 'unsafe-inline';` +
        " img-src data: blob:; base-uri 'none'; form-action 'none'";
      const html = String(page.source)
        .replace(/<script type="module"[^>]*><\/script>\s*/, "")
        .replace(/<link rel="(?:stylesheet|modulepreload)"[^>]*>\s*/g, "")
        .replace(
          '<meta charset="utf-8" />',
          () =>
            `<meta charset="utf-8" />\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
        )
        .replace("</head>", () => `  <style>${css}</style>\n  </head>`)
        .replace("</body>", () => `  <script type="module">${code}</script>\n  </body>`);
      for (const each of [...scripts, ...styles]) delete bundle[each.fileName];
      page.source = html;
    },
  };
}
