import { useEffect, useState } from "react";
import { useStore } from "../../kit/store";
import { company } from "../world";
import { showing } from "./here";
import { ScreenOnStand } from "./screen";

/** What is shown here, in the scene: it stands where it was begun. */
export function ShownScreen() {
  const { shown } = useStore(showing.store);
  const [screen, setScreen] = useState<ScreenOnStand | null>(null);
  useEffect(() => {
    if (!shown) return;
    const made = new ScreenOnStand(shown.stream);
    const who = company.people.get().find(({ slot }) => slot === shown.slot);
    const pose = who?.isMe ? company.pose : who?.glide.at(performance.now());
    if (pose) made.stand(pose.position, pose.yaw);
    setScreen(made);
    return () => {
      setScreen(null);
      made.dispose();
    };
  }, [shown]);
  return screen && <primitive object={screen.root} />;
}
