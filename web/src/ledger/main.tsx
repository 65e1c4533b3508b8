import "../kit/theme.css";
import "../kit/ui/ui.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { addTexts, language, showLanguage } from "../kit/text";
import kitEnglish from "../kit/text.en.json";
import kitChinese from "../kit/text.zh-CN.json";
import { showTheme } from "../kit/theme";
import english from "./text.en.json";
import chinese from "./text.zh-CN.json";
import { VerifyPage } from "./VerifyPage";

addTexts("en", { ...kitEnglish, ...english });
addTexts("zh-CN", { ...kitChinese, ...chinese });
showTheme();
showLanguage(language.get());

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <VerifyPage />
    </StrictMode>,
  );
}
