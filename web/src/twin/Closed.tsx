import type { LucideIcon } from "lucide-react";
import { useSession } from "../kit/session";
import { useText } from "../kit/text";
import { Card, Empty } from "../kit/ui";
import "./twin.css";

/** Nobody's record stands open here: says how one comes to be. */
export function Closed({ icon }: { icon: LucideIcon }) {
  const text = useText();
  const isClinician = useSession()?.roles.includes("clinician") ?? false;
  return (
    <Card>
      <Empty
        icon={icon}
        title={text("twin.ui.closed")}
        text={text(isClinician ? "twin.ui.closed.clinician" : "twin.ui.closed.hint")}
      />
    </Card>
  );
}
