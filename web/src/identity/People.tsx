import { Link2, MailPlus, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import type { Panel } from "../kit/place";
import { useText } from "../kit/text";
import { Avatar, Badge, Button, Card, Empty, ErrorNote, Waiting } from "../kit/ui";
import { PersonMenu, Standing } from "./closing/Standing";
import { InvitationLink, invite } from "./InvitationLink";
import { useDoing } from "./keys/doing";
import { useHeld } from "./keys/held";
import type { OneTimeLink } from "./keys/model";
import { ProofDialog } from "./keys/proving";
import { Trouble } from "./keys/Trouble";
import { type Account, PEOPLE_ROLES, roleIcons } from "./model";
import { NewPerson } from "./NewPerson";

/** Who may come into this house, for its operators. */
function People() {
  const text = useText();
  const [isAdding, setAdding] = useState(false);
  const accounts = useHeld(
    useAsked((stop) => api.get<Account[]>("/api/identity/accounts", stop), []),
  );
  const sorted = [...(accounts.value ?? [])].sort((a, b) => isClosed(a) - isClosed(b));
  return (
    <Card
      title={text("identity.people")}
      icon={Users}
      actions={
        <Button kind="plain" icon={UserPlus} onClick={() => setAdding(true)}>
          {text("identity.people.add")}
        </Button>
      }
    >
      {!accounts.value && !accounts.error && <Waiting label={text("identity.people.waiting")} />}
      <ErrorNote error={accounts.error} onRetry={accounts.again} />
      {accounts.value?.length === 0 && (
        <Empty
          icon={Users}
          title={text("identity.people.empty")}
          text={text("identity.people.empty.hint")}
        />
      )}
      <ul className="people">
        {sorted.map((account) => (
          <Person key={account.id} account={account} onChange={accounts.again} />
        ))}
      </ul>
      <ProofDialog />
      <NewPerson
        open={isAdding}
        onClose={() => setAdding(false)}
        onAdded={(isInvited) => {
          setAdding(isInvited);
          accounts.again();
        }}
      />
    </Card>
  );
}

function isClosed(account: Account): number {
  return account.closing?.state === "closed" ? 1 : 0;
}

function Person({ account, onChange }: { account: Account; onChange: () => void }) {
  const text = useText();
  const doing = useDoing();
  const [link, setLink] = useState<OneTimeLink | null>(null);
  const again = () => doing.run(async () => setLink(await invite(account.id)));
  return (
    <li className="person">
      <Avatar name={account.name} />
      <div className="person-words">
        <strong>{account.name}</strong>
        <span className="muted small">{account.email}</span>
        <span className="row">
          {PEOPLE_ROLES.filter((role) => account.roles.includes(role)).map((role) => (
            <Badge key={role} icon={roleIcons[role]}>
              {text(`identity.role.${role}`)}
            </Badge>
          ))}
          <Badge tone={account.person ? "accent" : "plain"} icon={Link2}>
            {text(account.person ? "identity.people.linked" : "identity.people.unlinked")}
          </Badge>
        </span>
        <Standing account={account} onChange={onChange} />
        {account.is_awaited && !account.closing && (
          <span className="row">
            <Badge tone="warn">{text("identity.invite.awaited")}</Badge>
            <Button kind="plain" icon={MailPlus} busy={doing.isBusy} onClick={again}>
              {text("identity.invite.again")}
            </Button>
          </span>
        )}
        <Trouble of={doing} />
      </div>
      <PersonMenu account={account} onChange={onChange} />
      {link && <InvitationLink link={link} onClose={() => setLink(null)} />}
    </li>
  );
}

export const peoplePanel: Panel = {
  id: "people",
  titleKey: "identity.people",
  icon: Users,
  places: ["home", "plaza"],
  roles: ["operator"],
  group: "house",
  order: 10,
  Component: People,
};
