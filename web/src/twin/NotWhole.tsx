import { ListEnd } from "lucide-react";
import { useText } from "../kit/text";

/** That the record goes on beyond what was read of it. */
export function NotWhole() {
  const text = useText();
  return (
    <p className="muted row">
      <ListEnd aria-hidden />
      {text("twin.ui.not_whole")}
    </p>
  );
}
