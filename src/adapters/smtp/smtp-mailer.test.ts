import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { smtpMailer } from './smtp-mailer.ts';

interface Received {
  from: string;
  to: string[];
  text: string;
}

async function mailServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(parts).toString(),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    received,
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

const mail = { to: 'anna@example.org', subject: 'Grüße', text: 'Hello\n\nhttp://kith.test/reset/x' };
const from = 'Kith <kith@example.org>';

test('a mail arrives as it was given', async () => {
  const server = await mailServer();
  const mailer = smtpMailer({ url: server.url, from });
  await mailer.send(mail);
  assert.equal(server.received.length, 1);
  const [{ from: sender, to, text }] = server.received as [Received];
  assert.equal(sender, 'kith@example.org');
  assert.deepEqual(to, ['anna@example.org']);
  assert.match(text, /^From: Kith <kith@example\.org>/m);
  assert.match(text, /^Subject: =\?UTF-8\?/m);
  assert.match(text, /http:\/\/kith\.test\/reset\/x/);
  mailer.close();
  await server.close();
});

test('an address or subject with line breaks or commas adds neither headers nor recipients', async () => {
  const server = await mailServer();
  const mailer = smtpMailer({ url: server.url, from });
  await mailer
    .send({ ...mail, to: 'anna@example.org,eve@example.org', subject: 'x\r\nBcc: eve@example.org' })
    .catch(() => undefined);
  for (const { to, text } of server.received) {
    assert.ok(!to.includes('eve@example.org'));
    assert.doesNotMatch(text, /^Bcc:/m);
  }
  mailer.close();
  await server.close();
});

test('a refusal by the server, and a server that is not there, are errors', async () => {
  const server = await mailServer({
    onRcptTo: (_address, _session, done) => done(new Error('no such mailbox')),
  });
  const mailer = smtpMailer({ url: server.url, from });
  await assert.rejects(mailer.send(mail), /no such mailbox/);
  await server.close();
  await assert.rejects(mailer.send(mail));
  mailer.close();
});

test('the user and password of the url are used', async () => {
  const seen: string[] = [];
  const server = await mailServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      seen.push(`${username} ${password}`);
      done(null, { user: username });
    },
  });
  const mailer = smtpMailer({ url: server.url.replace('//', '//kith:s%40cret@'), from });
  await mailer.send(mail);
  assert.deepEqual(seen, ['kith s@cret']);
  mailer.close();
  await server.close();
});
