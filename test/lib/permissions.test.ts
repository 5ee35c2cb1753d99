import { describe, expect, it } from 'vitest';
import { allResources, paperTemplates, propertiesOf, say } from '../helpers/templates.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const templates = paperTemplates();
const { trading, edge } = templates;
const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const statementsOf = (properties: Readonly<Record<string, unknown>>) =>
  (properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement;

/** What a statement allows, in a line: actions, resources, and what it is bound to. */
function lineOf({ Effect, Action, Resource, Condition = {} }: Statement): string {
  const bounds = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => `${operator} ${key} ${list(value).join(',')}`),
  );
  const actions = list(Action).map((action) => action.replace(/^[a-z0-9]+:/, ''));
  const service = list(Action)[0]?.split(':')[0];
  return [`${Effect} ${service} ${actions.join(',')}`, list(Resource).map(say).join(' '), ...bounds].join(
    ' | ',
  );
}

const policies = [trading, edge].flatMap((template) => propertiesOf(template, 'AWS::IAM::Policy'));

/** Every line of every policy, by the role that has it. */
const granted = Object.fromEntries(
  policies.map((policy) => [
    (policy['Roles'] as readonly unknown[]).map(say).join(),
    statementsOf(policy).map(lineOf),
  ]),
);

const ALL = 'ConditionCheckItem,DeleteItem,GetItem,PutItem,Query';
const WRITES = 'PutItem';
const keys = (...prefixes: string[]) =>
  `ForAllValues:StringLike dynamodb:LeadingKeys ${prefixes.map((one) => `${one}#*`).join(',')} | Null dynamodb:LeadingKeys false`;

const logs = (id: string) => `Allow logs CreateLogStream,PutLogEvents | ${id}Logs.Arn`;
const trader = (id: string) => [
  logs(id),
  'Allow sqs GetQueueAttributes,GetQueueUrl,SendMessage | DeadLetters.Arn',
  `Allow dynamodb ${ALL} | StateTable.Arn`,
  'Allow s3 GetObject,PutObject | CandleBucket.Arn/candles/*',
  'Allow s3 ListBucket | CandleBucket.Arn | StringLikeIfExists s3:prefix candles/*',
  'Allow secretsmanager GetSecretValue | ExchangeSecret',
];
const scheduler = (id: string) => [
  // The second is "each version of it", of which there are none.
  `Allow lambda InvokeFunction | ${id}.Arn ${id}.Arn:*`,
  'Allow sqs SendMessage | DeadLetters.Arn',
];

// The whole table: a grant that is added, widened or taken away is seen here. That they suffice is tried in test/aws.
describe('least privilege', () => {
  it('lets the two that trade at the state, the candles and the key; nobody else sees the key', () => {
    expect(granted['TradeTickRole']).toEqual(trader('TradeTick'));
    expect(granted['OrderWatchRole']).toEqual(trader('OrderWatch'));
    const readers = Object.entries(granted).filter(([, lines]) => lines.join().includes('secretsmanager'));
    expect(readers.map(([role]) => role)).toEqual(['TradeTickRole', 'OrderWatchRole']);
  });

  it('lets the breakers change breakers and requests, and read the account', () => {
    expect(granted['BreakersRole']).toEqual([
      logs('Breakers'),
      `Allow dynamodb GetItem,Query | StateTable.Arn | ${keys('ACCOUNT', 'BREAKER', 'REQUEST')}`,
      `Allow dynamodb ${WRITES} | StateTable.Arn | ${keys('BREAKER', 'REQUEST')}`,
    ]);
  });

  it('lets the requests be put, and the account be looked up', () => {
    expect(granted['RequestsRole']).toEqual([
      logs('Requests'),
      `Allow dynamodb GetItem | StateTable.Arn | ${keys('ACCOUNT', 'REQUEST')}`,
      `Allow dynamodb ${WRITES} | StateTable.Arn | ${keys('REQUEST')}`,
    ]);
  });

  it('lets Scheduler start the two functions and give up into the queue', () => {
    const roles = Object.keys(granted).filter((role) => role.startsWith('Scheduler'));
    expect(roles.map((role) => granted[role])).toEqual([scheduler('TradeTick'), scheduler('OrderWatch')]);
    expect(Object.keys(granted)).toHaveLength(4 + roles.length);
  });

  it('gives no role a policy of AWS, or one that stands in the role', () => {
    const roles = [trading, edge].flatMap((template) => propertiesOf(template, 'AWS::IAM::Role'));
    expect(roles).toHaveLength(6);
    for (const role of roles) {
      expect(role).not.toHaveProperty('ManagedPolicyArns');
      expect(role).not.toHaveProperty('Policies');
    }
  });

  it('is assumed by the one service that it is for, and by Scheduler for this account only', () => {
    const assumed = propertiesOf(trading, 'AWS::IAM::Role')
      .concat(propertiesOf(edge, 'AWS::IAM::Role'))
      .map((role) => (role['AssumeRolePolicyDocument'] as { Statement: readonly Statement[] }).Statement)
      .map(([one, ...rest]) => {
        expect(rest).toEqual([]);
        return [one?.Principal, Object.keys(one?.Condition?.['StringEquals'] ?? {})];
      });
    const lambda = [{ Service: 'lambda.amazonaws.com' }, []];
    const schedule = [{ Service: 'scheduler.amazonaws.com' }, ['aws:SourceAccount', 'aws:SourceArn']];
    expect(assumed).toEqual([lambda, lambda, schedule, schedule, lambda, lambda]);
  });

  it('has no action with a star, and no resource that is one', () => {
    const statements = allResources(templates)
      .filter(({ Properties }) => 'PolicyDocument' in Properties)
      .flatMap(({ Properties }) => statementsOf(Properties));
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.length).toBeGreaterThan(15);
    expect(allowed.flatMap(({ Action }) => list(Action)).filter((action) => action.includes('*'))).toEqual(
      [],
    );
    const resources = allowed.flatMap(({ Resource }) => list(Resource).map(say));
    // A candle file has many names, a function its versions.
    expect([...new Set(resources.filter((one) => one.includes('*')))].sort()).toEqual([
      'CandleBucket.Arn/candles/*',
      'OrderWatch.Arn:*',
      'TradeTick.Arn:*',
    ]);
  });
});
