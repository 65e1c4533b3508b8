import { accountNow, session } from "../../kit/session";
import { t } from "../../kit/text";
import { toast } from "../../kit/ui";
import { realTiming } from "../net/socket";
import { company } from "../world";
import { OwnWords } from "./own-words";
import { CaptionMemory } from "./settings";
import { browserRecogniser } from "./speech";

/** How we read captions, on this device. */
export const captionMemory = new CaptionMemory();

const LOST = ["forbidden", "silenced", "phrases-only"]; // our words are shown to nobody here

/** Our own microphone as captions. */
export const ownWords = new OwnWords({
  recogniser: browserRecogniser(),
  begin: () => company.captions.begin(),
  draft: (piece, words, writing) => company.captions.draft(piece, words, writing),
  finish: (piece, words, writing) => company.captions.finish(piece, words, writing),
  openTrack: () => company.voice.copyTrack(),
  timing: realTiming,
});

/** Read and be read as this account likes to, until the answer is called. */
export function attendCaptions(): () => void {
  const know = () => captionMemory.open(accountNow());
  const read = () => company.captions.read(captionMemory.store.get().isReading);
  const heed = () => ownWords.heed(company.voice.isSending, company.aside);
  let { place } = company.stay.get();
  const move = () => {
    const { place: next } = company.stay.get();
    if (next === place) return;
    place = next;
    ownWords.turnOff(); // others hear one there, and nobody said that they may read one
  };
  const lose = () => {
    const code = company.captions.trouble.get()?.code ?? "";
    if (!LOST.includes(code) || !ownWords.isOn) return;
    ownWords.turnOff();
    toast(t("world.captions.own.refused"), "danger");
  };
  const stops = [
    session.subscribe(know),
    captionMemory.store.subscribe(read),
    company.voice.store.subscribe(heed),
    company.people.subscribe(heed),
    company.stay.subscribe(move),
    company.captions.trouble.subscribe(lose),
    tellOfWriting(),
  ];
  know();
  read();
  heed();
  return () => {
    for (const stop of stops) stop();
    ownWords.turnOff();
  };
}

/** Tell us when somebody lets us write down what they say. */
function tellOfWriting(): () => void {
  const { writing } = company.captions;
  let before = writing.get();
  return writing.subscribe(() => {
    const fresh = writing.get().find((slot) => !before.includes(slot));
    before = writing.get();
    const speaker = company.people.get().find(({ slot }) => slot === fresh);
    if (speaker) toast(t("world.captions.lets", { name: speaker.name }), "good");
  });
}
