import { useEffect, useState } from "react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Select, Switch } from "../../kit/ui";
import { talkMemory, useVoice } from "../world";
import { listMicrophones, type Microphone } from "./microphone";

/** How one likes to talk; this device remembers it for this account. */
export function TalkOptions() {
  const text = useText();
  const { isPush, hasKeys, microphone } = useStore(talkMemory.store);
  const found = useMicrophones();
  return (
    <div className="talk-options">
      <Switch
        label={text("world.talk.push")}
        hint={text("world.talk.push.hint")}
        checked={isPush}
        onChange={(next) => talkMemory.set({ isPush: next })}
      />
      <Switch
        label={text("world.talk.keys")}
        hint={text("world.talk.keys.hint")}
        checked={hasKeys}
        onChange={(next) => talkMemory.set({ hasKeys: next })}
      />
      {found.length > 0 && (
        <Select
          label={text("world.talk.microphone")}
          value={found.some(({ id }) => id === microphone) ? microphone : ""}
          onChange={({ target }) => talkMemory.set({ microphone: target.value })}
        >
          <option value="">{text("world.talk.microphone.any")}</option>
          {found.map(({ id, name }) => (
            <option key={id} value={id} lang="">
              {name}
            </option>
          ))}
        </Select>
      )}
    </div>
  );
}

/** The microphones there are; looked for anew when one is plugged in, or was allowed. */
function useMicrophones(): readonly Microphone[] {
  const [found, setFound] = useState<readonly Microphone[]>([]);
  const { state } = useVoice();
  // biome-ignore lint/correctness/useExhaustiveDependencies: they have names once one is open
  useEffect(() => {
    let isGone = false;
    const look = () =>
      listMicrophones().then(
        (list) => !isGone && setFound(list),
        () => {}, // a browser that does not tell
      );
    void look();
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    devices?.addEventListener("devicechange", look);
    return () => {
      isGone = true;
      devices?.removeEventListener("devicechange", look);
    };
  }, [state]);
  return found;
}
