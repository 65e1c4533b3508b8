import { Glasses, ScanEye, SlidersHorizontal } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, IconButton, toast } from "../../kit/ui";
import { ComfortDialog } from "./ComfortDialog";
import type { Headset } from "./headset";
import { type Entry, Menu } from "./menu";
import { lookForHeadset, support, type XRMode } from "./support";
import { headset, useWorn } from "./XRParts";
import "./xr.css";

/** Put the headset on, where there is one; and while it is worn, what its menu does. */
export function EnterXR() {
  const can = useStore(support);
  const there = useStore(headset);
  const worn = useWorn();
  useEffect(() => lookForHeadset(), []);
  if (!there || !(can["immersive-vr"] || can["immersive-ar"])) return null;
  return worn ? <MenuBeside key={worn} there={there} /> : <Doors there={there} />;
}

function Doors({ there }: { there: Headset }) {
  const text = useText();
  const can = useStore(support);
  const [isBusy, setBusy] = useState(false);
  const [isChoosing, setChoosing] = useState(false);

  async function enter(mode: XRMode): Promise<void> {
    setBusy(true);
    try {
      await there.enter(mode);
    } catch {
      toast(text("world.xr.failed"), "danger");
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="enter-xr">
      {can["immersive-vr"] && (
        <Button icon={Glasses} busy={isBusy} onClick={() => void enter("immersive-vr")}>
          {text("world.xr.vr")}
        </Button>
      )}
      {can["immersive-ar"] && (
        <Button icon={ScanEye} busy={isBusy} onClick={() => void enter("immersive-ar")}>
          {text("world.xr.ar")}
        </Button>
      )}
      <IconButton
        className="xr-settings"
        icon={SlidersHorizontal}
        label={text("world.xr.comfort")}
        onClick={() => setChoosing(true)}
      />
      {isChoosing && <ComfortDialog onClose={() => setChoosing(false)} />}
    </div>
  );
}

/** The menu of the wrist as buttons of the page: the same lines, the same deeds. */
function MenuBeside({ there }: { there: Headset }) {
  const [menu] = useState(() => new Menu(there.menuParts));
  const [lines] = useState(() => new Lines(menu));
  const { title, entries } = useSyncExternalStore(lines.watch, lines.get);
  return (
    <section className="xr-menu" aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {entries.map((entry) => (
          <li key={entry.id}>
            <Line entry={entry} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Line({ entry: { label, isOn, act } }: { entry: Entry }) {
  if (!act) return <p>{label}</p>;
  return (
    <Button wide aria-pressed={isOn} onClick={act}>
      {label}
    </Button>
  );
}

/** A menu's lines as a value that stays the same until something changes. */
class Lines {
  private value: { readonly title: string; readonly entries: readonly Entry[] } | null = null;

  constructor(private readonly menu: Menu) {}

  readonly watch = (tell: () => void): (() => void) =>
    this.menu.watch(() => {
      this.value = null;
      tell();
    });

  readonly get = () => {
    this.value ??= { title: this.menu.title, entries: this.menu.entries() };
    return this.value;
  };
}
