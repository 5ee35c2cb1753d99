/** What an error of the AWS SDK says about itself; of any other error nothing. */
interface ErrorFacts {
  readonly name: string;
  /** Of HTTP; undefined when there was no answer. */
  readonly status: number | undefined;
  /** How often the SDK sent the request. */
  readonly attempts: number;
}

/** What is known of a failed request. */
export function factsOf(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: '', status: undefined, attempts: 1 };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  return {
    name: error.name,
    status: numberIn(metadata, 'httpStatusCode'),
    attempts: numberIn(metadata, 'attempts') ?? 1,
  };
}

function numberIn(record: unknown, name: string): number | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const value: unknown = Reflect.get(record, name);
  return typeof value === 'number' ? value : undefined;
}

/** Errors from before anything was sent. */
const NO_CREDENTIALS = 'CredentialsProviderError';

/** Whether the request may have been carried out although it failed: no answer, half of one, or one of 5xx. */
export function isOutcomeUnknown(error: unknown): boolean {
  const { name, status } = factsOf(error);
  if (name === NO_CREDENTIALS) return false;
  return status === undefined || status < 400 || status >= 500;
}

/** Whether the SDK itself sent the request more than once: then an earlier sending may have been carried out. */
export function isRepeated(error: unknown): boolean {
  return factsOf(error).attempts > 1;
}

/** Whether the service asks for fewer requests. */
export function isThrottled(error: unknown): boolean {
  const { name, status } = factsOf(error);
  return status === 429 || /Throttl|SlowDown|ProvisionedThroughputExceeded|RequestLimitExceeded/.test(name);
}

const identityErrors =
  /^(CredentialsProviderError|UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|ExpiredToken(Exception)?|InvalidToken|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature(Exception)?|MissingAuthenticationToken(Exception)?)$/;

/** Whether AWS does not know who asks: no credentials, wrong ones, or such as have run out. */
export function isIdentityMissing(error: unknown): boolean {
  return identityErrors.test(factsOf(error).name);
}

/** Whether AWS knows who asks and does not allow it. */
export function isForbidden(error: unknown): boolean {
  return /^AccessDenied(Exception)?$/.test(factsOf(error).name) || factsOf(error).status === 403;
}

/** What a person does about it, whichever service refused. */
export const remedies = {
  identity:
    'Sign in (aws sso login), or set AWS_PROFILE or the AWS_* variables of a key that is valid; check the clock of this machine.',
  rights:
    'Check that account and role are those of the deployment; a function gets its rights by deploying again.',
} as const;

/** The first line of what AWS or the network said: further ones may repeat the request, with a session's token. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? [error.name, error.message] : [String(error)];
  return words
    .filter((text) => text !== '')
    .join(': ')
    .split('\n', 1)
    .join();
}
