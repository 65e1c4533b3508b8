import { useEffect, useState } from "react";
import type { useAsked } from "../../kit/asked";

/** What was there stays on the screen while it is asked again. */
export function useHeld<T>(asked: ReturnType<typeof useAsked<T>>): ReturnType<typeof useAsked<T>> {
  const [held, setHeld] = useState<T>();
  useEffect(() => {
    if (asked.value !== undefined) setHeld(asked.value);
  }, [asked.value]);
  return { ...asked, value: asked.value ?? held };
}
