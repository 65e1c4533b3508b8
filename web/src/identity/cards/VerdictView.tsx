import { BadgeCheck, CircleAlert, ShieldQuestion } from "lucide-react";
import { moment, useText } from "../../kit/text";
import { inOrder, issuerOf, kindOf, nameOfClaim, wordsOf } from "./model";
import type { Verdict } from "./verify/check";

/** What something shown proves: who issued it, what it says, whether it stands, and who looked. */
export function VerdictView({ verdict }: { verdict: Verdict }) {
  const text = useText();
  const kind = kindOf(verdict.vct);
  const isGood = verdict.why === "";
  const isKnown = verdict.isHere || verdict.isTrusted; // of a presentation: all that it holds
  const Icon = !isGood ? CircleAlert : isKnown ? BadgeCheck : ShieldQuestion;
  const tone = !isGood ? "bad" : isKnown ? "good" : "unknown";
  const entries = inOrder(verdict.claims);
  return (
    <section className="verdict" data-tone={tone}>
      <div className="verdict-head" role="status">
        <Icon aria-hidden />
        <div>
          <h2>
            {isGood
              ? text(isKnown ? "identity.verify.good" : "identity.verify.unknown")
              : text(`identity.verify.why.${verdict.why}`)}
          </h2>
          <p className="small">
            {text(`identity.verify.by.${verdict.by}`, {
              when: moment(new Date(verdict.checkedAt).toISOString(), "time"),
            })}
          </p>
        </div>
      </div>
      {verdict.holder && (
        <p className="small">{text("identity.verify.presented", { who: verdict.holder })}</p>
      )}
      {verdict.credentials.map((each) => (
        <VerdictView key={`${each.issuer} ${JSON.stringify(each.claims)}`} verdict={each} />
      ))}
      {verdict.issuer && (
        <dl className="verdict-facts">
          <Fact name={text("identity.verify.what")}>
            {kind ? text(`identity.cards.kind.${kind}`) : verdict.vct}
          </Fact>
          {entries.map(([name, value]) => (
            <Fact key={name} name={nameOfClaim(name)}>
              {wordsOf(name, value)}
            </Fact>
          ))}
          <Fact name={text("identity.cards.by")}>
            {issuerOf(verdict.issuer, verdict.isHere)}
            <details className="verdict-did">
              <summary>{text("identity.verify.details")}</summary>
              {verdict.issuer}
            </details>
          </Fact>
          {verdict.until !== null && (
            <Fact name={text("identity.cards.until")}>
              {moment(new Date(verdict.until).toISOString(), "date")}
            </Fact>
          )}
        </dl>
      )}
      {verdict.isDocument && !verdict.holder && isGood && (
        <p className="muted small">{text("identity.verify.unbound")}</p>
      )}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
