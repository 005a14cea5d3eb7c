import pLimit from 'p-limit';
import { Signal } from '../../platform/signal.ts';
import type {
  ConsumeOptions,
  Consumer,
  EventLog,
  Message,
  MessageHandler,
  NewMessage,
  Position,
} from '../event-log.ts';
import { untilSuccess } from '../until-success.ts';

/** The messages of a log, shared by all that open it. */
export class MemoryLogMessages {
  /** Offsets rise, with gaps where messages were trimmed; an erased message has no value. */
  stored: StoredMessage[] = [];
  end = 0;
  readonly appended = new Signal();
  /** One consumer reads at a time, over all that opened the log. */
  readonly own = pLimit(1);
}

interface StoredMessage extends Message {
  readonly catalog: string;
  readonly user: string;
}

const POLL_MS = 50;
const PAUSES = { firstPauseMs: 1, pauseMaxMs: 20 };

/** The event log in memory, for tests: one partition, lost with the process. */
export class MemoryEventLog implements EventLog {
  readonly name = 'memory';
  readonly #messages: MemoryLogMessages;
  readonly #consumers = new Set<MemoryLogConsumer>();
  #isClosed = false;

  constructor(messages = new MemoryLogMessages()) {
    this.#messages = messages;
  }

  async append(messages: readonly NewMessage[]): Promise<readonly Position[]> {
    if (this.#isClosed) throw new Error('the event log is closed');
    const positions = messages.map(({ catalog, user, value, headers = {} }) => {
      const position = { partition: 0, offset: this.#messages.end++ };
      const appendedAtMs = Date.now();
      this.#messages.stored.push({ ...position, catalog, user, value, headers: { ...headers }, appendedAtMs });
      return position;
    });
    this.#messages.appended.notify();
    return positions;
  }

  async consume(handler: MessageHandler, options: ConsumeOptions): Promise<Consumer> {
    const consumer = new MemoryLogConsumer(this.#messages, handler, options);
    this.#consumers.add(consumer);
    return consumer;
  }

  async ends(): Promise<ReadonlyMap<number, number>> {
    return new Map([[0, this.#messages.end]]);
  }

  async erase(catalog: string, user: string): Promise<void> {
    this.#messages.stored = this.#messages.stored.map((message) =>
      message.catalog === catalog && message.user === user
        ? { ...message, catalog: '', user: '', value: null, headers: {} }
        : message,
    );
  }

  async trim(before: ReadonlyMap<number, number>, appendedBeforeMs: number): Promise<void> {
    const end = before.get(0) ?? 0;
    this.#messages.stored = this.#messages.stored.filter(
      ({ offset, appendedAtMs }) => offset >= end || appendedAtMs >= appendedBeforeMs,
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
  }
}

class MemoryLogConsumer implements Consumer {
  readonly #messages: MemoryLogMessages;
  readonly #handler: MessageHandler;
  readonly #options: ConsumeOptions;
  readonly #stopping = new AbortController();
  #over: Promise<void> | undefined;

  constructor(messages: MemoryLogMessages, handler: MessageHandler, options: ConsumeOptions) {
    this.#messages = messages;
    this.#handler = handler;
    this.#options = options;
    void messages.own(() => {
      this.#over = this.#run();
      return this.#over;
    });
  }

  get isRunning(): boolean {
    return !this.#stopping.signal.aborted;
  }

  async lag(): Promise<number> {
    return this.#messages.end - (await this.#progress());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#messages.appended.notify();
    await this.#over;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { onError } = this.#options;
    while (!signal.aborted) await untilSuccess(() => this.#deliverNext(), { ...PAUSES, signal, onError });
  }

  async #deliverNext(): Promise<void> {
    const from = await this.#progress();
    const read = this.#messages.stored.filter(({ offset }) => offset >= from).slice(0, this.#options.batchSizeMax);
    const last = read.at(-1);
    if (last === undefined) return this.#messages.appended.wait(POLL_MS);
    const messages = read
      .filter(({ value }) => value !== null)
      .map(({ catalog: _, user: __, ...message }): Message => message);
    await this.#handler.apply({ partition: 0, messages, nextOffset: last.offset + 1 });
  }

  async #progress(): Promise<number> {
    return (await this.#handler.progress([0])).get(0) ?? 0;
  }
}
