import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { endProcess, livingProcess, logTail, signalProcess, startDetached } from './processes.ts';

describe('processes that outlive their starter', { skip: process.platform === 'win32' }, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kith-processes-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const waiting = "process.on('SIGTERM', () => {}); console.log('here'); setInterval(() => {}, 1000)";
  const start = () => startDetached({ folder, command: process.execPath, args: ['-e', waiting] });

  test('are found again by their folder, and ended even when they do not listen', async () => {
    start();
    assert.ok(livingProcess(folder));
    while (!logTail(folder).includes('here')) await new Promise((resolve) => setTimeout(resolve, 10));
    signalProcess(folder, 'SIGSTOP');
    await endProcess(folder, 50);
    assert.equal(livingProcess(folder), undefined);
    assert.equal(signalProcess(folder, 'SIGTERM'), false);
  });

  test('are not mistaken for another one with the same number', () => {
    writeFileSync(join(folder, 'process.json'), JSON.stringify({ pid: process.pid, startedAt: '1' }));
    assert.equal(livingProcess(folder), undefined);
  });
});
