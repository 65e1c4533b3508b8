import { FolderHeart, IdCard, Link2, PencilLine } from "lucide-react";
import { useText } from "../../kit/text";
import { Switch } from "../../kit/ui";
import { categoryIcons } from "../categories";
import { actsOf, categoriesIn, labelOf, OFFLINE, type Scope, writes } from "./model";

interface ScopeSwitchProps {
  scope: Scope;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** One thing that an app asks about the record, to be left out with one press. */
export function ScopeSwitch({ scope, checked, onChange }: ScopeSwitchProps) {
  const [first] = categoriesIn(scope);
  const isEverything = scope.type === "*" || first === undefined;
  const Icon = isEverything ? FolderHeart : categoryIcons[first];
  return (
    <Switch
      label={labelOf(scope)}
      hint={actsOf(scope)}
      icon={
        <>
          <Icon aria-hidden />
          {writes(scope) && <PencilLine aria-hidden className="app-writes" />}
        </>
      }
      checked={checked}
      onChange={onChange}
    />
  );
}

interface OtherSwitchProps {
  kind: "identity" | "offline_access" | "online_access";
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** What is not about the record: who one is, and whether the app comes back by itself. */
export function OtherSwitch({ kind, checked, onChange }: OtherSwitchProps) {
  const text = useText();
  const key = kind === "identity" ? "who" : kind === OFFLINE ? "offline" : "online";
  const Icon = kind === "identity" ? IdCard : Link2;
  return (
    <Switch
      label={text(`records.app.${key}`)}
      hint={text(`records.app.${key}.hint`)}
      icon={<Icon aria-hidden />}
      checked={checked}
      onChange={onChange}
    />
  );
}
