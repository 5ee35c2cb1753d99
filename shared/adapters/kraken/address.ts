import { AppError } from '../../core/errors.ts';

export const KRAKEN_URL = 'https://api.kraken.com';

/**
 * Whether an address of Kraken is one on this machine: only tests have that.
 * @param use what it is for, for the message
 * @throws AppError `usage` unless it is https, or http on this machine
 */
export function isLoopbackUrl(baseUrl: string, use: string): boolean {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const isLoopback = url !== undefined && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return isLoopback;
  throw new AppError('usage', `The address '${baseUrl}' is not safe for ${use}.`, 'Use an https:// address.');
}
