import { Link2Off, ShieldCheck } from "lucide-react";
import { useEffect, useState } from "react";
import { ApiError, api } from "../../kit/api";
import { useText } from "../../kit/text";
import {
  Button,
  Card,
  Empty,
  ErrorNote,
  LanguageSwitch,
  Mark,
  ThemeSwitch,
  Waiting,
} from "../../kit/ui";
import { VerdictView } from "../cards/VerdictView";
import { checkAny, newNonce, type Verdict } from "../cards/verify/check";
import { FileCheck } from "./FileCheck";
import "../cards/cards.css";
import "./show.css";

const AGAIN_MS = 15_000;

/** The page that a link opens: what somebody shows, verified in this browser, again and again. */
export function ShowPage() {
  const text = useText();
  const [token, setToken] = useState(() => location.hash.slice(1));
  useEffect(() => {
    const onAddress = () => setToken(location.hash.slice(1));
    addEventListener("hashchange", onAddress);
    return () => removeEventListener("hashchange", onAddress);
  }, []);
  return (
    <div className="show">
      <header className="show-bar">
        <span className="show-mark">
          <Mark size={32} />
          <span>Asklepion</span>
        </span>
        <span className="show-corner">
          <LanguageSwitch />
          <ThemeSwitch />
        </span>
      </header>
      <main className="show-main">
        <Card
          title={text(token ? "identity.verify.title" : "identity.verify.file.title")}
          icon={ShieldCheck}
        >
          {token ? <Shown key={token} token={token} /> : <FileCheck />}
        </Card>
      </main>
      <footer className="show-foot">
        <p>{text(token ? "identity.verify.foot" : "identity.verify.file.foot")}</p>
      </footer>
    </div>
  );
}

async function look(token: string): Promise<Verdict> {
  const asked = { audience: location.origin, nonce: newNonce() };
  const path = "/api/identity/showings/open";
  const found = await api.post<{ presentation: string }>(path, { token, ...asked });
  return checkAny(found.presentation, asked);
}

function Shown({ token }: { token: string }) {
  const text = useText();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again at each turn
  useEffect(() => {
    let isGone = false;
    look(token).then(
      (found) => {
        if (isGone) return;
        setVerdict(found);
        setError(null);
      },
      (failure: unknown) => {
        if (!isGone) setError(failure);
      },
    );
    return () => {
      isGone = true;
    };
  }, [token, turn]);
  useEffect(() => {
    const timer = setInterval(() => setTurn((n) => n + 1), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const isOver = error instanceof ApiError && (error.status === 410 || error.status === 404);
  if (isOver) {
    return (
      <Empty
        icon={Link2Off}
        title={text("identity.verify.over")}
        text={text("identity.verify.over.hint")}
      />
    );
  }
  return (
    <div className="stack">
      {!verdict && !error && <Waiting label={text("identity.verify.waiting")} />}
      <ErrorNote error={error} onRetry={() => setTurn(turn + 1)} />
      {verdict && <VerdictView verdict={verdict} />}
      {verdict && (
        <Button kind="plain" onClick={() => setTurn(turn + 1)}>
          {text("identity.verify.again")}
        </Button>
      )}
    </div>
  );
}
