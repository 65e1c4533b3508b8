import { number, useText } from "../../kit/text";
import type { Simulation } from "../../wire/twin";
import { SourceLine } from "../Source";
import { say } from "../say";
import { digitsOf } from "../units";

/** What a run rests on: how near rest comes to what was measured, its limits, and its sources. */
export function About({ run }: { run: Simulation }) {
  const text = useText();
  return (
    <details className="sim-about">
      <summary>{text("twin.ui.sim.about")}</summary>
      {run.fit.length > 0 && (
        <table>
          <caption>{text("twin.ui.sim.fit")}</caption>
          <thead>
            <tr>
              <td />
              <th scope="col">{text("twin.ui.sim.fit.measured")}</th>
              <th scope="col">{text("twin.ui.sim.fit.simulated")}</th>
            </tr>
          </thead>
          <tbody>
            {run.fit.map(({ key, label_key, measured, simulated }) => (
              <tr key={key}>
                <th scope="row">{text(label_key)}</th>
                <td>{number(measured, digitsOf(measured))}</td>
                <td>{number(simulated, digitsOf(measured))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ul>
        {run.limits.map((limit) => (
          <li key={limit.key}>{say(limit)}</li>
        ))}
      </ul>
      <p className="small">{text("twin.ui.sim.sources")}</p>
      {run.sources.map((source) => (
        <SourceLine key={source.url} source={source} />
      ))}
    </details>
  );
}
