import { Users } from "lucide-react";
import { useText } from "../../kit/text";
import { Card, Empty } from "../../kit/ui";

/** In the place of what only she, or who decides for her, may do. */
export function NotYours() {
  const text = useText();
  return (
    <Card>
      <Empty
        icon={Users}
        title={text("records.helpers.not-yours")}
        text={text("records.helpers.not-yours.hint")}
      />
    </Card>
  );
}
