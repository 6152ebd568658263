import { Circuit, type CircuitOptions } from './circuit.ts';

/**
 * What the shared cache can do. `whole`: everything. `reading`: Redis refuses to write, as when it is full, so what it
 * has is read, and nothing is brought. `away`: Redis does not answer.
 */
export type SharedState = 'whole' | 'reading' | 'away';

export interface RedisHealthOptions extends CircuitOptions {
  /** Told of each change. @param why without secrets and without anything that was sent */
  readonly onState: (state: SharedState, why: string) => void;
}

/** Asks Redis for what it can do at the moment, and leaves it alone with the rest for a while: see {@link Circuit}. */
export class RedisHealth {
  readonly #options: RedisHealthOptions;
  /** Whether Redis answers at all. */
  readonly #answers: Circuit;
  /** Whether it takes what it is given. */
  readonly #takes: Circuit;
  #told: SharedState = 'whole';

  constructor(options: RedisHealthOptions) {
    this.#options = options;
    this.#answers = new Circuit(options);
    this.#takes = new Circuit(options);
  }

  get state(): SharedState {
    if (!this.#answers.isWell) return 'away';
    return this.#takes.isWell ? 'whole' : 'reading';
  }

  /** Whether {@link write} would ask now. */
  get mayWrite(): boolean {
    return this.#answers.isPassable && this.#takes.isPassable;
  }

  /**
   * A command that needs no memory of Redis.
   * @returns undefined where Redis does not answer, or was not asked
   */
  async ask<T>(command: () => Promise<T>): Promise<T | undefined> {
    const passage = this.#answers.enter();
    if (passage === undefined) return undefined;
    try {
      const answer = await command();
      this.#answers.succeeded(passage);
      this.#tell('Redis answers again.');
      return answer;
    } catch (error) {
      this.#answers.failed(passage);
      this.#tell(reasonOf(error));
      return undefined;
    }
  }

  /**
   * A command that needs memory of Redis, and that Redis may therefore refuse while it answers others.
   * @returns undefined where it was not taken, or not sent
   */
  async write<T>(command: () => Promise<T>): Promise<T | undefined> {
    if (!this.#answers.isPassable) return undefined;
    const passage = this.#takes.enter();
    if (passage === undefined) return undefined;
    const result = await this.ask(async () => {
      try {
        return { answer: await command() };
      } catch (error) {
        if (!isRefusal(error)) throw error;
        return { refusal: error };
      }
    });
    if (result === undefined) {
      this.#takes.gaveUp(passage);
      return undefined;
    }
    if ('refusal' in result) {
      this.#takes.failed(passage);
      this.#tell(reasonOf(result.refusal));
      return undefined;
    }
    this.#takes.succeeded(passage);
    this.#tell('Redis takes windows again.');
    return result.answer;
  }

  /** Redis cannot be reached, or did not answer. */
  lost(error: unknown): void {
    this.#answers.failed('usual');
    this.#tell(reasonOf(error));
  }

  /** There is a new connection. */
  connected(): void {
    this.#answers.endPause();
  }

  #tell(why: string): void {
    if (this.state === this.#told) return;
    this.#told = this.state;
    this.#options.onState(this.#told, why);
  }
}

/** Whether Redis itself answered with an error, so that it is there. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Redis' error codes are words in capitals; the rest of its messages may quote what was sent. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!isRefusal(error)) return message;
  return `Redis refused a command: ${/^[A-Z]+/.exec(message)?.[0] ?? 'no code'}.`;
}
