import { useEffect, useState } from "react";
import { JoinDevice } from "../identity/JoinDevice";
import { Opening } from "../identity/Opening";
import { SignIn } from "../identity/SignIn";
import { Welcome } from "../identity/Welcome";
import { recall, session } from "../kit/session";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { ErrorNote, Mark, Toasts, Waiting } from "../kit/ui";
import { Authorize } from "../records/apps/Authorize";
import { readAddress } from "./route";
import { Shell } from "./Shell";
import "./app.css";

/** Where apps send people to decide; the house tells them so. */
const AUTHORIZE = "/authorize";

/** The whole client: at the threshold, or inside. */
export function App() {
  return (
    <>
      <Page />
      <Toasts />
    </>
  );
}

function Page() {
  const { state, me } = useStore(session);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const [opening, setOpening] = useState(() => readAddress(location.hash));

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again at each turn
  useEffect(() => {
    recall().catch(setError);
  }, [turn]);

  useEffect(() => {
    const onAddress = () => setOpening(readAddress(location.hash));
    addEventListener("hashchange", onAddress);
    return () => removeEventListener("hashchange", onAddress);
  }, []);

  function retry(): void {
    setError(null);
    setTurn(turn + 1);
  }

  function leaveOpening(): void {
    history.replaceState(null, "", "#/plaza");
    setOpening(readAddress(location.hash));
  }

  if (state === "unknown") return <Splash error={error} onRetry={retry} />;
  if (opening.page === "opening") return <Opening token={opening.token} onDone={leaveOpening} />;
  if (opening.page === "welcome") return <Welcome token={opening.token} onDone={leaveOpening} />;
  if (opening.page === "device") return <JoinDevice token={opening.token} onDone={leaveOpening} />;
  if (me && location.pathname === AUTHORIZE) {
    return <Authorize key={me.account} me={me} query={location.search} />;
  }
  // Another person gets another shell: nothing of the one before stays in memory.
  return me ? <Shell key={me.account} me={me} /> : <SignIn />;
}

function Splash({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const text = useText();
  return (
    <main className="splash">
      <Mark size={72} />
      {error ? (
        <ErrorNote error={error} onRetry={onRetry} />
      ) : (
        <Waiting label={text("app.waiting")} />
      )}
    </main>
  );
}
