import { isThisMachine, whyNoPasskeys } from "../../kit/passkey";
import { useText } from "../../kit/text";

/** Why no device can be a key here, and where it can; draws nothing where it can. */
export function NoPasskeys() {
  const text = useText();
  const why = whyNoPasskeys();
  if (!why) return null;
  const { hostname, port, protocol, pathname, hash } = location;
  if (why === "number" && isThisMachine(hostname)) {
    const there = `${protocol}//localhost${port && `:${port}`}${pathname}${hash}`;
    return (
      <p>
        {text("identity.passkey.number.here")} <a href={there}>{there}</a>
      </p>
    );
  }
  return <p>{text(`identity.passkey.${why}`)}</p>;
}

/** Whether nobody but this machine can open an address. */
export function isOnlyHere(url: string): boolean {
  return isThisMachine(new URL(url, location.href).hostname);
}

/** Says that no other device can open a link, and what to do. */
export function OnlyHere() {
  return <p className="key-warn">{useText()("identity.only-here")}</p>;
}
