import { QrCode, ShieldCheck, UserCheck, UserPlus, Users, UserX } from "lucide-react";
import { useState } from "react";
import { goTo, type PanelProps } from "../../kit/place";
import { moment, useText } from "../../kit/text";
import {
  Badge,
  Button,
  Card,
  Empty,
  ErrorNote,
  Select,
  Switch,
  toast,
  Waiting,
} from "../../kit/ui";
import { useIsLed } from "../beside";
import { usePlaceName } from "../places";
import { asking } from "./asking";
import { useLatest } from "./changes";
import { InvitationDialog } from "./dialogs";
import { useDoing } from "./doing";
import { type CompanyAnswer, FOLLOWERS, type Followers, type Friend } from "./model";
import { Appeal } from "./NewsBanner";
import { SAFE_PLACE } from "./safe";
import "./order.css";

/** Friends, who is blocked, what one set for oneself, and what became of reports. */
export function SafetyPanel({ place }: PanelProps) {
  const text = useText();
  const asked = useLatest((stop) => asking.company(stop), []);
  const company = asked.value;
  return (
    <>
      {asked.isWaiting && <Waiting label={text("world.safety.waiting")} />}
      <ErrorNote error={asked.error} onRetry={asked.again} />
      {company && (
        <>
          <FriendsCard friends={company.friends} place={place} />
          <SelfCard mine={company.self} />
          {company.children.length > 0 && <ChildrenCard wards={company.children} />}
          <BlockedCard blocked={company.blocked} />
          {company.acts.length > 0 && <ActsCard acts={company.acts} />}
          {company.reports.length > 0 && <ReportsCard reports={company.reports} />}
        </>
      )}
    </>
  );
}

function FriendsCard({ friends, place }: { friends: readonly Friend[]; place: string }) {
  const text = useText();
  const [isInviting, setInviting] = useState(false);
  return (
    <Card title={text("world.friends")} icon={Users}>
      {friends.length === 0 && (
        <Empty
          icon={UserPlus}
          title={text("world.friends.none")}
          text={text("world.friends.how")}
        />
      )}
      <ul className="here">
        {friends.map((friend) => (
          <FriendLine key={friend.id} friend={friend} place={place} />
        ))}
      </ul>
      {place !== SAFE_PLACE && (
        <Button icon={QrCode} onClick={() => setInviting(true)}>
          {text("world.invite")}
        </Button>
      )}
      {isInviting && <InvitationDialog place={place} onClose={() => setInviting(false)} />}
    </Card>
  );
}

function FriendLine({ friend, place }: { friend: Friend; place: string }) {
  const text = useText();
  const { error, carryOut } = useDoing();
  const nameOf = usePlaceName();
  const isLed = useIsLed();
  const { id, name, state, shows, shown } = friend;
  const where = friend.place && text("world.friend.in", { place: nameOf(friend.place) });
  return (
    <li className="here-one">
      <p className="row-apart">
        <strong>{name}</strong>
        <Badge tone={state === "friends" ? "good" : "plain"}>{text(`world.friend.${state}`)}</Badge>
      </p>
      {where && <p className="small">{where}</p>}
      {state === "friends" && (
        <Switch
          checked={shows}
          onChange={(wanted) => carryOut(asking.show(id, wanted))}
          label={text("world.friend.show", { name })}
          hint={text(shown ? "world.friend.shown" : "world.friend.unshown", { name })}
        />
      )}
      <div className="row">
        {state === "asks" && (
          <Button kind="primary" icon={UserCheck} onClick={() => carryOut(asking.accept(id))}>
            {text("world.friend.accept")}
          </Button>
        )}
        {friend.place && friend.place !== place && !isLed && (
          <Button onClick={() => goTo(friend.place)}>{text("world.friend.join")}</Button>
        )}
        {state === "friends" && place !== SAFE_PLACE && (
          <Button
            onClick={() =>
              carryOut(asking.invite(id, place), () =>
                toast(text("world.friend.invited", { name }), "good"),
              )
            }
          >
            {text("world.friend.invite")}
          </Button>
        )}
        <Button kind="plain" icon={UserX} onClick={() => carryOut(asking.end(id))}>
          {text(`world.friend.end.${state}`)}
        </Button>
      </div>
      <ErrorNote error={error} />
    </li>
  );
}

