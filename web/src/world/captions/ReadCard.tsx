import { Captions } from "lucide-react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Card, Select, Switch } from "../../kit/ui";
import { captionMemory } from "./here";
import { SIZES, type Size } from "./settings";

/** Whether one reads captions, and how large. */
export function ReadCard() {
  const text = useText();
  const { isReading, size, isBold } = useStore(captionMemory.store);
  return (
    <Card title={text("world.captions")} icon={Captions}>
      <Switch
        label={text("world.captions.read")}
        hint={text("world.captions.read.hint")}
        checked={isReading}
        onChange={(next) => captionMemory.set({ isReading: next })}
      />
      {isReading && (
        <>
          <Select
            label={text("world.captions.size")}
            value={size}
            onChange={({ target }) => captionMemory.set({ size: target.value as Size })}
          >
            {SIZES.map((one) => (
              <option key={one} value={one}>
                {text(`world.captions.size.${one}`)}
              </option>
            ))}
          </Select>
          <Switch
            label={text("world.captions.bold")}
            checked={isBold}
            onChange={(next) => captionMemory.set({ isBold: next })}
          />
        </>
      )}
    </Card>
  );
}
