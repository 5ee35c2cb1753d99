/**
 * What an error says of a call.
 * - `refused`: certainly nothing happened, and the same again is refused again.
 * - `later`: certainly nothing happened, and the same may be tried again.
 * - `misconfigured`: certainly nothing happened, and nothing will until a person has mended the key or the account.
 * - `unknown`: it may have happened; look before anything else.
 */
export type ErrorClass = 'refused' | 'later' | 'misconfigured' | 'unknown';

/**
 * Every error that we know, by what it begins with; the longest beginning decides. `HTTP` stands for every status but
 * 200: a gateway that gives up says nothing of what the engine behind it did.
 * @see https://support.kraken.com/hc/en-us/articles/360001491786-API-error-messages
 * @see docs/decisions/0018-what-kraken-answers.md
 */
const classes: Readonly<Record<string, ErrorClass>> = {
  HTTP: 'unknown',
  'EAPI:Bad request': 'refused',
  'EAPI:Feature disabled': 'misconfigured',
  'EAPI:Invalid key': 'misconfigured',
  'EAPI:Invalid nonce': 'later',
  'EAPI:Invalid signature': 'misconfigured',
  'EAPI:Rate limit exceeded': 'later',
  EAccount: 'misconfigured',
  'EGeneral:Internal error': 'unknown',
  'EGeneral:Invalid arguments': 'refused',
  // Perhaps because an open order has the id already: the one that we are asked about.
  'EGeneral:Invalid arguments:cl_ord_id': 'unknown',
  // Less than two seconds away when it arrived.
  'EGeneral:Invalid arguments:deadline': 'later',
  'EGeneral:Permission denied': 'misconfigured',
  'EGeneral:Temporary lockout': 'later',
  'EGeneral:Too many requests': 'later',
  'EOrder:Cost minimum not met': 'refused',
  'EOrder:Insufficient funds': 'refused',
  'EOrder:Insufficient margin': 'refused',
  'EOrder:Invalid price': 'refused',
  'EOrder:Order minimum not met': 'refused',
  'EOrder:Orders limit exceeded': 'later',
  'EOrder:Post only order': 'refused',
  'EOrder:Rate limit exceeded': 'later',
  'EOrder:Tick size check failed': 'refused',
  'EOrder:Trading agreement required': 'misconfigured',
  'EOrder:Unknown order': 'refused',
  'EQuery:Invalid asset pair': 'refused',
  'EQuery:Unknown asset pair': 'refused',
  'EService:Busy': 'unknown',
  'EService:Deadline elapsed': 'later',
  'EService:Market in cancel_only mode': 'later',
  'EService:Market in post_only mode': 'later',
  'EService:Throttled': 'later',
  'EService:Timeout': 'unknown',
  'EService:Unavailable': 'unknown',
  'ESession:Invalid session': 'misconfigured',
  'ETrade:User Locked': 'misconfigured',
};

const fullCounters = [
  'EAPI:Rate limit exceeded',
  'EGeneral:Temporary lockout',
  'EGeneral:Too many requests',
  'EOrder:Rate limit exceeded',
];

const gravity: readonly ErrorClass[] = ['refused', 'later', 'misconfigured', 'unknown'];

/**
 * The class of an answer by what it says, never by the class that ccxt gives it. One that nobody knows is `unknown`: to
 * look costs a minute, to take an order for refused that was placed costs an order that nobody watches.
 * @param errors Kraken's strings, or `HTTP 502`; of several the gravest decides
 */
export function classOf(errors: readonly string[]): ErrorClass {
  const each = errors.map((error) => {
    const [known] = Object.keys(classes)
      .filter((beginning) => beginsWith(error, beginning))
      .sort((a, b) => b.length - a.length);
    return (known !== undefined && classes[known]) || 'unknown';
  });
  return each.reduce(
    (worst, one) => (gravity.indexOf(one) > gravity.indexOf(worst) ? one : worst),
    'refused',
  );
}

/** Whether an error is, or begins with, one as the table spells it: `EService: Throttled: 1741500000` is `EService:Throttled`. */
export function beginsWith(error: string, beginning: string): boolean {
  const spelled = error.replace(/^(E[A-Za-z]+):\s+/, '$1:');
  return spelled.startsWith(beginning) && !/^\w/.test(spelled.slice(beginning.length));
}

/** Whether the answer is that a counter of Kraken's is full, though ours is not. */
export function isCounterFull(error: string): boolean {
  return fullCounters.some((beginning) => beginsWith(error, beginning));
}

/** Whether we call too often: over a counter, or too much at once. */
export function isThrottling(error: string): boolean {
  return isCounterFull(error) || beginsWith(error, 'EService:Throttled');
}

/** Whether the answer is that the key is not the one that Kraken has: perhaps it was exchanged. */
export function isKeyProblem(error: string): boolean {
  return ['EAPI:Invalid key', 'EAPI:Invalid signature'].some((beginning) => beginsWith(error, beginning));
}
