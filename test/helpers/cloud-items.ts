/** An attribute of DynamoDB, as its JSON has it. */
type Attribute = Readonly<Record<string, unknown>>;
export type Attributes = Readonly<Record<string, Attribute>>;

interface Condition {
  readonly ConditionExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
}

interface Write extends Condition {
  readonly Item?: Attributes;
  readonly Key?: Attributes;
}

type Action = Readonly<Partial<Record<'Put' | 'Delete' | 'ConditionCheck', Write>>>;

interface Request extends Write {
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly TransactItems?: readonly Action[];
}

/** What a call of DynamoDB answers: an error by its name, or a body. */
export type Answer = { readonly refusal: string; readonly body?: object } | { readonly body: object };

const text = (attribute: Attribute | undefined) => String(attribute?.['S'] ?? '');
const keyOf = (attributes: Attributes | undefined) =>
  `${text(attributes?.['pk'])} ${text(attributes?.['sk'])}`;

/** One table of DynamoDB in memory: as much of it as our adapter asks for. */
export function cloudItems() {
  const items = new Map<string, Attributes>();

  const holds = (write: Write): boolean => {
    const item = items.get(keyOf(write.Item ?? write.Key));
    return (write.ConditionExpression ?? '').split(' AND ').every((term) => isMet(term, item, write));
  };
  const apply = ({ Put, Delete }: Action) => {
    if (Put?.Item) items.set(keyOf(Put.Item), Put.Item);
    if (Delete?.Key) items.delete(keyOf(Delete.Key));
  };
  const transact = (actions: readonly Action[]): Answer => {
    const held = actions.map((action) => Object.values(action).every(holds));
    if (held.every(Boolean)) {
      actions.forEach(apply);
      return { body: {} };
    }
    const CancellationReasons = held.map((isHeld) => ({ Code: isHeld ? 'None' : 'ConditionalCheckFailed' }));
    return { refusal: 'TransactionCanceledException', body: { CancellationReasons } };
  };
  const query = (request: Request): Answer => {
    const terms = (request.KeyConditionExpression ?? '').replace(/BETWEEN (\S+) AND/, 'BETWEEN $1 and');
    const found = [...items.values()]
      .filter((item) => terms.split(' AND ').every((term) => isMet(term, item, request)))
      .sort((a, b) => (text(a['sk']) < text(b['sk']) ? -1 : 1));
    if (request.ScanIndexForward === false) found.reverse();
    return { body: { Items: found.slice(0, request.Limit) } };
  };
  const answers: Readonly<Record<string, (request: Request) => Answer>> = {
    GetItem: (request) => ({ body: { Item: items.get(keyOf(request.Key)) } }),
    Query: query,
    PutItem: (request) => {
      if (!holds(request)) return { refusal: 'ConditionalCheckFailedException' };
      apply({ Put: request });
      return { body: {} };
    },
    TransactWriteItems: ({ TransactItems = [] }) => transact(TransactItems),
  };
  return {
    items,
    answer: (operation: string, request: Request): Answer =>
      answers[operation]?.(request) ?? { refusal: 'UnknownOperationException' },
  };
}

/** Whether an item meets one term of an expression. */
function isMet(term: string, item: Attributes | undefined, condition: Condition): boolean {
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = condition;
  const at = (path: string) =>
    path
      .split('.')
      .map((part) => names[part] ?? part)
      .reduce<Attribute | undefined>(
        (found, name, depth) =>
          (depth === 0 ? found?.[name] : (found?.['M'] as Attributes | undefined)?.[name]) as Attribute,
        item,
      );
  const [path = '', operator = '', value = '', , last = ''] = term.split(' ');
  if (term === '') return true;
  if (term.startsWith('attribute_')) {
    const isThere = at(/\((.*)\)/.exec(term)?.[1] ?? '') !== undefined;
    return isThere === term.startsWith('attribute_exists');
  }
  const own = at(path);
  if (operator === '=') return JSON.stringify(own) === JSON.stringify(values[value]);
  if (operator === '>=') return text(own) >= text(values[value]);
  if (operator === '<') return text(own) < text(values[value]);
  return text(own) >= text(values[value]) && text(own) <= text(values[last]);
}
