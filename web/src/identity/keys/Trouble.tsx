import { Info } from "lucide-react";
import { useText } from "../../kit/text";
import { ErrorNote } from "../../kit/ui";
import type { Doing } from "./doing";

/** What came between: the house's words, or the device's. */
export function Trouble({ of }: { of: Doing }) {
  const text = useText();
  return (
    <>
      <ErrorNote error={of.error} />
      {of.said && (
        <p className="key-said" role="alert">
          <Info aria-hidden />
          {text(of.said)}
        </p>
      )}
    </>
  );
}
