import {
  BookHeart,
  ChevronDown,
  Handshake,
  Heart,
  House,
  Landmark,
  type LucideIcon,
  MapPin,
  Stethoscope,
  Telescope,
  UserRound,
} from "lucide-react";
import { type Ref, useState } from "react";
import type { Panel, PanelGroup } from "../kit/place";
import { useText } from "../kit/text";
import { type Group, groupsOf, unfoldedFirst, unfoldedWith } from "./groups";

const MOST = 7; // tabs that stand one below the other on a small laptop, with their groups' names
const MOST_ON_A_PHONE = 5; // beside each other

const icons: Record<PanelGroup, LucideIcon> = {
  visit: Stethoscope,
  house: Landmark,
  health: Heart,
  ahead: Telescope,
  measuring: House,
  record: BookHeart,
  sharing: Handshake,
  self: UserRound,
  here: MapPin,
};

interface RailProps {
  ref: Ref<HTMLElement>;
  panels: readonly Panel[];
  openId: string;
  isPhone: boolean;
  onCall: (id: string, isByKeyboard: boolean) => void;
}

/** The tabs of a place's panels by their groups; where they are many, groups fold. */
export function Rail({ ref, panels, openId, isPhone, onCall }: RailProps) {
  const text = useText();
  const groups = groupsOf(panels);
  const isFolding = panels.length > (isPhone ? MOST_ON_A_PHONE : MOST) && groups.length > 1;
  const most = isPhone ? 0 : MOST; // on a phone one group at a time, whatever its size
  const [unfolded, setUnfolded] = useState(() => unfoldedFirst(groups, most));
  const [shownId, setShownId] = useState("");
  if (openId !== shownId) {
    setShownId(openId);
    const group = panels.find(({ id }) => id === openId)?.group;
    if (group) setUnfolded(unfoldedWith(group, unfolded, groups, most));
  }

  function toggle(group: PanelGroup): void {
    setUnfolded(
      unfolded.includes(group)
        ? unfolded.filter((one) => one !== group)
        : unfoldedWith(group, unfolded, groups, most),
    );
  }

  return (
    <nav className="dock-rail" ref={ref} aria-label={text("app.panels")} data-folding={isFolding}>
      {groups.map((group) => (
        <GroupPart
          key={group.id}
          group={group}
          openId={openId}
          isFolding={isFolding}
          isFolded={isFolding && !unfolded.includes(group.id)}
          onToggle={() => toggle(group.id)}
          onCall={onCall}
        />
      ))}
    </nav>
  );
}

interface GroupPartProps {
  group: Group;
  openId: string;
  isFolding: boolean;
  isFolded: boolean;
  onToggle: () => void;
  onCall: (id: string, isByKeyboard: boolean) => void;
}

function GroupPart({ group, openId, isFolding, isFolded, onToggle, onCall }: GroupPartProps) {
  const text = useText();
  const name = text(`app.group.${group.id}`);
  const Icon = icons[group.id];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    <div className="dock-group" role="group" aria-label={name}>
      {isFolding && (
        <button
          type="button"
          className="dock-heading"
          aria-expanded={!isFolded}
          aria-controls={`dock-group-${group.id}`}
          data-holds-open={group.panels.some(({ id }) => id === openId)}
          onClick={onToggle}
        >
          <Icon aria-hidden />
          <span>{name}</span>
          <ChevronDown className="dock-fold" aria-hidden />
        </button>
      )}
      <div className="dock-tabs" id={`dock-group-${group.id}`} hidden={isFolded}>
        {group.panels.map(({ id, titleKey, icon: PanelIcon }) => (
          <button
            key={id}
            type="button"
            className="dock-tab"
            aria-expanded={id === openId}
            aria-controls={id === openId ? "dock-panel" : undefined}
            onClick={({ detail }) => onCall(id, detail === 0)}
          >
            <PanelIcon aria-hidden />
            <span>{text(titleKey)}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
