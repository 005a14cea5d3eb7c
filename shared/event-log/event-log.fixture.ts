import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type CatalogId, catalogIdSchema, type UserId, userIdSchema } from '../id.ts';
import type { Message, MessageBatch, MessageHandler, NewMessage } from './event-log.ts';

export const CATALOG: CatalogId = catalogIdSchema.parse('main');

export function userOf(name: string | number): UserId {
  return userIdSchema.parse(`user ${name}`);
}

/** @param text  Value by which the test knows the message. */
export function messageOf(text: string, user: UserId = userOf(text)): NewMessage {
  return { catalog: CATALOG, user, value: Buffer.from(text) };
}

/**
 * A handler that keeps what a database would: the messages applied and each partition's progress, changed together.
 * Like every handler it takes nothing from below its progress.
 */
export class RecordingHandler implements MessageHandler {
  readonly applied: Message[] = [];
  readonly stored = new Map<number, number>();
  /** Called before a batch takes effect: may wait, or throw. */
  beforeApply: (batch: MessageBatch) => Promise<void> = async () => {};
  /** Called after a batch took effect: throws as when the answer to a commit is lost. */
  afterApply: (batch: MessageBatch) => Promise<void> = async () => {};
  readonly #running = new Set<number>();

  async progress(partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return new Map([...this.stored].filter(([partition]) => partitions.includes(partition)));
  }

  async apply(batch: MessageBatch): Promise<void> {
    const { partition, messages, nextOffset } = batch;
    expect(this.#running.has(partition), 'one apply at a time for a partition').toBe(false);
    this.#running.add(partition);
    try {
      await this.beforeApply(batch);
      const progress = this.stored.get(partition) ?? 0;
      this.applied.push(...messages.filter((message) => message.offset >= progress));
      this.stored.set(partition, Math.max(progress, nextOffset));
      await this.afterApply(batch);
    } finally {
      this.#running.delete(partition);
    }
  }

  texts(): string[] {
    return this.applied.map((message) => message.value?.toString() ?? '');
  }
}

/** Waits until `condition` holds; fails after `timeoutMs`. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !(await condition()); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${condition}`);
  }
}
