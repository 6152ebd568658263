import { inspect } from 'node:util';

const mask = '[secret]';

/**
 * A text that must not be seen: printing, logging, inspecting or serialising it shows a mask. Only {@link reveal},
 * called where the text is sent to its recipient, returns it.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  /** Whether both hide the same text. */
  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}
