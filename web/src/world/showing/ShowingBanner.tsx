import { type Banner, showPanel } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button } from "../../kit/ui";
import { useCompany } from "../world";
import { showing } from "./here";
import "../things/things.css";

/** That something is shown, wherever one looks; above all, that one shows something oneself. */
function ShowingBanner() {
  const text = useText();
  const { state, viewers, shown } = useStore(showing.store);
  const people = useCompany();
  if (state === "on") {
    return (
      <div className="hands-bar" role="status">
        <span>{text("world.show.on", { n: viewers.length })}</span>
        <Button kind="primary" onClick={() => showing.stop()}>
          {text("world.show.stop")}
        </Button>
      </div>
    );
  }
  if (!shown) return null;
  const name = people.find(({ slot }) => slot === shown.slot)?.name ?? "";
  return (
    <div className="hands-bar" role="status">
      <span>{text("world.show.by", { name })}</span>
      <Button onClick={() => showPanel("showing")}>{text("world.show.look")}</Button>
    </div>
  );
}

export const showingBanner: Banner = { id: "showing", places: ["*"], Component: ShowingBanner };
