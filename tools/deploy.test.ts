/** What deploy/ and the README tell operators to set and run is what the program takes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { loadConfig, roleNames } from '../src/config/config.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Service {
  image?: string;
  command?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition?: string }>;
  volumes?: string[];
  networks?: string[];
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { ipam: { config: { subnet: string }[] } }>;
  volumes: Record<string, null>;
}
const compose = parse(read('deploy/compose/compose.yaml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image === 'kith');

/** As the container would see it, with nothing but the secret in `.env`. */
const filledIn = (environment: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      String(value).replace(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_, variable: string, otherwise = '') =>
        variable === 'KITH_SECRET' ? 'a secret for this test, of 32 or more' : otherwise,
      ),
    ]),
  );

describe('compose.yaml', () => {
  it('gives every process settings that it takes', () => {
    for (const [name, { environment }] of ours) {
      const settings = loadConfig({ environment: { ...filledIn(environment!), KITH_DATA: '/nowhere' } });
      assert.equal(settings.profile, 'cluster', name);
      assert.deepEqual(settings.trustedProxies, [compose.networks['kith']!.ipam.config[0]!.subnet]);
    }
  });

  it('runs every role, and the migration before', () => {
    const run = ours.flatMap(([, { command }]) => (command![0] === 'serve' ? command!.slice(2) : []));
    assert.deepEqual(new Set(run), new Set(roleNames));
    for (const [name, { command, depends_on }] of ours) {
      const waitsFor = Object.keys(depends_on!);
      assert.deepEqual(waitsFor, command![0] === 'serve' ? ['migrate'] : ['cassandra', 'kafka'], name);
    }
  });

  it('names only services, networks and volumes that it has', () => {
    const hosts = new Set(Object.keys(compose.services));
    for (const [name, { depends_on = {}, volumes = [], networks = [], environment = {} }] of services) {
      for (const other of Object.keys(depends_on)) assert.ok(hosts.has(other), `${name} needs ${other}`);
      for (const network of networks) assert.ok(network in compose.networks, `${name} is in ${network}`);
      for (const volume of volumes.map((each) => each.split(':')[0]!))
        assert.ok(volume.startsWith('./') || volume in compose.volumes, `${name} keeps ${volume}`);
      for (const value of Object.values(environment))
        for (const [, host] of String(value).matchAll(/(?:^|\/\/|@)([a-z][a-z0-9-]*):\d+(?=\/|$|\?)/g))
          assert.ok(hosts.has(host!) || host === 'localhost', `${name} speaks to ${host}`);
    }
    const upstreams = [...read('deploy/compose/nginx.conf').matchAll(/^\s*server ([\w-]+):\d+/gm)];
    assert.deepEqual(
      upstreams.map(([, host]) => host),
      ours.flatMap(([name, { command }]) => (command?.includes('api') ? [name] : [])),
    );
  });
});

describe('nginx', () => {
  for (const file of ['deploy/compose/nginx.conf', 'deploy/nginx/kith.conf']) {
    it(`lets large bodies through where files come, in ${file}`, () => {
      const [, paths, inside] = /location ~ \^\/\(([\w/|]+)\)\/ \{([^}]*)\}/.exec(read(file))!;
      assert.deepEqual(paths!.split('|'), ['v1/blobs', 'v1/files', 's', 'dav']);
      for (const setting of ['client_max_body_size 0;', 'proxy_request_buffering off;'])
        assert.ok(inside!.includes(setting), setting);
    });
  }
});

describe('settings', () => {
  const namedIn = (file: string, pattern: RegExp) => [...read(file).matchAll(pattern)].map(([name]) => name);
  // The server's, and what the client on the command line takes.
  const known = new Set([
    ...namedIn('src/config/settings.ts', /(?<=')KITH_\w+(?=')/g),
    ...namedIn('cli/files/session.ts', /\bKITH_(SERVER|TOKEN)\b/g),
  ]);
  const files = ['deploy/compose', 'deploy/nginx', 'deploy/systemd'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  for (const file of [
    ...files,
    'README.md',
    'docs/operating.md',
    'docs/regions.md',
    'docs/ARCHITECTURE.md',
  ]) {
    it(`that ${file} names exist`, () => {
      const named = [...read(file).matchAll(/\bKITH_[A-Z0-9_]*[A-Z0-9]\b/g)].map(([name]) => name);
      assert.deepEqual(
        named.filter((name) => !known.has(name) && name !== 'KITH_CONFIG'),
        [],
      );
    });
  }
});

describe('systemd', () => {
  it('starts the program as it is started', () => {
    for (const unit of ['kith.service', 'kith@.service']) {
      const command = /^ExecStart=(.*)$/m.exec(read(`deploy/systemd/${unit}`))![1]!;
      assert.match(command, /^\/opt\/kith\/node_modules\/\.bin\/node cli\/main\.ts serve( --roles %i)?$/);
    }
  });
});
