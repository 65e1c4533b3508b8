import { QrCode } from "lucide-react";
import { useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { useText } from "../kit/text";
import { Button, ErrorNote, Waiting } from "../kit/ui";

interface Code {
  readonly text: string;
  readonly svg: string;
}

/** The receipt as codes, for a phone that has no network, or for paper. */
export function Codes({ path }: { path: string }) {
  const text = useText();
  const [isShown, setShown] = useState(false);
  if (!isShown) {
    return (
      <Button icon={QrCode} onClick={() => setShown(true)}>
        {text("records.receipt.code")}
      </Button>
    );
  }
  return <Drawn path={path} />;
}

function Drawn({ path }: { path: string }) {
  const text = useText();
  const codes = useAsked((stop) => api.get<readonly Code[]>(path, stop), [path]);
  return (
    <div className="stack-tight">
      {codes.isWaiting && <Waiting label={text("records.receipt.code.waiting")} />}
      <ErrorNote error={codes.error} onRetry={codes.again} />
      {codes.value && <p className="muted small">{text("records.receipt.code.hint")}</p>}
      {codes.value?.map(({ svg }, n) => (
        <img
          key={svg}
          className="receipt-code"
          src={`data:image/svg+xml,${encodeURIComponent(svg)}`}
          alt={text("records.receipt.code.alt", { n: n + 1, of: codes.value?.length ?? 1 })}
        />
      ))}
    </div>
  );
}
