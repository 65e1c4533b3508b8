import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Dialog, Select, Switch } from "../../kit/ui";
import { COMFORT, chooseComfort, comfort } from "./comfort";

const CHOICES = ["walk", "turn", "seat"] as const;

/** How one moves with a headset on, chosen on the flat screen. */
export function ComfortDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const chosen = useStore(comfort);
  return (
    <Dialog open title={text("world.xr.comfort")} onClose={onClose}>
      <div className="stack">
        {CHOICES.map((setting) => (
          <Select
            key={setting}
            label={text(`world.xr.comfort.${setting}`)}
            hint={text(`world.xr.comfort.${setting}.hint`)}
            value={chosen[setting]}
            onChange={({ target }) => chooseComfort(setting, target.value)}
          >
            {COMFORT[setting].map((value) => (
              <option key={value} value={value}>
                {text(`world.xr.comfort.${setting}.${value}`)}
              </option>
            ))}
          </Select>
        ))}
        <Switch
          checked={chosen.veil === "on"}
          onChange={(isOn) => chooseComfort("veil", isOn ? "on" : "off")}
          label={text("world.xr.comfort.veil")}
          hint={text("world.xr.comfort.veil.hint")}
        />
        <p className="muted small">{text("world.xr.comfort.kept")}</p>
      </div>
    </Dialog>
  );
}
