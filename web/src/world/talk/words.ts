import type { VoiceState } from "../voice";

/** Which words say how it stands with the voice. */
export function voiceStateOf({ state, trouble, ...voice }: VoiceState): string {
  if (trouble && (state === "off" || voice.isListening)) return trouble;
  if (state !== "on") return state;
  if (voice.isListening) return "listening";
  if (voice.isGated) return "gated";
  if (voice.isMuted) return "muted";
  return voice.isPush ? (voice.isHeld ? "held" : "waiting") : "on";
}
