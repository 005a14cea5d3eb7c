import { Problem } from '../../problem.ts';
import { RowBytes } from '../row-bytes.ts';
import type { RawRow } from './row-stream.ts';

type State =
  | 'before-object'
  | 'before-key'
  | 'in-key'
  | 'before-colon'
  | 'before-list'
  | 'first-row'
  | 'row'
  | 'after-list'
  | 'end';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Cuts `{"<name>": [row, row, …]}` into the bytes of its rows as they come, so that neither a large body blocks the event
 * loop in one JSON.parse nor a row above the limit is held. JSON.parse then decides of each row if it is JSON. Libraries
 * that do this build the rows by assignment, where a key `__proto__` changes the prototype instead of being seen and
 * refused.
 * @throws {Problem} `invalid-json` where the frame is not of that form, `invalid-request` for another name.
 */
export async function* rowsOfList(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<RawRow> {
  const row = new RowBytes();
  let state = 'before-object' as State;
  let key = '';
  let line = 1;
  let depth = 0;
  let inString = false;
  let escaped = false;

  for await (const chunk of chunks) {
    let rowStart = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (state === 'row') {
        if (escaped) escaped = false;
        else if (inString) {
          if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) inString = false;
        } else if (byte === QUOTE) inString = true;
        else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++;
        else if (depth === 0 && (byte === COMMA || byte === CLOSE_LIST)) {
          row.add(chunk.subarray(rowStart, i));
          if (row.isBlank()) throw broken(`row ${line} is empty`);
          yield { line, bytes: row.take() };
          line++;
          rowStart = i + 1;
          if (byte === CLOSE_LIST) state = 'after-list';
        } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
      } else if (state === 'in-key') {
        if (byte === QUOTE) state = 'before-colon';
        else key += String.fromCharCode(byte);
        if (key.length > 100) throw wrongName(name);
      } else if (!isSpace(byte)) {
        state = nextState(state, byte, key, name);
        if (state === 'row') {
          rowStart = i;
          // The byte that begins the first row is also a part of it.
          i--;
        }
      }
    }
    if (state === 'row') row.add(chunk.subarray(rowStart));
  }
  if (state !== 'end') throw broken('it ends early');
}

function nextState(state: State, byte: number, key: string, name: string): State {
  switch (state) {
    case 'before-object':
      if (byte === OPEN_OBJECT) return 'before-key';
      break;
    case 'before-key':
      if (byte === QUOTE) return 'in-key';
      if (byte === CLOSE_OBJECT) throw wrongName(name);
      break;
    case 'before-colon':
      if (key !== name) throw wrongName(name);
      if (byte === COLON) return 'before-list';
      break;
    case 'before-list':
      if (byte === OPEN_LIST) return 'first-row';
      throw new Problem('invalid-request', `${name} must be a list`, {
        fields: [{ field: name, reason: 'must be a list' }],
      });
    case 'first-row':
      return byte === CLOSE_LIST ? 'after-list' : 'row';
    case 'after-list':
      if (byte === CLOSE_OBJECT) return 'end';
      if (byte === COMMA) throw wrongName(name);
      break;
    default:
      break;
  }
  throw broken('it is not an object with one list');
}

function broken(why: string): Problem {
  return new Problem('invalid-json', `the body is not JSON of the form that is taken here: ${why}`);
}

function wrongName(name: string): Problem {
  return new Problem('invalid-request', `the body must be an object with one field, ${name}`, {
    fields: [{ field: '', reason: `must have the one field ${name}` }],
  });
}