function SelfCard({ mine }: { mine: CompanyAnswer["self"] }) {
  const text = useText();
  const { error, carryOut } = useDoing();
  return (
    <Card title={text("world.safety.self")} icon={ShieldCheck}>
      <Switch
        checked={mine.bubble}
        onChange={(bubble) => carryOut(asking.setSelf({ bubble }))}
        label={text("world.safety.bubble")}
        hint={text("world.safety.bubble.hint")}
      />
      <Switch
        checked={mine.in_photos}
        onChange={(in_photos) => carryOut(asking.setSelf({ in_photos }))}
        label={text("world.safety.photos")}
        hint={text("world.safety.photos.hint")}
      />
      <Select
        label={text("world.safety.followers")}
        value={mine.followers}
        onChange={({ target }) =>
          carryOut(asking.setSelf({ followers: target.value as Followers }))
        }
      >
        {FOLLOWERS.map((whom) => (
          <option key={whom} value={whom}>
            {text(`world.safety.followers.${whom}`)}
          </option>
        ))}
      </Select>
      {mine.is_child && <p className="muted">{text("world.safety.child")}</p>}
      <p className="muted small">{text("world.safety.escape")}</p>
      <ErrorNote error={error} />
    </Card>
  );
}

function ChildrenCard({ wards }: { wards: CompanyAnswer["children"] }) {
  const text = useText();
  const { error, carryOut } = useDoing();
  return (
    <Card title={text("world.children")} icon={Users}>
      <p className="muted small">{text("world.children.hint")}</p>
      <ul className="here">
        {wards.map(({ patient, name, is_child, phrases_only }) => (
          <li key={patient} className="here-one">
            <strong>{name}</strong>
            <Switch
              checked={is_child}
              onChange={(is) => carryOut(asking.setChild(patient, is, is && phrases_only))}
              label={text("world.children.is", { name })}
            />
            <Switch
              checked={phrases_only}
              disabled={!is_child}
              onChange={(only) => carryOut(asking.setChild(patient, is_child, only))}
              label={text("world.children.phrases")}
            />
          </li>
        ))}
      </ul>
      <ErrorNote error={error} />
    </Card>
  );
}

function BlockedCard({ blocked }: { blocked: CompanyAnswer["blocked"] }) {
  const text = useText();
  const { error, carryOut } = useDoing();
  return (
    <Card title={text("world.blocked")} icon={UserX}>
      {blocked.length === 0 && <p className="muted">{text("world.blocked.none")}</p>}
      <ul className="here">
        {blocked.map(({ id, name, at }) => (
          <li key={id} className="here-one row-apart">
            <span>
              {name} <span className="muted small">{moment(at, "date")}</span>
            </span>
            <Button onClick={() => carryOut(asking.unblock(id))}>
              {text("world.blocked.end")}
            </Button>
          </li>
        ))}
      </ul>
      <ErrorNote error={error} />
    </Card>
  );
}

function ActsCard({ acts }: { acts: CompanyAnswer["acts"] }) {
  const text = useText();
  const nameOf = usePlaceName();
  return (
    <Card title={text("world.acts.mine")} icon={ShieldCheck}>
      <ul className="here">
        {acts.map((act) => (
          <li key={act.id} className="here-one">
            <p>
              <strong>{text(`world.told.${act.deed}`, { place: nameOf(act.place) })}</strong>{" "}
              <span className="muted small">{moment(act.at, "moment")}</span>
            </p>
            <p>{text("world.told.reason", { reason: act.reason })}</p>
            {act.lifted_at && <Badge tone="good">{text("world.acts.lifted")}</Badge>}
            {act.appeal ? (
              <p className="muted small">{text("world.acts.appeal", { words: act.appeal })}</p>
            ) : (
              !act.lifted_at && <Appeal id={act.id} />
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function ReportsCard({ reports }: { reports: CompanyAnswer["reports"] }) {
  const text = useText();
  return (
    <Card title={text("world.reports.mine")} icon={ShieldCheck}>
      <ul className="here">
        {reports.map(({ id, number, at, outcome, answer }) => (
          <li key={id} className="here-one">
            <p className="row-apart">
              <strong>{number}</strong>
              <span className="muted small">{moment(at, "moment")}</span>
            </p>
            <p>{text(`world.report.outcome.${outcome}`)}</p>
            {answer && <p className="muted">{answer}</p>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
