import type { JSX } from "preact";
import type { Problem } from "../engine/input.ts";

/** What is wrong with an input: place, rule, the line itself with a caret, and what would be accepted. */
export function Problems({ problems }: { problems: readonly Problem[] }): JSX.Element {
  return (
    <ul class="problems" role="alert">
      {problems.map((problem) => (
        <li key={`${problem.source} ${problem.message}`}>
          <p>
            {problem.source !== "" && <code>{problem.source}</code>} {problem.message}
          </p>
          {problem.excerpt !== undefined && (
            <pre>
              {problem.excerpt}
              {"\n"}
              {" ".repeat(Math.max(0, (problem.column ?? 1) - 1))}^
            </pre>
          )}
          {problem.suggestion !== undefined && (
            <p>
              Try <code>{problem.suggestion}</code>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
