import { Trash2, Wallet as WalletIcon } from "lucide-react";
import { api } from "../../kit/api";
import { useText } from "../../kit/text";
import { Button, IconButton, Switch, toast } from "../../kit/ui";
import { useDoing } from "./doing";
import { type Keys, noteChange, type Wallet } from "./model";
import { proveAgain } from "./proving";
import { Trouble } from "./Trouble";
import { hasWallet, signWith } from "./wallet";

/** What few people need: a wallet of their own. */
export function Experts({ keys }: { keys: Keys }) {
  const text = useText();
  const doing = useDoing();
  const link = () =>
    doing.run(async () => {
      await proveAgain();
      const signed = await signWith("/api/identity/wallets/message");
      await api.post("/api/identity/wallets", signed);
      toast(text("identity.wallet.linked"), "good");
      noteChange();
    });
  return (
    <details className="key-experts">
      <summary>{text("identity.experts")}</summary>
      <div className="stack">
        <p className="muted small">{text("identity.wallet.about")}</p>
        {keys.wallets.map((wallet) => (
          <WalletLine key={wallet.address} wallet={wallet} />
        ))}
        {hasWallet() ? (
          <Button icon={WalletIcon} busy={doing.isBusy} onClick={link}>
            {text("identity.wallet.link")}
          </Button>
        ) : (
          <p className="muted small">{text("identity.wallet.none")}</p>
        )}
        <Trouble of={doing} />
      </div>
    </details>
  );
}

function WalletLine({ wallet }: { wallet: Wallet }) {
  const text = useText();
  const doing = useDoing();
  const path = `/api/identity/wallets/${wallet.address}`;
  const change = (work: () => Promise<unknown>) =>
    doing.run(async () => {
      await proveAgain();
      await work();
      noteChange();
    });
  return (
    <div className="stack-tight">
      <div className="key-line">
        <code className="key-words key-address">{wallet.address}</code>
        <IconButton
          icon={Trash2}
          label={text("identity.wallet.unlink")}
          disabled={doing.isBusy}
          onClick={() => change(() => api.delete(path))}
        />
      </div>
      <Switch
        label={text("identity.wallet.opens")}
        checked={wallet.opens}
        disabled={doing.isBusy}
        onChange={(opens) => change(() => api.patch(path, { opens }))}
      />
      <Trouble of={doing} />
    </div>
  );
}
