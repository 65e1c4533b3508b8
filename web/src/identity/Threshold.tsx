import type { ReactNode } from "react";
import { useText } from "../kit/text";
import { LanguageSwitch, Mark, Scenery, ThemeSwitch } from "../kit/ui";
import "./identity.css";

/** What one sees before being inside: the sea through the arcade, and one card. */
export function Threshold({ children }: { children: ReactNode }) {
  const text = useText();
  return (
    <div className="threshold">
      <div className="threshold-view">
        <Scenery />
      </div>
      <div className="threshold-side">
        <header className="threshold-corner">
          <LanguageSwitch />
          <ThemeSwitch />
        </header>
        <main className="threshold-main">
          <p className="threshold-mark">
            <Mark size={44} />
            <span>Asklepion</span>
          </p>
          {children}
        </main>
        <footer className="threshold-foot">{text("identity.not-a-doctor")}</footer>
      </div>
    </div>
  );
}
