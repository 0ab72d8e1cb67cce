import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId } from "preact/hooks";

export interface ComboBoxProps {
  readonly label: string;
  readonly value: Signal<string>;
  /** What may be meant by what is typed, best first. */
  readonly options: (typed: string) => readonly string[];
  /** Called for Enter with nothing chosen from the list. */
  readonly onEnter: () => void;
  /** Called when something was taken from the list; the list stays open where it returns true. */
  readonly onTake: () => boolean;
  /** Called when the field is left with another text. */
  readonly onLeave?: () => void;
  readonly placeholder?: string;
  readonly mono?: boolean;
}

/** A text field with a list under it, worked by keyboard as ARIA's combobox is: arrows choose, Enter takes, Escape closes. */
export function ComboBox(props: ComboBoxProps): JSX.Element {
  const { label, value, options, placeholder, mono } = props;
  const id = useId();
  const isOpen = useSignal(false);
  const active = useSignal(-1);
  const shown = isOpen.value ? options(value.value) : [];
  const close = (): void => {
    isOpen.value = false;
    active.value = -1;
  };
  const take = (option: string): void => {
    value.value = option;
    close();
    isOpen.value = props.onTake();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = shown.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen.value) isOpen.value = true;
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = active.value + step;
      active.value = next > last ? -1 : next < -1 ? last : next;
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (active.value >= 0 && active.value <= last) take(shown[active.value]);
      else {
        close();
        props.onEnter();
      }
    } else if (event.key === "Escape") close();
  };
  return (
    <div class="combo">
      <label for={id}>{label}</label>
      <input
        id={id}
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(active.value >= 0 ? { "aria-activedescendant": `${id}-${active.value}` } : {})}
        class={mono ? "mono" : ""}
        placeholder={placeholder ?? ""}
        autocomplete="off"
        spellcheck={false}
        value={value.value}
        onInput={(event) => {
          value.value = event.currentTarget.value;
          isOpen.value = true;
          active.value = -1;
        }}
        onFocus={() => {
          isOpen.value = true;
        }}
        onBlur={close}
        onChange={props.onLeave ?? (() => {})}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} class="options" role="listbox" aria-label={label} hidden={shown.length === 0}>
        {shown.map((option, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the field has the focus and the keys
          <div
            key={option}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === active.value}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(option)}
          >
            {option}
          </div>
        ))}
      </div>
    </div>
  );
}
