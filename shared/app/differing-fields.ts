/** A field in which two values differ. */
export interface DifferingField {
  /** Path of the field, such as `inputs.candles.0.rows`; empty when one of them is nothing at all. */
  readonly field: string;
  readonly one: unknown;
  readonly other: unknown;
}

/** The fields in which two values of plain JSON differ, whatever the order of their keys. */
export function differingFields(one: unknown, other: unknown, field = ''): readonly DifferingField[] {
  if (Object.is(one, other)) return [];
  if (!isTree(one) || !isTree(other)) return [{ field, one, other }];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((name) =>
    differingFields(one[name], other[name], field === '' ? name : `${field}.${name}`),
  );
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
