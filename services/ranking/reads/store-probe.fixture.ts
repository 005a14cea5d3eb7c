import type { ItemId } from '@kindred/shared/id';
import type { EmbeddingSource } from './embedding-source.ts';
import type { HistorySource } from './history-source.ts';
import type { ItemReader } from './item-reader.ts';

/** A question that costs a round trip to the store. */
export type StoreQuestion = 'history' | 'seen' | 'latest' | 'view' | 'rows' | 'page' | 'vectors';

export class StoreUnavailable extends Error {}

export interface Stores {
  readonly histories: HistorySource;
  readonly items: ItemReader;
  readonly embeddings: EmbeddingSource;
}

/** Stands before stores: counts the questions that reach them, and lets questions fail or hang. */
export class StoreProbe implements Stores {
  /** Every question in the order in which it was asked. */
  readonly asked: StoreQuestion[] = [];
  /** Items of each question for rows. */
  readonly rowsAsked: (readonly ItemId[])[] = [];
  readonly histories: HistorySource;
  readonly items: ItemReader;
  readonly embeddings: EmbeddingSource;
  #unavailable: ReadonlySet<StoreQuestion> = new Set();
  #failure: 'throws' | 'hangs' = 'throws';
  #failuresLeft = Number.POSITIVE_INFINITY;

  constructor({ histories, items, embeddings }: Stores) {
    this.histories = {
      history: (...asked) => this.#through('history', () => histories.history(...asked)),
      seen: (...asked) => this.#through('seen', () => histories.seen(...asked)),
      latest: (...asked) => this.#through('latest', () => histories.latest(...asked)),
    };
    this.items = {
      kept: (...asked) => items.kept(...asked),
      page: (...asked) => this.#through('page', () => items.page(...asked)),
      view: async (catalog) => {
        const view = await this.#through('view', () => items.view(catalog));
        return {
          rows: (space, asked) => {
            this.rowsAsked.push(asked);
            return this.#through('rows', () => view.rows(space, asked));
          },
        };
      },
    };
    this.embeddings = {
      kept: (...asked) => embeddings.kept(...asked),
      vectors: (...asked) => this.#through('vectors', () => embeddings.vectors(...asked)),
    };
  }

  /** Lets these questions fail from now on, by default for ever; none lets all be answered again. */
  fail(
    questions: Iterable<StoreQuestion>,
    failure: 'throws' | 'hangs' = 'throws',
    count = Number.POSITIVE_INFINITY,
  ): void {
    this.#unavailable = new Set(questions);
    this.#failure = failure;
    this.#failuresLeft = count;
  }

  count(question: StoreQuestion): number {
    return this.asked.filter((asked) => asked === question).length;
  }

  async #through<Value>(question: StoreQuestion, ask: () => Promise<Value>): Promise<Value> {
    this.asked.push(question);
    if (!this.#unavailable.has(question) || this.#failuresLeft-- <= 0) return ask();
    if (this.#failure === 'hangs') return new Promise(() => {});
    throw new StoreUnavailable(question);
  }
}

export const ALL_QUESTIONS: readonly StoreQuestion[] = ['history', 'seen', 'latest', 'view', 'rows', 'page', 'vectors'];
