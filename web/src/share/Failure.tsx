import {
  CircleSlash,
  Clock,
  Globe,
  KeyRound,
  Link2Off,
  type LucideIcon,
  WifiOff,
} from "lucide-react";
import { useText } from "../kit/text";
import { Card, Empty } from "../kit/ui";
import type { Why } from "./shlink";

const icons: Partial<Record<Why | "none", LucideIcon>> = {
  expired: Clock,
  elsewhere: Globe,
  locked: KeyRound,
  offline: WifiOff,
  used: CircleSlash,
};

/** Why there is nothing to see, and what to do about it. */
export function Failure({ why }: { why: Why | "none" }) {
  const text = useText();
  return (
    <Card className="share-card">
      <div role="alert">
        <Empty
          icon={icons[why] ?? Link2Off}
          title={text(`share.why.${why}`)}
          text={text(`share.next.${why}`)}
        />
      </div>
    </Card>
  );
}
