import { Languages, Moon, Sun, SunMoon } from "lucide-react";
import { chooseLanguage } from "../session";
import { useStore } from "../store";
import { language, languages, useText } from "../text";
import { setTheme, type Theme, theme } from "../theme";
import { IconButton } from "./Button";
import { toast } from "./Toast";

/** Switches to the next language; its name stands in that language itself. */
export function LanguageSwitch() {
  const text = useText();
  const current = useStore(language);
  const next = languages.find((each) => each.id !== current);
  if (!next) return null;
  return (
    <button
      type="button"
      className="corner-button"
      lang={next.id}
      title={text("kit.language")}
      onClick={() => {
        chooseLanguage(next.id).catch(() => toast(text("kit.language.here"), "plain"));
      }}
    >
      <Languages aria-hidden />
      <span>{next.name}</span>
    </button>
  );
}

const themes: Record<Theme, { next: Theme; icon: typeof Sun }> = {
  auto: { next: "light", icon: SunMoon },
  light: { next: "dark", icon: Sun },
  dark: { next: "auto", icon: Moon },
};

export function ThemeSwitch() {
  const text = useText();
  const current = useStore(theme);
  const { next, icon } = themes[current];
  return (
    <IconButton
      icon={icon}
      label={`${text("kit.theme")}: ${text(`kit.theme.${current}`)}`}
      onClick={() => setTheme(next)}
    />
  );
}
