import { LoaderCircle } from "lucide-react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { useText } from "../kit/text";
import { Avatar } from "../kit/ui";
import type { DemoPerson } from "./model";

interface DemoPeopleProps {
  /** E-mail of whoever is being let in just now, or "". */
  busy: string;
  onEnter: (as: DemoPerson) => void;
}

/** In a demonstration: one press and you are somebody invented. A real house shows nothing here. */
export function DemoPeople({ busy, onEnter }: DemoPeopleProps) {
  const text = useText();
  const { value: people } = useAsked((stop) => api.get<DemoPerson[]>("/api/demo", stop), []);
  if (!people?.length) return null;
  return (
    <section className="demo" aria-labelledby="demo-title">
      <h2 id="demo-title">{text("identity.demo.title")}</h2>
      <ul className="demo-people">
        {people.map((person) => (
          <li key={person.email}>
            <button
              type="button"
              className="demo-person"
              disabled={busy !== ""}
              onClick={() => onEnter(person)}
            >
              <Avatar name={person.name} size={44} />
              <span className="demo-words">
                <span className="demo-name">{person.name}</span>
                <span className="muted small">{text(`identity.role.${person.role}`)}</span>
              </span>
              {busy === person.email && <LoaderCircle className="spin" aria-hidden />}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
