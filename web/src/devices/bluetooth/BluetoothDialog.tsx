import { Bluetooth, Check, CircleAlert, Clock, PenLine, Radio as RadioIcon } from "lucide-react";
import { useEffect, useMemo } from "react";
import { useStore } from "../../kit/store";
import { moment, number, useText } from "../../kit/text";
import { Badge, Button, Dialog, ErrorNote, Waiting } from "../../kit/ui";
import { kindIcons, refusal, sign } from "../model";
import { NOBODY_KNOWN } from "./packets";
import { findRadio, type Radio, type WhyNot } from "./radio";
import { type Live, Session, type View } from "./session";

interface Props {
  readonly account: string;
  /** Ids of the house's devices that are still there. */
  readonly known: readonly string[];
  readonly onClose: () => void;
  readonly onChanged: () => void;
  readonly onByHand: () => void;
}

/** Connect a device by Bluetooth, and see what it measures as it does. */
export function BluetoothDialog(props: Props) {
  const radio = useMemo(() => findRadio(), []);
  return typeof radio === "string" ? (
    <Cannot why={radio} {...props} />
  ) : (
    <Connect radio={radio} {...props} />
  );
}

function Cannot({ why, onClose, onByHand }: Props & { why: WhyNot }) {
  const text = useText();
  return (
    <Dialog
      open
      title={text("devices.bluetooth")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("devices.cancel")}</Button>
          <Button kind="primary" icon={PenLine} onClick={onByHand}>
            {text("devices.hand")}
          </Button>
        </>
      }
    >
      <p>{text(`devices.bluetooth.cannot.${why}`)}</p>
      <p className="muted">{text("devices.bluetooth.cannot.instead")}</p>
    </Dialog>
  );
}

function Connect({ radio, account, known, onClose, onChanged }: Props & { radio: Radio }) {
  const text = useText();
  // biome-ignore lint/correctness/useExhaustiveDependencies: one session as long as the dialog is open
  const session = useMemo(() => new Session(radio, account, known, onChanged), [radio, account]);
  const view = useStore(session.view);
  useEffect(() => () => session.close(), [session]);
  const isIdle = view.state === "idle" || view.state === "closed";
  const isSearching = view.state === "searching" || view.state === "connecting";
  return (
    <Dialog
      open
      title={view.name || text("devices.bluetooth")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>
            {text(isIdle ? "devices.cancel" : "devices.bluetooth.done")}
          </Button>
          {(isIdle || isSearching) && (
            <Button
              kind="primary"
              icon={Bluetooth}
              busy={isSearching}
              onClick={() => void session.search()}
            >
              {text("devices.bluetooth.search")}
            </Button>
          )}
        </>
      }
    >
      {isIdle && <p>{text("devices.bluetooth.hint")}</p>}
      {isSearching && <Waiting label={text("devices.bluetooth.connecting")} />}
      {(view.state === "listening" || view.state === "lost") && (
        <Listening view={view} session={session} />
      )}
      <ErrorNote error={view.error} />
    </Dialog>
  );
}

function Listening({ view, session }: { view: View; session: Session }) {
  const text = useText();
  const isHere = view.state === "listening";
  return (
    <div className="live">
      <p role="status">
        <Badge tone={isHere ? "good" : "warn"} icon={RadioIcon}>
          {text(isHere ? "devices.bluetooth.listening" : "devices.bluetooth.lost")}
        </Badge>
      </p>
      <ul aria-live="polite" aria-label={text("devices.bluetooth.values")}>
        {view.values.map((live) => (
          <Value key={live.shown.kind} live={live} />
        ))}
      </ul>
      {view.values.length === 0 && <p className="muted">{text("devices.bluetooth.measure")}</p>}
      {view.said.length > 0 && <Said said={view.said} />}
      {view.people.length > 0 && (
        <People people={view.people} onChoose={(n) => session.choose(n)} />
      )}
      {view.waiting > 0 && (
        <p className="muted small">{text("devices.bluetooth.waiting", { n: view.waiting })}</p>
      )}
    </div>
  );
}

const TOLD = [
  "body-movement",
  "cuff-too-loose",
  "irregular-pulse",
  "pulse-above-range",
  "pulse-below-range",
  "improper-position",
  "questionable",
  "weak-signal",
  "poor-signal",
  "low-perfusion",
  "above-range",
  "below-range",
] as const;
const LONG_AGO_MS = 6 * 3600_000;
const DOUBTED = ["unset", "impossible", "jumped", "no-zone"];

function Value({ live }: { live: Live }) {
  const text = useText();
  const { shown, fate } = live;
  const Icon = kindIcons[shown.kind];
  const isLongAgo = Date.parse(live.at) - Date.parse(live.taken) > LONG_AGO_MS;
  const marks = TOLD.filter((mark) => live.marks.includes(mark));
  return (
    <li className="live-value">
      <p className="live-kind">
        <Icon aria-hidden /> {text(`devices.kind.${shown.kind}`)}
      </p>
      <p className="live-number">
        {shown.numbers.map((one) => number(one)).join(" / ")} <span>{sign(shown.unit)}</span>
      </p>
      <p className="row">
        {fate === "kept" && (
          <Badge tone="good" icon={Check}>
            {text("devices.bluetooth.kept")}
          </Badge>
        )}
        {fate === "waiting" && <Badge icon={Clock}>{text("devices.bluetooth.on_its_way")}</Badge>}
        <span className="muted small">{moment(live.taken, isLongAgo ? "moment" : "time")}</span>
      </p>
      {fate === "refused" && <Warning>{text(refusal(live.why))}</Warning>}
      {DOUBTED.includes(live.clock ?? "") && (
        <Warning>{text("devices.bluetooth.clock_doubted")}</Warning>
      )}
      {marks.map((mark) => (
        <Warning key={mark}>{text(`devices.mark.${mark}`)}</Warning>
      ))}
    </li>
  );
}

const MISREAD = ["ieee754", "exponent"];

/** Why what the device sent was no measurement. */
function Said({ said }: { said: readonly string[] }) {
  const text = useText();
  const isFormat = said.some((each) => MISREAD.includes(each));
  const why = said.includes("no-contact") ? "devices.mark.no-contact" : refusal("status");
  return <Warning>{text(isFormat ? refusal("format") : why)}</Warning>;
}

function Warning({ children }: { children: string }) {
  return (
    <p className="device-refused">
      <CircleAlert aria-hidden />
      <span>{children}</span>
    </p>
  );
}

interface PeopleProps {
  readonly people: readonly number[];
  readonly onChoose: (user: number) => void;
}

function People({ people, onChoose }: PeopleProps) {
  const text = useText();
  return (
    <fieldset className="kinds">
      <legend>{text("devices.bluetooth.people")}</legend>
      <div className="row">
        {people.map((n) => (
          <Button key={n} onClick={() => onChoose(n)}>
            {n === NOBODY_KNOWN
              ? text("devices.bluetooth.nobody_known")
              : text("devices.bluetooth.person", { n })}
          </Button>
        ))}
      </div>
    </fieldset>
  );
}
