import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { Message } from '../event-log.ts';

/** Converts a message of kafkajs. */
export function toMessage(partition: number, { offset, value, timestamp, headers = {} }: KafkaMessage): Message {
  return {
    partition,
    offset: Number(offset),
    value,
    appendedAtMs: Number(timestamp),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, headerText(text)])),
  };
}

/** The last value of a repeated header. */
function headerText(value: IHeaders[string]): string {
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined || last === null ? '' : last.toString('utf8');
}
