import type { JSX } from "preact";
import type { Problem } from "../engine/input.ts";

interface ProblemsProps {
  readonly problems: readonly Problem[];
  /** Goes to the place of one, where it has one. */
  readonly onPick?: (problem: Problem) => void;
}

/** What is wrong with an input, said at once. */
export function Problems(props: ProblemsProps): JSX.Element {
  return (
    <div role="alert">
      <ProblemList {...props} />
    </div>
  );
}

/** Of each problem the place, the rule, the line itself with a caret, and what would be accepted. */
export function ProblemList({ problems, onPick }: ProblemsProps): JSX.Element {
  return (
    <ul class="problems">
      {problems.map((problem) => (
        <li key={`${problem.source} ${problem.message}`}>
          <p>
            {problem.source !== "" && <Place problem={problem} {...(onPick && { onPick })} />}{" "}
            {problem.message} <code class="dim">{problem.code}</code>
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

function Place({ problem, onPick }: { problem: Problem; onPick?: (problem: Problem) => void }): JSX.Element {
  if (onPick === undefined || problem.line === undefined) return <code>{problem.source}</code>;
  return (
    <button type="button" class="link mono" onClick={() => onPick(problem)} title="Go to this place">
      {problem.source}
    </button>
  );
}
