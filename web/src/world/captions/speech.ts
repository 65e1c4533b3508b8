/** What a browser says of recognising a language on this device. */
export type Availability = "available" | "downloadable" | "downloading" | "unavailable";

export interface Recognised {
  /** Words that are being said; those that are not final may still change. */
  words(text: string, isFinal: boolean): void;
  /** It is over; `why` is "" where nothing went wrong. */
  ended(why: string): void;
}

/** One run of listening. */
export interface Run {
  /** Hear no more; what was heard so far is still recognised. */
  stop(): void;
  /** Hear no more, and forget what was heard. */
  abort(): void;
}

/** Turns speech into words on this device, and nowhere else. */
export interface Recogniser {
  availability(lang: string): Promise<Availability>;
  /** Fetch what the language needs; whether it is here now. */
  install(lang: string): Promise<boolean>;
  /** @param track what to listen to. */
  listen(lang: string, track: MediaStreamTrack, tell: Recognised): Run;
}

interface ResultEvent extends Event {
  readonly resultIndex: number;
  readonly results: ArrayLike<ArrayLike<{ readonly transcript: string }> & { isFinal: boolean }>;
}

/** As far as it is used here: https://webaudio.github.io/web-speech-api/ */
interface BrowserRecognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  processLocally: boolean;
  onresult: ((event: ResultEvent) => void) | null;
  onerror: ((event: { readonly error: string }) => void) | null;
  onend: (() => void) | null;
  start(track: MediaStreamTrack): void;
  stop(): void;
  abort(): void;
}

interface Options {
  readonly langs: readonly string[];
  readonly processLocally: true;
}

export interface BrowserRecognitionClass {
  new (): BrowserRecognition;
  readonly prototype: BrowserRecognition;
  available?(options: Options): Promise<Availability>;
  install?(options: Options): Promise<boolean>;
}

interface Scope {
  readonly SpeechRecognition?: BrowserRecognitionClass | undefined;
  readonly webkitSpeechRecognition?: BrowserRecognitionClass | undefined;
}

const QUIET = ["no-speech", "aborted"]; // nobody spoke, or we ended it

/**
 * What this browser has; null where it can not promise that voices stay on the device.
 *
 * An older browser takes `processLocally` for a property that means nothing, and sends voices to
 * whoever made it: so one that does not know it by itself is not used at all.
 */
export function browserRecogniser(scope: Scope = globalThis as Scope): Recogniser | null {
  const Found = scope.SpeechRecognition ?? scope.webkitSpeechRecognition;
  if (!Found?.available || !Found.install || !("processLocally" in Found.prototype)) return null;
  const { available, install } = Found;
  const options = (lang: string): Options => ({ langs: [lang], processLocally: true });
  return {
    availability: (lang) => available.call(Found, options(lang)),
    install: (lang) => install.call(Found, options(lang)),
    listen: (lang, track, tell) => listen(new Found(), lang, track, tell),
  };
}

function listen(
  made: BrowserRecognition,
  lang: string,
  track: MediaStreamTrack,
  tell: Recognised,
): Run {
  made.processLocally = true;
  if (made.processLocally !== true) throw new DOMException("Not here.", "NotSupportedError");
  made.lang = lang;
  made.continuous = true;
  made.interimResults = true;
  let why = "";
  made.onresult = (event) => {
    let draft = "";
    for (let i = event.resultIndex; i < event.results.length; i += 1) {
      const result = event.results[i];
      const words = result?.[0]?.transcript ?? "";
      if (result?.isFinal) tell.words(words.trim(), true);
      else draft += words;
    }
    if (draft.trim()) tell.words(draft.trim(), false);
  };
  made.onerror = ({ error }) => {
    if (!QUIET.includes(error)) why = error;
  };
  made.onend = () => tell.ended(why);
  made.start(track);
  return { stop: () => made.stop(), abort: () => made.abort() };
}
