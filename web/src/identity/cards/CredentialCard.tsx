import { BadgeCheck, CircleSlash, Clock, type LucideIcon, PauseCircle } from "lucide-react";
import type { ReactNode } from "react";
import { moment, useText } from "../../kit/text";
import { Mark } from "../../kit/ui";
import { type Credential, headline, iconOf, issuerOf, type State, wordsOf } from "./model";

const FOREVER = Date.UTC(2100, 0, 1); // of what says no end

const stateIcons: Record<State, LucideIcon> = {
  valid: BadgeCheck,
  revoked: CircleSlash,
  suspended: PauseCircle,
  expired: Clock,
  early: Clock,
};

export function StateSign({ state }: { state: State }) {
  const text = useText();
  const Icon = stateIcons[state];
  return (
    <span className="paper-state" data-state={state}>
      <Icon aria-hidden />
      {text(`identity.cards.state.${state}`)}
    </span>
  );
}

/** A credential as one would carry it in a pocket. */
export function CredentialCard({ card, children }: { card: Credential; children?: ReactNode }) {
  const text = useText();
  const Icon = iconOf(card.kind);
  const kind = card.kind ? text(`identity.cards.kind.${card.kind}`) : card.vct;
  return (
    <li className="paper-line">
      <article className="paper" data-kind={card.kind ?? "other"} data-state={card.state}>
        <header className="paper-head">
          <Icon aria-hidden />
          <span>{kind}</span>
          <StateSign state={card.state} />
        </header>
        <h3 className="paper-title">
          {headline(card.kind, card.claims) || wordsOf("title", card.claims.title ?? kind)}
        </h3>
        <p className="paper-name">{wordsOf("name", card.claims.name ?? "")}</p>
        {card.is_document && (
          <p className="paper-known">
            {text(card.is_trusted ? "identity.cards.known" : "identity.cards.unknown")}
          </p>
        )}
        <footer className="paper-foot">
          <span>
            <small>{text("identity.cards.by")}</small>
            {issuerOf(card.issuer, card.is_here)}
          </span>
          <span>
            <small>{text("identity.cards.until")}</small>
            {Date.parse(card.until) < FOREVER
              ? moment(card.until, "date")
              : text("identity.cards.until.never")}
          </span>
          <span className="paper-mark">
            <Mark size={30} />
          </span>
        </footer>
      </article>
      {children}
    </li>
  );
}
