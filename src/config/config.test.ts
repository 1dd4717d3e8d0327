import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { describe as describeSettings, loadConfig } from './config.ts';

const data = mkdtempSync(join(tmpdir(), 'kith-config-'));
after(() => rmSync(data, { recursive: true }));
const load = (environment: Record<string, string> = {}) =>
  loadConfig({ environment: { KITH_DATA: data, ...environment } });

describe('configuration', () => {
  it('has a default for everything', () => {
    const settings = loadConfig({ environment: {} });
    assert.equal(settings.host, '127.0.0.1');
    assert.equal(settings.port, 4000);
    assert.equal(settings.profile, 'embedded');
    assert.equal(settings.rateLimits, 'on');
    assert.ok(settings.roles.includes('api') && settings.roles.includes('janitor'));
  });

  it('opens registration only where nobody else can reach it', () => {
    assert.equal(load().registration, 'open');
    assert.equal(load({ KITH_HOST: '::1' }).registration, 'open');
    assert.equal(load({ KITH_HOST: '0.0.0.0' }).registration, 'invite');
    assert.equal(load({ KITH_HOST: '0.0.0.0', KITH_REGISTRATION: 'open' }).registration, 'open');
  });

  it('reads lists, numbers and addresses', () => {
    const settings = load({
      KITH_ROLES: 'api, notifier',
      KITH_TRUSTED_PROXIES: '10.0.0.0/8,::1',
      KITH_URL: 'https://kith.example/',
      KITH_PORT: '0',
      KITH_SMTP_URL: '',
    });
    assert.deepEqual(settings.roles, ['api', 'notifier']);
    assert.deepEqual(settings.trustedProxies, ['10.0.0.0/8', '::1']);
    assert.equal(settings.url, 'https://kith.example');
    assert.equal(settings.port, 0);
    assert.equal(settings.smtpUrl, undefined);
  });

  it('names every setting that does not fit, and what it accepts', () => {
    const environment = {
      KITH_PORT: 'http',
      KITH_PROFILE: 'laptop',
      KITH_ROLES: 'api,cook',
      KITH_URL: 'kith.example',
      KITH_TRUSTED_PROXIES: '10.0.0.0/99',
      KITH_METRICS_TOKEN: 'hunter2',
    };
    assert.throws(
      () => load(environment),
      (error: Error) => {
        const lines = error.message.split('\n');
        assert.deepEqual(
          lines.map((line) => line.split(' ')[0]),
          [
            'KITH_PORT',
            'KITH_PROFILE',
            'KITH_ROLES',
            'KITH_URL',
            'KITH_TRUSTED_PROXIES',
            'KITH_METRICS_TOKEN',
          ],
        );
        assert.match(lines[0]!, /takes a port number from 0 to 65535; not "http"/);
        assert.equal(error.message.includes('hunter2'), false);
        return true;
      },
    );
  });

  it('takes the file below the environment, and refuses what is no setting', () => {
    const path = join(data, 'kith.json');
    writeFileSync(path, JSON.stringify({ port: 5000, registration: 'closed', roles: ['api'] }));
    assert.equal(load().port, 5000);
    assert.equal(load({ KITH_PORT: '6000' }).port, 6000);
    assert.equal(load().registration, 'closed');
    writeFileSync(path, JSON.stringify({ prot: 5000, port: true }));
    assert.throws(() => load(), /"prot", which is no setting[\s\S]*"port" in .* takes a port number/);
    rmSync(path);
    assert.throws(() => load({ KITH_CONFIG: join(data, 'missing.json') }), /cannot be read/);
  });

  it('describes itself without its secrets', () => {
    const text = describeSettings(load({ KITH_SMTP_URL: 'smtps://anna:hunter2@mail.example' }));
    assert.match(text, /^KITH_PORT = 4000$/m);
    assert.match(text, /^KITH_SMTP_URL = \(set, not shown\)$/m);
    assert.equal(text.includes('hunter2'), false);
  });
});
