import { assert } from '../../core/assert.ts';
import { type Action, type ItemKey, TRANSACTION_ACTIONS_MAX } from '../../ports/state-store.ts';

/**
 * What DynamoDB would refuse is refused here too, and so is a body that would not come back equal.
 * @throws Error `Bug: …` naming the item
 */
export function assertActions(actions: readonly Action[]): void {
  const count = actions.length;
  assert(count > 0 && count <= TRANSACTION_ACTIONS_MAX, `a transaction of ${count} actions`);
  const seen = new Set<string>();
  for (const action of actions) {
    assertKey(action);
    const name = JSON.stringify([action.pk, action.sk]);
    assert(!seen.has(name), `a transaction names the item ${name} twice`);
    seen.add(name);
    if (action.kind === 'put') assertJson(action.body, name);
  }
}

/** Lone halves of a surrogate pair have no UTF-8 spelling: two such keys would become one. */
export function assertKey({ pk, sk }: ItemKey): void {
  for (const part of [pk, sk])
    assert(part !== '' && part.isWellFormed(), `an item key ${JSON.stringify([pk, sk])}`);
}

/** A query without a limit gives everything; one with a limit at least one item. */
export function assertLimit(limit: number | undefined): void {
  assert(limit === undefined || (Number.isInteger(limit) && limit > 0), `a query limit of ${limit}`);
}

/** Fields that are undefined are left out, as JSON does; whatever else JSON would change silently is a bug. */
function assertJson(value: unknown, where: string): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `${where} holds ${value}, which JSON cannot spell`);
    return;
  }
  if (Array.isArray(value)) {
    for (const entry of value) assertJson(entry, where);
    return;
  }
  assert(isPlainObject(value), `${where} holds a ${typeof value} that is not plain JSON`);
  for (const [name, field] of Object.entries(value))
    if (field !== undefined) assertJson(field, `${where}.${name}`);
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
