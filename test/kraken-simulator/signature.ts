import { createHash, createHmac } from 'node:crypto';

/**
 * What Kraken expects in the header API-Sign.
 * @param call.path from `/0/private` on
 * @param call.body as it is sent, with its nonce in it
 * @param secret in base64, as Kraken gives it
 * @see https://docs.kraken.com/api/docs/guides/spot-rest-auth
 */
export function krakenSignature(
  call: { readonly path: string; readonly nonce: string; readonly body: string },
  secret: string,
): string {
  const digest = createHash('sha256')
    .update(call.nonce + call.body)
    .digest();
  return createHmac('sha512', Buffer.from(secret, 'base64'))
    .update(Buffer.concat([Buffer.from(call.path), digest]))
    .digest('base64');
}
