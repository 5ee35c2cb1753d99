import { AppError } from '../../core/errors.ts';
import { type EpochMs, HOUR_MS } from '../../core/market/timeframes.ts';

/** A key of Kraken's: the name that is sent, and the secret that signs and never leaves. */
export interface ApiKey {
  readonly apiKey: string;
  readonly secret: string;
}

/** A key that is read when it is needed, and kept for an hour. */
export interface KeptKey {
  /** @throws AppError `exchange-misconfigured` when there is none, or none that can sign */
  current(): Promise<ApiKey>;
  /** Reads it again. @returns whether it is another one now */
  isExchanged(): Promise<boolean>;
  /** A text without the key and the secret, whatever they were until now. */
  redact(text: string): string;
}

/**
 * Keeps what `read` gives for an hour.
 * @see spec: aws.md §10, secrets
 */
export function keptKey(read: () => Promise<ApiKey>, nowMs: () => EpochMs): KeptKey {
  const seen = new Set<string>();
  let kept: { readonly key: ApiKey; readonly atMs: EpochMs } | undefined;

  const fresh = async (): Promise<ApiKey> => {
    const key = await readWhole(read);
    seen.add(key.apiKey).add(key.secret);
    kept = { key, atMs: nowMs() };
    return key;
  };
  return {
    async current() {
      return kept && Math.abs(nowMs() - kept.atMs) < HOUR_MS ? kept.key : fresh();
    },
    async isExchanged() {
      const before = kept?.key;
      const { apiKey, secret } = await fresh();
      return apiKey !== before?.apiKey || secret !== before.secret;
    },
    redact: (text) => [...seen].reduce((rest, each) => rest.replaceAll(each, '***'), text),
  };
}

async function readWhole(read: () => Promise<ApiKey>): Promise<ApiKey> {
  const key = await read().catch((error: unknown) => {
    // Of an error that we did not word nobody knows what it carries.
    throw error instanceof AppError ? error : unusable('cannot be read');
  });
  if (key.apiKey === '' || key.secret === '') throw unusable('is not there');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key.secret))
    throw unusable('is cut off or misspelled: its secret is no base64');
  return key;
}

function unusable(what: string): AppError {
  return new AppError(
    'exchange-misconfigured',
    `The key for Kraken ${what}.`,
    'Store the key and its secret as Kraken showed them when the key was made.',
  );
}
