import { DoorOpen, Hourglass, Stethoscope } from "lucide-react";
import { useEffect } from "react";
import { LicenceMark } from "../identity/cards/LicenceMark";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { goTo, type Panel } from "../kit/place";
import { useSession } from "../kit/session";
import { useText } from "../kit/text";
import { Badge, Button, Card, ErrorNote, Waiting } from "../kit/ui";
import { useIsLed } from "../world/beside";
import { useVisit } from "./visit";

interface Room {
  readonly id: string;
  readonly clinician: string | null;
  readonly clinician_account: string | null;
  readonly is_mine: boolean;
  readonly is_busy: boolean;
}

const AGAIN_MS = 4000;

/** The hall: which consulting room is free, and who is in it. */
function Rooms() {
  const text = useText();
  const me = useSession();
  const { visit } = useVisit();
  const rooms = useAsked((stop) => api.get<Room[]>("/api/clinic/rooms", stop), [visit?.id ?? ""]);
  const { again } = rooms;
  useEffect(() => {
    const timer = setInterval(again, AGAIN_MS);
    return () => clearInterval(timer);
  }, [again]);
  const isClinician = me?.roles.includes("clinician") ?? false;
  return (
    <Card title={text("clinic.rooms")} icon={Stethoscope}>
      <p className="muted">
        {text(isClinician ? "clinic.rooms.clinician" : "clinic.rooms.patient")}
      </p>
      {rooms.isWaiting && <Waiting label={text("clinic.rooms.waiting")} />}
      <ErrorNote error={rooms.error} onRetry={rooms.again} />
      <ul className="stack-tight">
        {rooms.value?.map((room) => (
          <RoomLine
            key={room.id}
            room={room}
            isMyVisit={visit?.room === room.id}
            isClinician={isClinician}
          />
        ))}
      </ul>
    </Card>
  );
}

interface RoomLineProps {
  room: Room;
  isMyVisit: boolean;
  isClinician: boolean;
}

function signOf({ room, isMyVisit }: RoomLineProps): string {
  if (isMyVisit) return "mine";
  if (room.is_busy) return room.clinician ? "busy" : "patient";
  return room.clinician ? "ready" : "empty";
}

function RoomLine(props: RoomLineProps) {
  const text = useText();
  const { room, isMyVisit, isClinician } = props;
  const isLed = useIsLed();
  const sign = signOf(props);
  const isOpen = isMyVisit || (isClinician ? !room.clinician || room.is_mine : !room.is_busy);
  const isInviting = isMyVisit || sign === (isClinician ? "patient" : "ready");
  const name = text(`world.place.${room.id}`);
  return (
    <li className="room">
      <span className="room-icon">
        {sign === "patient" ? <Hourglass aria-hidden /> : <DoorOpen aria-hidden />}
      </span>
      <div className="room-words">
        <h3>{name}</h3>
        {room.clinician && <p className="small">{room.clinician}</p>}
        {room.clinician && room.clinician_account && !room.is_mine && (
          <LicenceMark account={room.clinician_account} name={room.clinician} />
        )}
        <Badge tone={isInviting ? "accent" : "plain"}>{text(`clinic.sign.${sign}`)}</Badge>
      </div>
      <Button
        kind={isInviting ? "primary" : "quiet"}
        disabled={!isOpen || isLed}
        aria-label={`${text("clinic.walkin")}: ${name}`}
        onClick={() => goTo(room.id)}
      >
        {text("clinic.walkin")}
      </Button>
    </li>
  );
}

export const roomsPanel: Panel = {
  id: "rooms",
  titleKey: "clinic.rooms",
  icon: Stethoscope,
  places: ["clinic"],
  roles: ["patient", "clinician"],
  group: "visit",
  order: 10,
  isUrgent: true,
  Component: Rooms,
};
