/** What an address must be, for whoever is refused one. */
export const SAFE_URL_RULE = 'an https:// address, or http:// on this machine';

/** Whether keys, orders and prices may go to an address: nobody on the way reads https or writes into it. */
export function isSafeUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return false;
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
}
