import { Printer } from "lucide-react";
import { useSession } from "../../kit/session";
import { moment, useText } from "../../kit/text";
import { Button, Dialog, Mark } from "../../kit/ui";

interface SheetProps {
  code: string;
  onClose: () => void;
}

/** The printed code, shown this once; printing prints it alone. */
export function Sheet({ code, onClose }: SheetProps) {
  const text = useText();
  const me = useSession();
  return (
    <Dialog
      open
      title={text("identity.printed")}
      onClose={onClose}
      actions={
        <>
          <Button icon={Printer} onClick={() => print()}>
            {text("identity.printed.print")}
          </Button>
          <Button kind="primary" onClick={onClose}>
            {text("identity.printed.kept")}
          </Button>
        </>
      }
    >
      <div className="key-sheet">
        <p className="key-sheet-head">
          <Mark size={34} />
          <span>Asklepion</span>
        </p>
        <h3>{text("identity.printed.title")}</h3>
        <p lang="">{me?.name}</p>
        <p className="key-code" data-code={code}>
          {code.split("-").map((group, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: five groups that never move
            <span key={at}>{group}</span>
          ))}
        </p>
        <p>{text("identity.printed.how", { where: location.host })}</p>
        <p className="muted small">
          {text("identity.printed.made", { when: moment(new Date().toISOString(), "date") })}
        </p>
      </div>
      <p className="muted small key-not-printed">{text("identity.printed.once")}</p>
    </Dialog>
  );
}
