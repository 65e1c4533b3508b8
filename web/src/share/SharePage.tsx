import { useEffect, useState } from "react";
import { useText } from "../kit/text";
import { LanguageSwitch, Mark, ThemeSwitch } from "../kit/ui";
import { Asking } from "./Asking";
import { Failure } from "./Failure";
import { Opened } from "./Opened";
import "./share.css";
import { isFromHere, type Link, readLink, ShareError } from "./shlink";

type Found = { readonly link: Link } | { readonly error: ShareError };

function found(text: string): Found | null {
  if (!text) return null;
  try {
    const link = readLink(decodeURIComponent(text));
    if (!isFromHere(link)) return { error: new ShareError("elsewhere") };
    const isOver = link.exp !== undefined && link.exp * 1000 <= Date.now();
    return isOver ? { error: new ShareError("expired") } : { link };
  } catch (error) {
    return { error: error instanceof ShareError ? error : new ShareError("broken") };
  }
}

/** The page that a link opens: no account, no world; what it shows stays in this browser. */
export function SharePage() {
  const text = useText();
  const [fragment, setFragment] = useState(() => location.hash.slice(1));
  const [files, setFiles] = useState<readonly unknown[] | null>(null);
  useEffect(() => {
    const onAddress = () => {
      setFiles(null);
      setFragment(location.hash.slice(1));
    };
    addEventListener("hashchange", onAddress);
    return () => removeEventListener("hashchange", onAddress);
  }, []);
  const at = found(fragment);
  return (
    <div className="share">
      <header className="share-bar">
        <span className="share-mark">
          <Mark size={32} />
          <span>Asklepion</span>
        </span>
        <span className="share-corner">
          <LanguageSwitch />
          <ThemeSwitch />
        </span>
      </header>
      <main className="share-main">
        {at === null && <Failure why="none" />}
        {at && "error" in at && <Failure why={at.error.why} />}
        {at && "link" in at && !files && <Asking key={fragment} link={at.link} onOpen={setFiles} />}
        {at && "link" in at && files && <Opened files={files} />}
      </main>
      <footer className="share-foot">
        <p>{text("share.not-for")}</p>
        {files && <p>{text("share.private")}</p>}
      </footer>
    </div>
  );
}
