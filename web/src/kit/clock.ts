import { useEffect, useState } from "react";

/** The time now [ms since 1970], again every `every_ms`. */
export function useNow(every_ms = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now;
}

/** A whole part of a date or a time as it is written: 7 is `07`. */
export function twoDigits(n: number): string {
  return String(Math.trunc(n)).padStart(2, "0");
}

/** Time left as a clock shows it (`59:07`, `1:59:07`); `0:00` when it is over. */
export function countdown(until: string, now: number): string {
  const left_s = Math.max(0, Math.ceil((new Date(until).getTime() - now) / 1000));
  const hours = Math.floor(left_s / 3600);
  const minutes = Math.floor((left_s % 3600) / 60);
  const rest = `${hours ? twoDigits(minutes) : minutes}:${twoDigits(left_s % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
