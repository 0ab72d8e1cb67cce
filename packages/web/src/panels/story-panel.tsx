import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { DeedView, FindingView, StepView } from "../engine/story-view.ts";
import { Icon } from "../parts/icons.tsx";
import { ask, engine, goTo, opened, port, protocol, step, story, tellStory } from "../state/store.ts";
import { PairsChanged } from "./pairs-changed.tsx";

/** How long a step stands while the story plays, in milliseconds. */
const PACE = 1600;

/** The steps of the scenario: what was done, what was expected by then, and what came out. */
export function StoryPanel(): JSX.Element {
  const isPlaying = useSignal(false);
  const told = story.value;
  const last = told?.steps.length ?? 0;
  useEffect(() => void tellStory(), [opened.value]);
  useEffect(() => {
    if (!isPlaying.value) return;
    if (step.value >= last) {
      isPlaying.value = false;
      return;
    }
    const timer = setTimeout(() => void goTo(step.value + 1), PACE);
    return () => clearTimeout(timer);
  }, [isPlaying.value, step.value, last]);
  if (told === undefined) return <p class="empty panel-body">Playing the steps …</p>;
  if (last === 0) {
    return (
      <p class="empty panel-body">
        This network has no story. A scenario tells one in its <code>steps</code>: what is done, and what must
        hold then.
      </p>
    );
  }
  const go = (to: number): void => {
    isPlaying.value = false;
    void goTo(Math.max(0, Math.min(to, last)));
  };
  const play = (): void => {
    if (!isPlaying.value && step.value >= last) void goTo(0);
    isPlaying.value = !isPlaying.value;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = {
      ArrowDown: step.value + 1,
      ArrowRight: step.value + 1,
      ArrowUp: step.value - 1,
      ArrowLeft: step.value - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  const { passed, checked } = told;
  return (
    <div class="panel-body story">
      {opened.value !== undefined && opened.value.description !== "" && (
        <p class="dim">{opened.value.description}</p>
      )}
      {checked > 0 && (
        <p class={passed === checked ? "tally good" : "tally bad"}>
          <span class="tick" aria-hidden="true" />
          {passed === checked
            ? `All ${checked} checks come out as the file says`
            : `${checked - passed} of ${checked} checks do not come out as the file says`}
        </p>
      )}
      <div class="player">
        <button type="button" class="quiet" onClick={() => go(0)} aria-label="To the beginning">
          <Icon name="start" />
        </button>
        <button
          type="button"
          class="quiet"
          disabled={step.value === 0}
          onClick={() => go(step.value - 1)}
          aria-label="Step back"
        >
          <Icon name="back" />
        </button>
        <button type="button" class="quiet" onClick={play} aria-label={isPlaying.value ? "Pause" : "Play"}>
          <Icon name={isPlaying.value ? "pause" : "play"} />
        </button>
        <button
          type="button"
          class="quiet"
          disabled={step.value === last}
          onClick={() => go(step.value + 1)}
          aria-label="Step on"
        >
          <Icon name="on" />
        </button>
        <input
          type="range"
          min={0}
          max={last}
          value={step.value}
          aria-label="Step"
          aria-valuetext={step.value === 0 ? "Before the first step" : `Step ${step.value} of ${last}`}
          onInput={(event) => go(Number(event.currentTarget.value))}
        />
        <span class="dim mono" role="status">
          {step.value}/{last}
        </span>
      </div>
      <ol class="steps" onKeyDown={onKeyDown}>
        <li class={step.value === 0 ? "now" : "past"}>
          <button
            type="button"
            class="step-head"
            onClick={() => go(0)}
            {...(step.value === 0 ? { "aria-current": "step" as const } : {})}
          >
            {told.plan === undefined ? "As the file says" : "Before the plan is applied"}
          </button>
        </li>
        {told.steps.map((one, i) => (
          <Step key={i} number={i + 1} view={one} onGo={() => go(i + 1)} />
        ))}
      </ol>
      {told.plan !== undefined && (
        <PairsChanged change={told.plan} more={(start) => engine.flips("plan", start)} />
      )}
    </div>
  );
}

function Step({
  number,
  view,
  onGo,
}: {
  readonly number: number;
  readonly view: StepView;
  readonly onGo: () => void;
}): JSX.Element {
  const isPlayed = step.value >= number;
  const isNow = step.value === number;
  const title = view.note || (view.deeds.length === 0 ? "Looking at it" : `Step ${number}`);
  return (
    <li class={isNow ? "now" : isPlayed ? "past" : "future"}>
      <button
        type="button"
        class="step-head"
        onClick={onGo}
        {...(isNow ? { "aria-current": "step" as const } : {})}
      >
        {title}
        {view.after !== undefined && <span class="later">{view.after} later</span>}
      </button>
      <ul class="step-body">
        {view.deeds.map((deed, i) => (
          <Deed key={i} deed={deed} isPlayed={isPlayed} />
        ))}
        {view.findings.map((finding, i) => (
          <Finding key={i} finding={finding} isPlayed={isPlayed} onGo={onGo} />
        ))}
        {view.alarms.map(({ text, ok, found }) => (
          <li key={text}>
            <Tick ok={ok} isPlayed={isPlayed} />
            <div>
              <code>{text}</code>
              {isPlayed && !ok && <p class="wrong">it is {found}</p>}
            </div>
          </li>
        ))}
        {view.policies.map(({ name, ok, result }) => (
          <li key={name}>
            <Tick ok={ok} isPlayed={isPlayed} />
            <span>
              {name} <span class="dim">{isPlayed ? result : ""}</span>
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}

/** Says how a check came out once its step was played: by sign, by colour and by word. */
function Tick({ ok, isPlayed }: { readonly ok: boolean; readonly isPlayed: boolean }): JSX.Element {
  const state = isPlayed ? (ok ? "good" : "bad") : "open";
  return (
    <span class={`tick ${state}`}>
      <span class="sr">{{ good: "holds: ", bad: "does not hold: ", open: "" }[state]}</span>
    </span>
  );
}

function Deed({ deed, isPlayed }: { readonly deed: DeedView; readonly isPlayed: boolean }): JSX.Element {
  const { text, ok, wanted, refusal, events } = deed;
  const isCheck = !ok || wanted !== undefined;
  return (
    <li class="deed">
      {isCheck ? <Tick ok={ok} isPlayed={isPlayed} /> : <span class="does" aria-hidden="true" />}
      <div>
        <code>{text}</code>
        {isPlayed && refusal !== undefined && (
          <p class={ok ? "dim" : "wrong"}>
            {ok ? "refused, as it must be: " : "refused: "}
            <code>{refusal.code}</code> {refusal.message}
          </p>
        )}
        {isPlayed && refusal === undefined && wanted !== undefined && (
          <p class="wrong">
            was to be refused with <code>{wanted}</code>
          </p>
        )}
        {isPlayed &&
          events.slice(1).map((event) => (
            <p key={event} class="dim">
              {event}
            </p>
          ))}
      </div>
    </li>
  );
}

function Finding({
  finding,
  isPlayed,
  onGo,
}: {
  readonly finding: FindingView;
  readonly isPlayed: boolean;
  readonly onGo: () => void;
}): JSX.Element {
  const follow = (): void => {
    onGo();
    protocol.value = finding.service.protocol;
    port.value = finding.service.port === undefined ? "" : String(finding.service.port);
    void ask({ from: finding.from, to: finding.to });
  };
  return (
    <li>
      <Tick ok={finding.ok} isPlayed={isPlayed} />
      <div>
        <button type="button" class="link mono" onClick={follow} title="Follow the packet at this step">
          {finding.text}
        </button>
        {isPlayed && !finding.ok && <p class="wrong">it is {finding.found}</p>}
      </div>
    </li>
  );
}
