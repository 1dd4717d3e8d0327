/** Which addresses are of the open internet. Whatever a stranger names is fetched there only, never in our own networks. */
import { BlockList, isIP } from 'node:net';

const notPublic4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** Of IPv6 only what is given out is public; within it, what leads to IPv4 or is for documents is not. */
const public6 = '2000::/3';
const notPublic6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const listOf = (networks: readonly string[], family: 'ipv4' | 'ipv6') => {
  const list = new BlockList();
  for (const network of networks) {
    const [address, prefix] = network.split('/') as [string, string];
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
};
const hidden4 = listOf(notPublic4, 'ipv4');
const open6 = listOf([public6], 'ipv6');
const hidden6 = listOf(notPublic6, 'ipv6');

export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !hidden4.check(address, 'ipv4');
  // An address with a zone is of a network here.
  if (version !== 6 || address.includes('%')) return false;
  return open6.check(address, 'ipv6') && !hidden6.check(address, 'ipv6');
}
