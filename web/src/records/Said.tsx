import { useReason } from "./reason";

/** A reason of the house in the reader's words, or as the house said it. */
export function Said({ reason }: { reason: string }) {
  const { words, isOriginal } = useReason(reason);
  return <span lang={isOriginal ? "en" : undefined}>{words}</span>;
}
