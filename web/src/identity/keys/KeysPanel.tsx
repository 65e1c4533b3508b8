import { KeyRound } from "lucide-react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Card, ErrorNote, Waiting } from "../../kit/ui";
import "./keys.css";
import { CloseOwn } from "../closing/CloseOwn";
import { DevicesPart } from "./Devices";
import { Experts } from "./Experts";
import { useHeld } from "./held";
import { type Guarding, type Keys, keysChanged } from "./model";
import { PasswordPart } from "./PasswordPart";
import { ProofDialog } from "./proving";
import { WardsPart } from "./Wards";
import { WayBack } from "./WayBack";

/** How I come in, how I come back in, and whom I help to. */
export function KeysPanel() {
  const text = useText();
  const turn = useStore(keysChanged);
  const keys = useHeld(useAsked((stop) => api.get<Keys>("/api/identity/keys", stop), [turn]));
  const guarding = useHeld(
    useAsked((stop) => api.get<Guarding>("/api/identity/guardians", stop), [turn]),
  );
  if (!keys.value || !guarding.value) {
    return (
      <Card title={text("identity.keys")} icon={KeyRound}>
        {!keys.error && !guarding.error && <Waiting label={text("identity.keys.waiting")} />}
        <ErrorNote error={keys.error ?? guarding.error} onRetry={keys.again} />
      </Card>
    );
  }
  return (
    <div className="stack">
      <WardsPart guarding={guarding.value} />
      <DevicesPart keys={keys.value} />
      <WayBack keys={keys.value} guarding={guarding.value} />
      <PasswordPart keys={keys.value} />
      <Experts keys={keys.value} />
      <CloseOwn delay={guarding.value.delay_h} />
      <ProofDialog />
    </div>
  );
}
