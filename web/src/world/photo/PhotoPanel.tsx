import { Camera, CameraOff, Download, Pin, RotateCcw, Share2 } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../../kit/api";
import type { PanelProps } from "../../kit/place";
import { save } from "../../kit/save";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Card, Empty, ErrorNote, Switch, toast } from "../../kit/ui";
import { Motion } from "../../wire/world";
import { EMOTES } from "../people/emote-keys";
import { usePlaceName } from "../places";
import { putSpot } from "../things/carry";
import { bringFile } from "../things/files";
import { company, useStanding } from "../world";
import { type Studio, studio } from "./studio";
import "./photo.css";

/** Take a photo of what the scene shows, look at it, and keep, share or put it up. */
export function PhotoPanel({ place }: PanelProps) {
  const text = useText();
  const taking = useStore(studio);
  const { rights } = useStanding();
  if (!rights.includes("photo")) {
    return (
      <Card title={text("world.photo")} icon={Camera}>
        <Empty icon={CameraOff} title={text("world.photo.not-here")} />
      </Card>
    );
  }
  if (!taking) {
    return (
      <Card title={text("world.photo")} icon={Camera}>
        <Empty icon={CameraOff} title={text("world.photo.no-scene")} />
      </Card>
    );
  }
  return <Taking place={place} taking={taking} />;
}

function Taking({ place, taking }: { place: string; taking: Studio }) {
  const text = useText();
  const [isSelfie, setSelfie] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [photo, setPhoto] = useState<Blob | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    taking.hold(isSelfie);
    return () => taking.hold(false);
  }, [taking, isSelfie]);

  async function take(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      const asked = new Set(company.people.get().map(({ who }) => who));
      const path = `/api/world/places/${encodeURIComponent(place)}/photo`;
      const plain = new Set((await api.post<{ plain: readonly string[] }>(path)).plain);
      if (company.stay.get().place !== place) return; // the yes was for there
      const isPlain = (who: string) => plain.has(who) || !asked.has(who); // or came after the question
      setPhoto(await taking.take(isPlain));
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card title={text("world.photo")} icon={Camera}>
      <p className="muted small">{text("world.photo.hint")}</p>
      <Switch
        checked={isSelfie}
        onChange={setSelfie}
        label={text("world.photo.selfie")}
        hint={text("world.photo.selfie.hint")}
      />
      {isSelfie && (
        <div className="row">
          {EMOTES.map((motion) => (
            <Button key={motion} kind="plain" onClick={() => company.gesticulate(motion)}>
              {text(motion === Motion.WAVE ? "world.wave" : `world.gesture.${motion}`)}
            </Button>
          ))}
        </div>
      )}
      <Button
        kind="primary"
        icon={photo ? RotateCcw : Camera}
        busy={isBusy}
        onClick={() => void take()}
      >
        {text(photo ? "world.photo.again" : "world.photo.take")}
      </Button>
      <ErrorNote error={error} />
      {photo && <Preview photo={photo} place={place} onDone={() => setPhoto(null)} />}
    </Card>
  );
}

interface PreviewProps {
  readonly photo: Blob;
  readonly place: string;
  readonly onDone: () => void;
}

function Preview({ photo, place, onDone }: PreviewProps) {
  const text = useText();
  const mayMake = useStore(company.loose.rights).has("make");
  const [address, setAddress] = useState("");
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const made = URL.createObjectURL(photo);
    setAddress(made);
    setError(null);
    return () => URL.revokeObjectURL(made);
  }, [photo]);
  const name = usePlaceName()(place);
  const file = new File([photo], `${name}.jpg`, { type: photo.type });
  const canShare = navigator.canShare?.({ files: [file] }) ?? false;

  async function putUp(): Promise<void> {
    const own = company.pose;
    if (!own) return;
    setError(null);
    try {
      const page = await bringFile(place, photo);
      const spot = putSpot("slides", own, company.carry.ground);
      company.loose.make({ kind: "slides", name, pages: [page], page: 0 }, spot);
      toast(text("world.photo.up"), "good");
      onDone();
    } catch (reason) {
      setError(reason);
    }
  }

  async function share(): Promise<void> {
    try {
      await navigator.share({ files: [file], title: name });
    } catch (reason) {
      const isChange = reason instanceof DOMException && reason.name === "AbortError";
      if (!isChange) setError(reason); // who closes the sheet has changed their mind
    }
  }

  return (
    <figure className="photo">
      {address && <img src={address} alt={name} />}
      <figcaption className="row">
        <Button icon={Download} onClick={() => save(photo, `${name}.jpg`)}>
          {text("world.photo.save")}
        </Button>
        {mayMake && (
          <Button icon={Pin} onClick={() => void putUp()}>
            {text("world.photo.put-up")}
          </Button>
        )}
        {canShare && (
          <Button icon={Share2} onClick={() => void share()}>
            {text("world.photo.share")}
          </Button>
        )}
        <Button kind="plain" onClick={onDone}>
          {text("world.photo.drop")}
        </Button>
      </figcaption>
      <ErrorNote error={error} />
    </figure>
  );
}
