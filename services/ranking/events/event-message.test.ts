import type { Message } from '@kindred/shared/event-log/event-log';
import { expect, test } from 'vitest';
import { deadLetter, EVENT_BYTES_MAX, messageJsonSchema, readEvent } from './event-message.ts';
import { firstPlaceHeaders } from './first-place.ts';

const EVENT = { id: 'e1', user: 'u', item: 'i', type: 'save' };
const NOW_MS = Date.parse('2026-01-02T00:00:00Z');

function message(value: unknown, headers: Record<string, string> = {}): Message {
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.from(JSON.stringify(value));
  return { partition: 3, offset: 40, value: bytes, appendedAtMs: NOW_MS, headers };
}

const event = (value: unknown, headers?: Record<string, string>): unknown => {
  const read = readEvent(message(value, headers));
  return 'event' in read ? read.event : read.letter.reason;
};

test('fills in the catalog, the value and the time of arrival', () => {
  expect(event(EVENT)).toMatchObject({ catalog: 'main', value: 1, atMs: NOW_MS, offset: 40 });
  expect(event({ ...EVENT, catalog: 'films', at: '2026-01-01T00:00:00Z', value: 0 })).toMatchObject({
    catalog: 'films',
    value: 0,
    atMs: Date.parse('2026-01-01T00:00:00Z'),
  });
  // A clock that runs ahead.
  expect(event({ ...EVENT, at: '2036-01-01T00:00:00Z' })).toMatchObject({ atMs: NOW_MS });
});

test.each<[string, unknown, RegExp]>([
  ['nothing', '', /not JSON/],
  ['half a document', '{"id":', /not JSON/],
  ['a list', [EVENT], /must be an object/],
  ['null', null, /must be an object/],
  ['an unknown type', { ...EVENT, type: 'stare' }, /^type: /],
  ['a value below 0', { ...EVENT, value: -1 }, /^value: /],
  ['a catalog in capitals', { ...EVENT, catalog: 'MAIN' }, /^catalog: /],
  ['an unknown field', { ...EVENT, colour: 'red' }, /colour/],
])('says why %s cannot be read', (_name, value, reason) => {
  expect(event(value)).toMatch(reason);
});

test('bytes that are not UTF-8, and no value at all, are dead letters too', () => {
  for (const value of [Buffer.from([0xff, 0xfe, 0x7b]), null]) {
    expect(readEvent({ ...message(''), value })).toMatchObject({ letter: { reason: 'is not JSON in UTF-8' } });
  }
});

test('understands CloudEvents, binary and structured', () => {
  const { id: _, ...bare } = EVENT;
  const binary = {
    ce_specversion: '1.0',
    ce_id: 'ce-1',
    ce_time: '2026-01-01T00:00:00Z',
    ce_type: 'x',
    ce_source: 'y',
  };
  const atMs = Date.parse('2026-01-01T00:00:00Z');
  expect(event(bare, binary)).toMatchObject({ id: 'ce-1', atMs });
  expect(event(EVENT, binary)).toMatchObject({ id: 'e1', atMs });
  const structured = {
    specversion: '1.0',
    id: 'ce-2',
    source: 'y',
    type: 'x',
    time: '2026-01-01T00:00:00Z',
    data: bare,
  };
  const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
  expect(event(structured, headers)).toMatchObject({ id: 'ce-2', user: 'u', atMs });
  expect(event({ ...structured, data: 5 }, headers)).toMatch(/must be an object/);
  expect(event([], headers)).toMatch(/is required/);
});

test('a retried message keeps its first place and time, also as a dead letter', () => {
  const first = { partition: 1, offset: 7, appendedAtMs: NOW_MS - 5_000 };
  const headers = { ...firstPlaceHeaders(first), ce_id: 'ce-1' };
  expect(event(EVENT, headers)).toMatchObject({ offset: 40, first, atMs: NOW_MS - 5_000 });
  const letter = deadLetter(message('{', headers), 'why');
  expect(letter).toMatchObject({ ...first, reason: 'why', catalog: 'main', user: '' });
  expect(letter.headers).toEqual({ ce_id: 'ce-1' });
});

test('a dead letter names the user and the catalog of the event, also inside a CloudEvent', () => {
  const broken = { ...EVENT, catalog: 'films', user: 'ana', type: 'stare' };
  const structured = { specversion: '1.0', id: 'ce', data: broken };
  const headers = { 'content-type': 'application/cloudevents+json' };
  for (const each of [message(broken), message(structured, headers)]) {
    expect(readEvent(each)).toMatchObject({ letter: { user: 'ana', catalog: 'films' } });
  }
  for (const user of [5, null, 'a\0b', '\ud800']) {
    expect(readEvent(message({ ...EVENT, user }))).toMatchObject({ letter: { user: '' } });
  }
});

test('a dead letter is bounded and holds no NUL in its reason, whatever the message holds', () => {
  const headers = { small: 'x', large: 'y'.repeat(100_000), 'kindred-reason': 'a producer’s word' };
  const value = Buffer.alloc(2 * EVENT_BYTES_MAX, '[');
  const letter = deadLetter({ ...message(''), value, headers }, `\0${'r'.repeat(5_000)}`);
  // One byte more than any event, which says that it was cut and is not to be retried.
  expect(letter.value.length).toBe(EVENT_BYTES_MAX + 1);
  expect(letter.headers).toEqual({ small: 'x' });
  expect(letter.reason.length).toBe(1_000);
  expect(letter.reason).not.toContain('\0');
  expect(event({ ...EVENT, '\0': 1 })).not.toContain('\0');
});

test('the published schema names what the reader takes', () => {
  const schema = messageJsonSchema();
  expect(schema).toMatchObject({
    type: 'object',
    required: ['id', 'user', 'item', 'type'],
    additionalProperties: false,
  });
  expect(Object.keys(schema.properties as object).sort()).toEqual(
    ['at', 'catalog', 'id', 'item', 'position', 'slate', 'type', 'user', 'value'].sort(),
  );
  expect(JSON.stringify(schema)).not.toContain('override');
});
