import { Clock, KeyRound, LogOut, SunMoon } from "lucide-react";
import { goTo, showPanel } from "../kit/place";
import { type Me, signOut } from "../kit/session";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { setTheme, theme } from "../kit/theme";
import { Avatar, MenuItem, Popover, toast } from "../kit/ui";
import { HOURS, hours, setHours } from "../world/scene/hours";
import { canDraw, otherView, setView, view, viewIcons } from "./view";

const NEXT_THEME = { auto: "light", light: "dark", dark: "auto" } as const;

export function AccountMenu({ me }: { me: Me }) {
  const text = useText();
  const current = useStore(theme);
  const shown = useStore(view);
  const next = otherView(shown);
  const hour = useStore(hours);
  const roles = me.roles.map((role) => text(`identity.role.${role}`)).join(" · ");
  return (
    <Popover
      label={text("app.account", { name: me.name })}
      className="account-button"
      align="right"
      button={<Avatar name={me.name} size={36} />}
    >
      {(close) => (
        <>
          <div className="account-head">
            <Avatar name={me.name} size={48} />
            <div>
              <strong>{me.name}</strong>
              <p className="muted small">{roles}</p>
            </div>
          </div>
          <div className="menu-line" />
          <MenuItem
            icon={SunMoon}
            hint={text(`kit.theme.${current}`)}
            onClick={() => setTheme(NEXT_THEME[current])}
          >
            {text("kit.theme")}
          </MenuItem>
          {shown === "scene" && (
            <MenuItem
              icon={Clock}
              hint={text(`world.hours.${hour}`)}
              onClick={() => setHours(HOURS[(HOURS.indexOf(hour) + 1) % HOURS.length] ?? "clock")}
            >
              {text("world.hours")}
            </MenuItem>
          )}
          {canDraw && (
            <MenuItem icon={viewIcons[next]} onClick={() => setView(next)}>
              {text(`app.view.${next}`)}
            </MenuItem>
          )}
          <MenuItem
            icon={KeyRound}
            onClick={() => {
              close();
              goTo("home");
              setTimeout(() => showPanel("keys")); // the place's panels come with it
            }}
          >
            {text("identity.keys")}
          </MenuItem>
          <MenuItem
            icon={LogOut}
            onClick={() => {
              signOut().catch(() => toast(text("kit.error.offline"), "danger"));
            }}
          >
            {text("app.signout")}
          </MenuItem>
        </>
      )}
    </Popover>
  );
}
