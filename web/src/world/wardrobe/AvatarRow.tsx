import { Eye, Shirt, Trash2, Undo2 } from "lucide-react";
import { useText } from "../../kit/text";
import { Badge, Button } from "../../kit/ui";
import { LIGHT_TRIANGLES, type OwnAvatar } from "./bringing";

interface AvatarRowProps {
  readonly avatar: OwnAvatar;
  readonly isShown: boolean;
  readonly onShow: () => void;
  readonly onWear: () => void;
  readonly onTakeOff: () => void;
  readonly onDelete: () => void;
  readonly onUndo: () => void;
}

/** One avatar of one's own: who made it, what its licence says, and what one does with it. */
export function AvatarRow(props: AvatarRowProps) {
  const text = useText();
  const { avatar, isShown, onShow, onWear, onTakeOff, onDelete, onUndo } = props;
  const { name, is_worn } = avatar;
  if (avatar.dropped_at) {
    return (
      <li className="avatar-row">
        <span className="muted">{text("world.avatar.was-deleted", { name })}</span>
        <Button icon={Undo2} onClick={onUndo}>
          {text("world.avatar.undo")}
        </Button>
      </li>
    );
  }
  return (
    <li className="avatar-row">
      <div className="avatar-head">
        <strong>{name}</strong>
        {is_worn && <Badge tone="good">{text("world.avatar.is-worn")}</Badge>}
      </div>
      <Facts avatar={avatar} />
      <div className="row">
        <Button icon={Shirt} onClick={is_worn ? onTakeOff : onWear}>
          {text(is_worn ? "world.avatar.take-off" : "world.avatar.wear")}
        </Button>
        <Button icon={Eye} disabled={isShown} onClick={onShow}>
          {text("world.avatar.show")}
        </Button>
        <Button kind="plain" icon={Trash2} onClick={onDelete}>
          {text("world.avatar.delete")}
        </Button>
      </div>
    </li>
  );
}

function Facts({ avatar }: { avatar: OwnAvatar }) {
  const text = useText();
  const { authors, licence, size, triangles, height_m } = avatar;
  const url = String(licence.licenseUrl ?? "");
  const figures = {
    mib: (size / 1024 / 1024).toFixed(1),
    triangles: triangles.toLocaleString(),
    height: height_m.toFixed(2),
  };
  return (
    <>
      <p className="small">{text("world.avatar.by", { authors: authors.join(", ") })}</p>
      <p className="small">
        {text(`world.avatar.permission.${licence.avatarPermission}`)}{" "}
        {text(`world.avatar.commercial.${licence.commercialUsage}`)}{" "}
        {licence.creditNotation === "required" && text("world.avatar.credit")}{" "}
        {/^https:/.test(url) && (
          <a href={url} target="_blank" rel="noreferrer noopener">
            {text("world.avatar.licence")}
          </a>
        )}
      </p>
      <p className="muted small">
        {text("world.avatar.figures", figures)}{" "}
        {triangles > LIGHT_TRIANGLES && text("world.avatar.heavy")}
      </p>
    </>
  );
}
