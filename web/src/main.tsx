import "@fontsource-variable/figtree/wght.css";
import "@fontsource-variable/newsreader/wght.css";
import "./kit/theme.css";
import "./kit/ui/ui.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { joinPanels } from "./app/panels";
import { renewWhenOld } from "./app/renewal";
import { language, showLanguage } from "./kit/text";
import { showTheme } from "./kit/theme";
import { joinTexts } from "./texts";

joinTexts();
joinPanels();
renewWhenOld(() => location.reload());
showTheme();

const root = document.getElementById("root");
const other = language.get() === "en" ? "zh-CN" : "en";
const shown = showLanguage(language.get()).catch(() => showLanguage(other)); // rather than none
shown.finally(() => {
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
});
