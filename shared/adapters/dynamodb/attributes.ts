import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { assert } from '../../core/assert.ts';
import type { EpochMs } from '../../core/market/timeframes.ts';
import type { Action, Item, ItemBody, ItemKey } from '../../ports/state-store.ts';

export type Attributes = Record<string, AttributeValue>;
export type Put = Extract<Action, { readonly kind: 'put' }>;

/** Longer texts are not doubled into `fields`: they are no part of a condition, and an item has at most 400 KB. */
const FIELD_TEXT_MAX = 256;

/** The key alone, as attributes. */
export function keyAttributes({ pk, sk }: ItemKey): Attributes {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** The version that an item has after a put. */
export function versionAfter({ expect }: Put): number {
  return expect === 'absent' ? 1 : expect + 1;
}

/**
 * An item as it is stored. The body is JSON text: DynamoDB's own maps forget the order of names, and its numbers
 * hold no double below 1e-130. `write` tells later which call wrote the item.
 */
export function itemAttributes(put: Put, write: string, expiryMs: EpochMs | undefined): Attributes {
  return {
    ...keyAttributes(put),
    version: { N: String(versionAfter(put)) },
    body: { S: JSON.stringify(put.body) },
    fields: { M: fieldsOf(put.body) },
    write: { S: write },
    ...(expiryMs !== undefined && { expiresAt: { N: String(Math.ceil(expiryMs / 1000)) } }),
  };
}

/** The scalars that a `check` may name. */
function fieldsOf(body: ItemBody): Attributes {
  const fields: Attributes = {};
  for (const [name, value] of Object.entries(body))
    if (name !== '' && isField(value)) fields[name] = fieldAttribute(name, value);
  return fields;
}

function isField(value: unknown): value is string | number | boolean {
  return typeof value === 'string'
    ? value.length <= FIELD_TEXT_MAX
    : ['number', 'boolean'].includes(typeof value);
}

/** A scalar's JSON text: every double has one, and 7, "7" and true are three. */
export function fieldAttribute(name: string, value: string | number | boolean): AttributeValue {
  assert(isField(value), `a check of the field ${name}, a text of ${String(value).length} signs`);
  return { S: JSON.stringify(value) };
}

/** What is stored, and by which call; undefined when it is not what this program writes. */
export function itemOf(attributes: Attributes): (Item & { readonly write: string }) | undefined {
  const { pk, sk, version, body, write } = attributes;
  if (pk?.S === undefined || sk?.S === undefined || version?.N === undefined) return undefined;
  const parsed = body?.S === undefined ? undefined : parsedBody(body.S);
  if (parsed === undefined || write?.S === undefined) return undefined;
  return { pk: pk.S, sk: sk.S, version: Number(version.N), body: parsed, write: write.S };
}

function parsedBody(text: string): ItemBody | undefined {
  try {
    return JSON.parse(text) as ItemBody;
  } catch {
    return undefined;
  }
}
