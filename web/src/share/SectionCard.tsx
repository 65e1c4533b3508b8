import {
  Activity,
  Baby,
  Bandage,
  ClipboardList,
  FlaskConical,
  History,
  type LucideIcon,
  Pill,
  Scissors,
  ScrollText,
  Siren,
  Stethoscope,
  Syringe,
  TriangleAlert,
  Users,
  Watch,
} from "lucide-react";
import { hasText, useText } from "../kit/text";
import { Badge, Card } from "../kit/ui";
import { day } from "./days";
import { Narrative } from "./Narrative";
import type { Course, Line, Section } from "./summary";
import { Trend } from "./Trend";

/** By LOINC code of the section. */
const icons: Record<string, LucideIcon> = {
  "11450-4": Stethoscope,
  "48765-2": TriangleAlert,
  "10160-0": Pill,
  "104605-1": Siren,
  "11369-6": Syringe,
  "30954-2": FlaskConical,
  "8716-3": Activity,
  "47519-4": Scissors,
  "46264-8": Watch,
  "11348-0": History,
  "10162-6": Baby,
  "29762-2": Users,
  "18776-5": ClipboardList,
  "42348-3": ScrollText,
};
const ALLERGIES = "48765-2";

export function SectionCard({ section }: { section: Section }) {
  const text = useText();
  const { code, lines, courses, narrative } = section;
  const key = `share.section.${code}`;
  const isEmpty = lines.length === 0 && courses.length === 0;
  const tone = code === ALLERGIES && !isEmpty ? "warn" : "plain";
  return (
    <Card
      className={courses.length > 0 ? "share-section share-wide" : "share-section"}
      tone={tone}
      icon={icons[code] ?? Bandage}
      title={hasText(key) ? text(key) : section.title}
    >
      {courses.length > 0 && (
        <ul className="courses">
          {courses.map((course) => (
            <CourseItem key={course.id} course={course} />
          ))}
        </ul>
      )}
      {lines.length > 0 && (
        <ul className="share-lines">
          {lines.map((line) => (
            <LineItem key={line.id} line={line} />
          ))}
        </ul>
      )}
      {isEmpty && <Narrative xhtml={narrative} />}
    </Card>
  );
}

function LineItem({ line }: { line: Line }) {
  const text = useText();
  return (
    <li className="share-line">
      <span className="share-what" lang="">
        {line.what || text("share.unsaid")}
      </span>
      {line.details && (
        <span className="share-details" lang="">
          {line.details}
        </span>
      )}
      {line.marks.length > 0 && (
        <span className="share-marks">
          {line.marks.map((mark) => (
            <Badge key={mark} tone={mark === "high" ? "danger" : "plain"}>
              {text(`share.mark.${mark}`)}
            </Badge>
          ))}
        </span>
      )}
      {line.when && <span className="share-when number">{day(line.when)}</span>}
    </li>
  );
}

function CourseItem({ course }: { course: Course }) {
  const text = useText();
  const { what, latest, when, range, points } = course;
  const label = text("share.course", { what, n: points.length });
  return (
    <li className="course">
      <span className="share-what" lang="">
        {what}
      </span>
      <strong className="course-value number" lang="">
        {latest}
      </strong>
      <Trend points={points} label={label} />
      <span className="share-when number">
        {[day(when), range && text("share.expected", { range })].filter(Boolean).join(" · ")}
      </span>
    </li>
  );
}
